"""Where the files of a course's library are used: read from its texts each time, and never written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.models import Content
from app.core.text import Text
from app.extensions import db

from . import editions
from .dressing import hashes_in
from .models import Activity, Edition, LessonBody, Module


@dataclass(frozen=True, slots=True)
class Use:
    """A lesson of the draft that uses a file."""

    activity_id: int
    title: Text


@dataclass(frozen=True, slots=True)
class Usage:
    """The lessons of the draft that use a file, in the order of the course, and the editions that do, by number."""

    lessons: tuple[Use, ...] = ()
    editions: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lessons or self.editions)


def usage_in(course_id: int) -> Mapping[str, Usage]:
    """Each file that the course uses, by its hash. At most four statements, however much there is."""
    lessons = _in_draft(course_id)
    published = _in_editions(course_id)
    return {
        digest: Usage(tuple(lessons.get(digest, {}).values()), tuple(sorted(published.get(digest, ()))))
        for digest in lessons.keys() | published.keys()
    }


def _in_draft(course_id: int) -> dict[str, dict[int, Use]]:
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
    found: dict[str, dict[int, Use]] = defaultdict(dict)
    for activity_id, title, html in rows:
        for digest in hashes_in(html):
            found[digest].setdefault(activity_id, Use(activity_id, title))
    return found


def _in_editions(course_id: int) -> dict[str, set[int]]:
    """Bodies that were withdrawn use nothing any more."""
    ids = db.session.scalars(sa.select(Edition.id).where(Edition.course_id == course_id)).all()
    numbers: dict[str, set[int]] = defaultdict(set)
    for edition in editions.list_editions(ids):
        for activity in edition.activities:
            if activity.kind == "lesson":
                for body in activity.data["bodies"].values():
                    numbers[body].add(edition.number)
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
