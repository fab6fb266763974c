"""What is read with every answer that is saved: as little as that needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.extensions import db
from app.progress.models import Enrolment

from ..models import Attempt, Response
from ..queries import get_versions, taken_under
from ..settings import QuizSettings
from ..types import Content


@dataclass(frozen=True, slots=True)
class Answering:
    """What saving the answer to one question of a person's attempt must know; `slot` counts from 0.

    `answered` says whether there is an answer, `given` how many of the other questions have one, of `total` in all.
    """

    attempt_id: int
    slot: int
    content: Content
    settings: QuizSettings
    state: str
    due_at: datetime | None
    locked: bool
    answered: bool
    given: int
    total: int


# Plain tables: read with every answer that is saved, so nothing of the mapper's work is done.
_attempt, _response = Attempt.__table__, Response.__table__
_enrolment = Enrolment.__table__
_others = _response.alias("others")
_same_attempt = sa.select(sa.func.count()).where(_others.c.attempt_id == _attempt.c.id).correlate(_attempt)
_ANSWERING = (
    sa.select(
        _attempt.c.state, _attempt.c.due_at, _attempt.c.edition_id, _attempt.c.activity_id,
        _response.c.version_id, _response.c.locked, _response.c.answer.is_not(None).label("answered"),
        _same_attempt.scalar_subquery().label("total"),
        _same_attempt.where(_others.c.answer.is_not(None), _others.c.slot != sa.bindparam("slot"))
        .scalar_subquery().label("given"),
    )
    .select_from(
        _attempt.join(_enrolment, _enrolment.c.id == _attempt.c.enrolment_id)
        .join(_response, _response.c.attempt_id == _attempt.c.id)
    )
    .where(
        _attempt.c.id == sa.bindparam("attempt"), _enrolment.c.person_id == sa.bindparam("person"),
        _response.c.slot == sa.bindparam("slot"),
    )
)  # fmt: skip


def find_answering(attempt_id: int, slot: int, *, person_id: int) -> Answering | None:
    """One question of a person's own attempt, in one statement; nobody else's, and no slot that it does not have."""
    given = {"attempt": attempt_id, "slot": slot, "person": person_id}
    row = db.session.connection().execute(_ANSWERING, given).one_or_none()
    if row is None:
        return None
    return Answering(
        attempt_id=attempt_id,
        slot=slot,
        content=get_versions((row.version_id,))[row.version_id][0],
        settings=taken_under(row.edition_id, row.activity_id),
        state=row.state,
        due_at=row.due_at,
        locked=row.locked,
        answered=bool(row.answered),
        given=row.given,
        total=row.total,
    )
