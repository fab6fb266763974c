"""Until when a city may appeal, and by when it is answered: whole days by the call's clocks. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

APPEAL_DAYS = 30  # after the day of the decision
ANSWER_DAYS = 30  # after the day of the appeal


def appeal_until(decided_at: datetime, time_zone: str) -> datetime:
    """The last moment, not included, at which a decision can be appealed: the end of the thirtieth day after it."""
    return _end_of_day(decided_at, APPEAL_DAYS, time_zone)


def answer_until(made_at: datetime, time_zone: str) -> datetime:
    """By when an appeal made then is to be answered."""
    return _end_of_day(made_at, ANSWER_DAYS, time_zone)


def _end_of_day(moment: datetime, days: int, time_zone: str) -> datetime:
    zone = ZoneInfo(time_zone)
    day = moment.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), zone).astimezone(UTC)
