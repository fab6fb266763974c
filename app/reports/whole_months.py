"""A period as tallies know it: its whole months in UTC, and what it has besides, at either end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.progress.models import Enrolment

from .scope import Basis, Filters


def moment_of(filters: Filters) -> Any:
    """The moment of an enrolment that the period bounds."""
    return Enrolment.completed_at if filters.basis is Basis.COMPLETED else Enrolment.enrolled_at


def within(filters: Filters, month: Any) -> list[sa.ColumnElement[bool]] | None:
    """The whole months of the period, as conditions on a tally's `month`; None if it has none."""
    first, end = whole(filters)
    if first and end and first >= end:
        return None
    conditions: list[sa.ColumnElement[bool]] = []
    if first:
        conditions.append(month >= named(first))
    if end:
        conditions.append(month < named(end))
    return conditions


def besides(filters: Filters) -> list[tuple[sa.ColumnElement[bool], ...]]:
    """What the period has before its first whole month, and after its last, as conditions on enrolments."""
    first, end = whole(filters)
    found: list[tuple[sa.ColumnElement[bool], ...]] = []
    if first and first != filters.since:
        found.append((moment_of(filters) < first,))
    if end and end != filters.before:
        found.append((moment_of(filters) >= end,))
    return found


def whole(filters: Filters) -> tuple[datetime | None, datetime | None]:
    """When the first whole month of the period begins, and when the last ends, in UTC; None where it is open."""
    first = end = None
    if filters.since is not None:
        since = filters.since.astimezone(UTC)
        first = month_of(since)
        if first < since:
            first = month_of(first + timedelta(days=32))
    if filters.before is not None:
        end = month_of(filters.before.astimezone(UTC))
    return first, end


def has(filters: Filters, moment: datetime) -> bool:
    """Whether the whole months of the period, if it has any, have a moment among them."""
    first, end = whole(filters)
    month = month_of(moment.astimezone(UTC))
    return (first is None or month >= first) and (end is None or month < end)


def month_of(moment: datetime) -> datetime:
    """When the month in UTC of a moment in UTC began."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def nearest(moment: datetime) -> datetime:
    """When that month in UTC began or will begin of which the beginning is nearest."""
    return month_of(moment.astimezone(UTC) + timedelta(days=15))


def named(month: datetime) -> str:
    """A month as tallies have it."""
    return f"{month:%Y-%m}"
