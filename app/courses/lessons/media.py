"""Which files of a course's library its lessons show, play or offer: read from their texts each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa

from app.core.models import Content
from app.extensions import db

from ..kinds import MediaUse, Mend
from ..models import Activity, LessonBody, Module
from ..outline import OutlineActivity
from .dressing import hashes_in


def in_draft(course_id: int) -> list[MediaUse]:
    """The lessons of a draft that use files, in the order of the course. One statement."""
    rows = db.session.execute(
        sa.select(Activity.id, Activity.title, LessonBody.html)
        .select_from(LessonBody)
        .join(Activity, Activity.id == LessonBody.lesson_id)
        .join(Module, Module.id == Activity.module_id)
        .where(
            Activity.course_id == course_id,
            Activity.removed_at.is_(None),
            Module.removed_at.is_(None),
            LessonBody.html.contains("/media/"),
        )
        .order_by(Module.rank, Module.id, Activity.rank, Activity.id, LessonBody.language)
    )
    return [
        MediaUse(hashes_in(html), title, Mend("editions.preview", {"activity_id": activity_id}))
        for activity_id, title, html in rows
    ]


def in_editions(published: Mapping[int, Sequence[OutlineActivity]]) -> dict[str, set[int]]:
    """Hash to the numbers of the editions whose lessons use the file. One statement.

    Bodies that were withdrawn use nothing any more.
    """
    numbers: dict[str, set[int]] = defaultdict(set)
    for number, lessons in published.items():
        for lesson in lessons:
            for body in lesson.data["bodies"].values():
                numbers[body].add(number)
    rows = db.session.execute(
        sa.select(Content.hash, Content.body).where(
            Content.hash.in_(numbers), Content.withdrawn_at.is_(None), Content.body.contains("/media/")
        )
    )
    found: dict[str, set[int]] = defaultdict(set)
    for body, html in rows:
        for digest in hashes_in(html):
            found[digest] |= numbers[body]
    return found


def kept(wanted: Collection[str]) -> set[str]:
    """Which of these files any text uses: of a draft, of an edition or of its history. Two statements."""
    return {digest for html in _texts() for digest in hashes_in(html) if digest in wanted}


def _texts() -> Iterator[str]:
    yield from db.session.scalars(sa.select(LessonBody.html).where(LessonBody.html.contains("/media/")))
    yield from db.session.scalars(
        sa.select(Content.body).where(Content.body.contains("/media/"), Content.withdrawn_at.is_(None))
    )
