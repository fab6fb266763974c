"""When a notice is mailed, and to whom. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.auth.models import PersonState

from .kinds import Kind
from .models import Way

MORNING = time(7)
# Who has not taken the account into use is told of the account alone; who has left, nothing.
_TOLD = frozenset({PersonState.ACTIVE, PersonState.WAITING})
_NOT_YET = frozenset({PersonState.UNCONFIRMED, PersonState.INVITED})


def is_told(kind: Kind, state: PersonState) -> bool:
    """Whether somebody whose account stands so gets notices of this kind at all."""
    return state in _TOLD or (kind.fixed and state in _NOT_YET)


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
