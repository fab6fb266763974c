"""When what counts now stops counting. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from app.core import clock

TICK = timedelta(microseconds=1)


def since(at: datetime, months: int) -> datetime:
    """The first moment that lies within the `months` before `at`.

    Where the month back then is too short for the day, it begins with the next: on 31 December the last six months
    are those from 1 July. So what once lay too far back never comes nearer again.
    """
    first = clock.months_before(at, months)
    return first if first.day == at.day else start_of(first.date() + timedelta(days=1))


def lapses(moment: datetime, months: int) -> datetime:
    """The first moment as of which `moment` no longer lies within the `months` before.

    Where the month it would lapse in is too short for its day, it counts to the end of that month: what was done on
    31 January counts for a month until the last of February.
    """
    last = clock.months_after(moment, months)
    if last.day == moment.day:
        return last + TICK
    return start_of(clock.months_after(last.date().replace(day=1), 1))


def full_months_on(day: date, months: int) -> date:
    """The first day as of which `day` lies so many months back, or longer."""
    then = clock.months_after(day, months)
    return then if then.day == day.day else clock.months_after(then.replace(day=1), 1)


def start_of(day: date) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """The last moment of a day, in UTC."""
    return start_of(day + timedelta(days=1)) - TICK
