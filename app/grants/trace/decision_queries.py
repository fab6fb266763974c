"""Decisions that an upheld appeal changed: the application's row holds the one in force, the audit log those before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.models import AuditEvent
from app.extensions import db

from ..models import Application

DECIDE, UPHOLD = "application.decide", "appeal.uphold"


@dataclass(frozen=True, slots=True)
class FormerDecision:
    """What was decided before, by whom (by id) and when, and when an appeal changed it."""

    outcome: str
    amount: int | None
    reason: str
    by_id: int | None
    at: datetime | None
    changed_at: datetime


def list_former(application_id: int) -> list[FormerDecision]:
    """The decisions about an application that are in force no more, in order of time. One statement."""
    return _former_of(db.session.scalars(_events().where(AuditEvent.subject == f"application:{application_id}")))


def list_former_of(call_id: int) -> dict[int, list[FormerDecision]]:
    """As `list_former`, of all applications of a call, by their ids. One statement."""
    events: dict[int, list[AuditEvent]] = defaultdict(list)
    subject = sa.literal("application:") + sa.cast(Application.id, sa.String)
    rows = db.session.execute(
        _events()
        .add_columns(Application.id.label("application_id"))
        .join(Application, AuditEvent.subject == subject)
        .where(Application.call_id == call_id)
    )
    for row in rows:
        events[row.application_id].append(row.AuditEvent)
    return {application_id: _former_of(found) for application_id, found in events.items()}


def _events() -> sa.Select[AuditEvent]:
    return sa.select(AuditEvent).where(AuditEvent.action.in_((DECIDE, UPHOLD))).order_by(AuditEvent.at, AuditEvent.id)


def _former_of(events: Iterable[AuditEvent]) -> list[FormerDecision]:
    """From the decisions of one application, in order of time."""
    former: list[FormerDecision] = []
    last: AuditEvent | None = None
    for event in events:
        if event.action == UPHOLD:
            former.append(_former(event, last))
        last = event
    return former


def _former(upheld: AuditEvent, decided: AuditEvent | None) -> FormerDecision:
    """From what the appeal noted of it; who and when, where it did not note that yet, from the decision itself."""
    before: dict[str, Any] = upheld.details.get("before") or (decided.details if decided else {})
    at = before.get("at")
    return FormerDecision(
        outcome=before.get("outcome", ""),
        amount=before.get("amount"),
        reason=before.get("reason") or "",
        by_id=before.get("by") or (decided.actor_id if decided else None),
        at=datetime.fromisoformat(at) if at else decided.at if decided else None,
        changed_at=upheld.at,
    )
