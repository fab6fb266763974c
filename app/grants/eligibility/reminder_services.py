"""Asking to be told when a call opens."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock
from app.extensions import db

from ..calls.call import Call, CallState
from ..errors import AlreadyOpen
from ..models import CallReminder

_reminder: Any = CallReminder.__table__


def remind(call: Call, *, person_id: int) -> None:
    """Tell the person when the call opens; twice is once. Raises `AlreadyOpen`."""
    if call.state_at(clock.now()) is not CallState.COMING:
        raise AlreadyOpen
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    values = {"call_id": call.id, "person_id": person_id, "asked_at": clock.now()}
    db.session.execute(make(_reminder).values(values).on_conflict_do_nothing())


def leave_alone(call: Call, *, person_id: int) -> None:
    """Tell the person nothing when the call opens; it is no fault if they had not asked."""
    db.session.execute(
        sa.delete(CallReminder).where(CallReminder.call_id == call.id, CallReminder.person_id == person_id)
    )


def forget(*, person_id: int) -> None:
    """An erased person waits for no call any more."""
    db.session.execute(sa.delete(CallReminder).where(CallReminder.person_id == person_id))
