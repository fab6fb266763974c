"""The one clock. Tests set it; nothing else calls `datetime.now`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TypeVar

Moment = TypeVar("Moment", date, datetime)

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) for the block: for tests, demonstrations and 'as of' questions."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def months_before(moment: Moment, months: int) -> Moment:
    """The same day, and hour if it has one, `months` calendar months earlier, the day capped to the month's last.

    31 March less one month is 28 (or 29) February. Done here and bound into SQL,
    so that both databases agree.
    """
    return _shift(moment, -months)


def months_after(moment: Moment, months: int) -> Moment:
    """As `months_before`, forwards."""
    return _shift(moment, months)


def _shift(moment: Moment, months: int) -> Moment:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, _days(year, month + 1)))


def _days(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days
