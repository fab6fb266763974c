"""The reports that go to people by mail, and their readers as the site knows them outside a request."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app.auth.identity import Identity, identity_of
from app.auth.models import PersonState
from app.auth.permissions import may_follow
from app.core.errors import NotFound
from app.extensions import db

from .models import ReportSchedule


def list_schedules(person: Identity) -> list[ReportSchedule]:
    """What goes to a person, the newest first."""
    mine = sa.select(ReportSchedule).where(ReportSchedule.person_id == person.id, ReportSchedule.ended_at.is_(None))
    return list(db.session.scalars(mine.order_by(ReportSchedule.id.desc())))


def get_schedule(person: Identity, schedule_id: int) -> ReportSchedule:
    """One that goes to `person`. Raises `NotFound`."""
    found = db.session.get(ReportSchedule, schedule_id)
    if found is None or found.person_id != person.id or found.ended_at is not None:
        raise NotFound
    return found


def list_due(at: datetime) -> list[int]:
    """The ids of those whose time has come, the longest overdue first."""
    due = sa.select(ReportSchedule.id).where(ReportSchedule.ended_at.is_(None), ReportSchedule.next_at <= at)
    return list(db.session.scalars(due.order_by(ReportSchedule.next_at, ReportSchedule.id)))


def may_still_read(person_id: int) -> bool:
    """Whether a report that waits in the outbox may still leave to a person: they may have lost the role meanwhile."""
    reader = find_reader(person_id)
    return reader is not None and may_follow(reader)


def find_reader(person_id: int) -> Identity | None:
    """A person with their open roles, as in a request; None for who has left."""
    reader = identity_of(person_id)
    return reader if reader.state is PersonState.ACTIVE else None
