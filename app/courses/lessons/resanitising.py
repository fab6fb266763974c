"""Cleaning again the lessons of drafts: as it is done when they are saved, for those that nobody has saved since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core import audit, sanitise
from app.core.text import string_hash
from app.extensions import db

from ..models import Activity, Course, LessonBody
from . import history
from .history import Former


@dataclass(frozen=True, slots=True)
class RecleanedDraft:
    """A lesson's text in one language, by the id of its row, and what cleaning it again gives."""

    id: int
    before: str
    after: str


def list_drafts(*, after: int, limit: int) -> list[tuple[int, str]]:
    """Id and text of lesson bodies, by id from `after` on."""
    bodies = sa.select(LessonBody.id, LessonBody.html).where(LessonBody.id > after)
    return [(row.id, row.html) for row in db.session.execute(bodies.order_by(LessonBody.id).limit(limit))]


def clean_drafts(bodies: Sequence[tuple[int, str]]) -> list[RecleanedDraft]:
    """Clean these by today's policy, and give those that differ. Slow, and without a statement."""
    cleaned = [RecleanedDraft(body_id, html, sanitise.clean(html)) for body_id, html in bodies]
    return [one for one in cleaned if one.before != one.after]


def replace_drafts(cleaned: Sequence[RecleanedDraft], *, note: str) -> int:
    """Put the cleaner texts in place, keep the former ones in the history with `note`; returns how many.

    One that somebody saved in the meantime is left: saving cleaned it. Translations of a text that was only cleaned
    stay up to date.
    """
    replaced = 0
    for one in cleaned:
        body = db.session.get(LessonBody, one.id, with_for_update=True, populate_existing=True)
        if body is None or body.html != one.before:
            continue
        history.keep([Former.of(body, note=note)], policy=sanitise.POLICY - 1)
        body.html = one.after
        _follow(body, one)
        audit.record("lesson.resanitise", f"lesson_body:{body.id}", actor_id=None, policy=sanitise.POLICY)
        replaced += 1
    db.session.flush()
    return replaced


def _follow(body: LessonBody, one: RecleanedDraft) -> None:
    """Translations made from the source before it was cleaned count as made from the cleaner one."""
    source = (
        sa.select(Course.source_language)
        .join(Activity, Activity.course_id == Course.id)
        .where(Activity.id == body.lesson_id)
        .scalar_subquery()
    )
    db.session.execute(
        sa.update(LessonBody)
        .where(
            LessonBody.lesson_id == body.lesson_id,
            LessonBody.source_hash == string_hash(one.before),
            sa.literal(body.language) == source,
        )
        .values(source_hash=string_hash(one.after))
        .execution_options(synchronize_session=False)
    )
