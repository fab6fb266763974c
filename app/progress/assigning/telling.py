"""What people are told when somebody else changes by when their course is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.text import source_first
from app.courses.editions import get_edition
from app.courses.models import Course
from app.extensions import db
from app.messages.models import Notice
from app.messages.services import Told, tell_many

from ..models import Enrolment, EnrolmentState

KIND = "due_changed"
DATED = ("enrolled", "due_soon", "late", KIND)  # the kinds that say a date; their keys go on with enrolment and cycle
BATCH = 500


def list_due(*, course_id: int, people: Collection[int]) -> dict[int, datetime | None]:
    """By when the course is due for those of the people who are in it, by the ids of their enrolments."""
    rows = db.session.execute(
        sa.select(Enrolment.id, Enrolment.due_at).where(
            Enrolment.course_id == course_id, Enrolment.person_id.in_(people)
        )
    )
    return {row.id: row.due_at for row in rows}


def tell_changed(*, course_id: int, before: Mapping[int, datetime | None], by_id: int | None) -> None:
    """Tell those whose course is due at another moment than `before`, by the ids of enrolments; but for `by_id`.

    What they were told earlier says from then on that its date is over. Only who is under way is told.
    """
    for ids in _batches(sorted(before)):
        rows = db.session.execute(
            sa.select(
                Enrolment.id, Enrolment.person_id, Enrolment.cycle, Enrolment.due_at, Enrolment.version_id
            ).where(Enrolment.id.in_(ids), Enrolment.state == EnrolmentState.OPEN)
        ).all()  # fmt: skip
        changed = [row for row in rows if row.due_at != before[row.id]]
        if not changed:
            continue
        _mark(changed)
        said = _about(course_id)
        tell_many(
            KIND, [Told(_key(row), row.person_id, said | _date(row)) for row in changed if row.person_id != by_id]
        )


def still_changed(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices, of due dates that changed, whose enrolment is open and due as they say.

    One statement.
    """
    named = {notice.values["enrolment"] for notice in notices}
    rows = db.session.execute(
        sa.select(Enrolment.id, Enrolment.cycle, Enrolment.due_at).where(
            Enrolment.id.in_(named), Enrolment.state == EnrolmentState.OPEN
        )
    )
    due = {(row.id, row.cycle): row.due_at and row.due_at.isoformat() for row in rows}
    return {
        notice.id
        for notice in notices
        if due.get((notice.values["enrolment"], notice.values["cycle"]), False) == notice.values["due_at"]
    }


def _mark(rows: Iterable[Any]) -> None:
    """Write into notices that say a date of these enrolments whether it is over."""
    due = {(str(row.id), str(row.cycle)): row.due_at and row.due_at.isoformat() for row in rows}
    notices = db.session.scalars(
        sa.select(Notice)
        .where(Notice.person_id.in_({row.person_id for row in rows}), Notice.kind.in_(DATED))
        .order_by(Notice.person_id, Notice.id).with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    for notice in notices:
        enrolment = tuple(notice.key.split(":")[1:3])
        if enrolment in due and notice.values.get("due_at"):
            notice.values = notice.values | {"over": notice.values["due_at"] != due[enrolment]}
    db.session.flush()


def _about(course_id: int) -> dict[str, Any]:
    course = db.session.get_one(Course, course_id)
    assert course.edition_id is not None  # somebody is enrolled in it
    outline = get_edition(course.edition_id).outline
    return {"slug": course.slug, "titles": source_first(outline.title, outline.source_language)}


def _date(row: Any) -> dict[str, Any]:
    return {"enrolment": row.id, "cycle": row.cycle, "due_at": row.due_at.isoformat() if row.due_at else None}


def _key(row: Any) -> str:
    """It names the version of the enrolment, so that a date that comes back is told again."""
    return f"{KIND}:{row.id}:{row.cycle}:{row.version_id}"


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
