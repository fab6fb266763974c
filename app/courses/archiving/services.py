"""Archiving a course, and bringing it back. Nothing that anybody did in it changes by either."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.extensions import db

from ..errors import EditedMeanwhile
from ..models import Course
from . import queries
from .errors import NoReplacement


def archive(*, course_id: int, replaced_by_id: int | None = None, seen: str | None = None, by: int) -> None:
    """Let nobody begin a course any more; whoever is in it goes on. Of an archived one, change what replaces it.

    `seen`: the mark of how the course stood when its page was shown (None: nobody knows). Waits for whoever enrols in
    this very moment: they are in it afterwards, or refused. Raises `NotFound`, `EditedMeanwhile` and `NoReplacement`.
    """
    _lock(course_id, replaced_by_id)
    stands = queries.get_archiving(course_id)
    if seen is not None and seen != stands.mark:
        raise EditedMeanwhile
    if replaced_by_id is not None and not queries.can_replace(replaced_by_id, course_id):
        raise NoReplacement
    if stands.archived_at is not None and stands.replaced_by_id == replaced_by_id:
        return
    _write(course_id, archived_at=stands.archived_at or clock.now(), replaced_by_id=replaced_by_id)
    action = "course.archive" if stands.archived_at is None else "course.replacement"
    audit.record(action, f"course:{course_id}", actor_id=by, replaced_by=replaced_by_id, was=stands.replaced_by_id)
    db.session.flush()


def bring_back(*, course_id: int, by: int) -> None:
    """Let people begin an archived course again, as its edition in force has it. One that is not archived stays so.

    Raises `NotFound`.
    """
    _lock(course_id)
    stands = queries.get_archiving(course_id)
    if stands.archived_at is None:
        return
    _write(course_id, archived_at=None, replaced_by_id=None)
    audit.record(
        "course.bring_back",
        f"course:{course_id}",
        actor_id=by,
        archived_at=stands.archived_at.isoformat(),
        replaced_by=stands.replaced_by_id,
    )
    db.session.flush()


def _lock(course_id: int, replaced_by_id: int | None = None) -> None:
    """Hold both courses, by id, so that two that would replace each other do not cross.

    What replaces it is only kept from being archived: people go on enrolling in it.
    """
    for wanted in sorted({course_id} | ({replaced_by_id} if replaced_by_id else set())):
        row = sa.select(Course.id).where(Course.id == wanted)
        own = wanted == course_id
        found = db.session.scalar(row.with_for_update() if own else row.with_for_update(read=True, key_share=True))
        if own and found is None:
            raise NotFound


def _write(course_id: int, **values: Any) -> None:
    """Not through the row, whose version would go up: whoever is editing the course's draft has no conflict."""
    db.session.execute(sa.update(Course).where(Course.id == course_id).values(**values))
