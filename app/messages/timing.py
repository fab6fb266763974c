"""When a notice is mailed, and to whom. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.auth.models import PersonState

from .kinds import Kind
from .models import Way

MORNING = time(7)
# Who has left is told nothing. Who has not taken the account into use finds it in the site once they do; mail comes to
# them of the account alone.
_GONE = frozenset({PersonState.LEFT, PersonState.ERASED})
_NOT_YET = frozenset({PersonState.UNCONFIRMED, PersonState.INVITED})


def is_told(state: PersonState) -> bool:
    """Whether somebody whose account stands so gets notices at all."""
    return state not in _GONE


def is_mailed(kind: Kind, state: PersonState) -> bool:
    """Whether notices of this kind may go by mail to somebody whose account stands so."""
    return is_told(state) and (kind.fixed or state not in _NOT_YET)


def mail_at(way: Way, now: datetime, time_zone: str) -> datetime | None:
    """When a notice of `now` is mailed to somebody in `time_zone`: at once, in the morning's digest, or never."""
    if way is Way.NOT:
        return None
    return now if way is Way.AT_ONCE else next_morning(now, time_zone)


def next_morning(now: datetime, time_zone: str) -> datetime:
    """The first 7 in the morning after `now` where the clocks are those of `time_zone`."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    morning = datetime.combine(today, MORNING, zone)
    if morning <= now:
        morning = datetime.combine(today + timedelta(days=1), MORNING, zone)
    return morning.astimezone(now.tzinfo)
