"""What only a person can state: appended each time, so that what was stated before can still be seen."""

from __future__ import annotations

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.extensions import db

from ..calls.call import Call, CallState
from ..errors import CannotState
from ..models import Application, ApplicationState, Declaration

OPEN = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


def declare(call: Call, *, key: str, holds: bool, person_id: int, city_id: int | None) -> Declaration | None:
    """Write down what the person states; the same as they last stated is not written again, and gives None.

    Raises `NotFound` if the rule asks for no such statement, `CannotState` once the call has closed or the city of
    the person has handed in its application. That row is locked, so that nothing changes while it is frozen.
    """
    now = clock.now()
    if not any(key in leaf.declaration_keys for leaf in call.rule.leaves()):
        raise NotFound
    if call.state_at(now) is CallState.CLOSED or _state(call.id, city_id) not in (None, *OPEN):
        raise CannotState
    if _last(key, person_id) == holds:
        return None
    row = Declaration(person_id=person_id, key=key, holds=holds, at=now)
    db.session.add(row)
    db.session.flush()
    audit.record("declaration.state", f"grant_call:{call.id}", actor_id=person_id, key=key, holds=holds)
    return row


def _state(call_id: int, city_id: int | None) -> str | None:
    return db.session.scalar(
        sa.select(Application.state)
        .where(Application.call_id == call_id, Application.city_id == city_id)
        .with_for_update(read=True)
    )


def _last(key: str, person_id: int) -> bool | None:
    return db.session.scalar(
        sa.select(Declaration.holds)
        .where(Declaration.key == key, Declaration.person_id == person_id)
        .order_by(Declaration.at.desc(), Declaration.id.desc())
        .limit(1)
    )
