"""Which reports cities owe, and which are late: a report is due at the end of its day, by the call's clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core import clock
from app.core.errors import NotFound
from app.core.text import Text
from app.extensions import db
from app.network.models import City

from ..models import Application, ApplicationState, Duty, GrantCall

PAGE_SIZE = 50
SOON = 14  # days before


class DutyState(StrEnum):
    DONE = "done"
    COMING = "coming"
    SOON = "soon"
    LATE = "late"


def state_of(due_on: date, done_at: datetime | None, time_zone: str, at: datetime) -> DutyState:
    """How a report stands: late from the day after the one it is due on, by the call's clocks."""
    if done_at is not None:
        return DutyState.DONE
    days = (due_on - at.astimezone(ZoneInfo(time_zone)).date()).days
    if days < 0:
        return DutyState.LATE
    return DutyState.SOON if days <= SOON else DutyState.COMING


def get_duty(application_id: int, key: str) -> Duty:
    """A report that is owed for an application. Raises `NotFound`."""
    duty = db.session.scalars(
        sa.select(Duty)
        .where(Duty.application_id == application_id, Duty.key == key)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if duty is None:
        raise NotFound
    return duty


@dataclass(frozen=True, slots=True)
class Owed:
    """A report that is not handed in yet, in the administrators' list."""

    application_id: int
    slug: str
    call_title: Text
    source_language: str
    city: str
    title: Text
    due_on: date
    state: DutyState


@dataclass(frozen=True, slots=True)
class OwedPage:
    """A page of reports that are owed, with how many there are, and how many of all are late."""

    rows: Sequence[Owed]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_owed(page: int) -> OwedPage:
    """The reports that cities owe, by when they are due. One statement; beyond the end, the first page in another."""
    rows, total = _owed(page)
    if not rows and page > 1:
        return list_owed(1)
    return OwedPage(rows, total, page)


def _owed(page: int) -> tuple[list[Owed], int]:
    now = clock.now()
    found: Sequence[Any] = db.session.execute(
        sa.select(
            Duty.application_id,
            Duty.title,
            Duty.due_on,
            GrantCall.slug,
            GrantCall.title.label("call_title"),
            GrantCall.source_language,
            GrantCall.time_zone,
            City.name.label("city"),
            sa.func.count().over().label("total"),
        )
        .join(Application, Application.id == Duty.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(City, City.id == Application.city_id)
        .where(Duty.done_at.is_(None), Application.state == ApplicationState.AWARDED)
        .order_by(Duty.due_on, City.name, Duty.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    rows = [
        Owed(
            row.application_id,
            row.slug,
            row.call_title,
            row.source_language,
            row.city,
            row.title,
            row.due_on,
            state_of(row.due_on, None, row.time_zone, now),
        )
        for row in found
    ]
    return rows, found[0].total if found else 0
