"""The audit log: what was done that someone must answer for. It names people by id only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.extensions import db

from . import clock
from .models import AuditEvent
from .transactions import separate_write

_event: Any = AuditEvent.__table__


def record(action: str, subject: str, *, actor_id: int | None, **details: Any) -> None:
    """Write down `action` on `subject` (as `person:7`) within the present transaction."""
    db.session.add(AuditEvent(at=clock.now(), actor_id=actor_id, action=action, subject=subject, details=details))


def record_many(action: str, of: Mapping[str, Mapping[str, Any]], *, actor_id: int | None) -> None:
    """As `record`, of many subjects, each with its details. One statement for each thousand or so."""
    at = clock.now()
    rows = [
        {"at": at, "actor_id": actor_id, "action": action, "subject": subject, "details": dict(details)}
        for subject, details in of.items()
    ]
    if rows:
        db.session.execute(sa.insert(_event), rows)


def last_at(action: str, subject: str) -> datetime | None:
    """When `action` on `subject` was last written down; None: never."""
    chosen = sa.select(sa.func.max(AuditEvent.at)).where(AuditEvent.action == action, AuditEvent.subject == subject)
    found: datetime | None = db.session.scalar(chosen)
    return found


def record_reading(action: str, subject: str, *, actor_id: int, **details: Any) -> None:
    """Write down an export, or the opening of another person's record, on a connection of its own.

    The one thing that a GET writes, since reading is what is being recorded.
    """
    with separate_write() as connection:
        connection.execute(
            sa.insert(AuditEvent).values(
                at=clock.now(), actor_id=actor_id, action=action, subject=subject, details=details
            )
        )
