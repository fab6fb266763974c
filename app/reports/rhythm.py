"""When a report by mail goes next: at seven in the morning where its reader is. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .models import Rhythm

HOUR = 7


def next_time(after: datetime, rhythm: Rhythm, zone: str) -> datetime:
    """The first moment after `after` that is seven in the morning, on any day, a Monday or the first of a month."""
    here = ZoneInfo(zone)
    day = after.astimezone(here).date()
    while True:
        moment = datetime.combine(day, time(HOUR), here).astimezone(UTC)
        fits = {Rhythm.DAILY: True, Rhythm.WEEKLY: day.weekday() == 0, Rhythm.MONTHLY: day.day == 1}[rhythm]
        if fits and moment > after:
            return moment
        day += timedelta(days=1)
