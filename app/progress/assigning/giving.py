"""To whom a course is given, and by when it is due: plain values, pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.auth.models import Role


@dataclass(frozen=True, slots=True)
class Target:
    """One of a person, a cohort, a city and a role."""

    person_id: int | None = None
    cohort_id: int | None = None
    city_id: int | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When an assignment is due: on a day, so many days after each enrolment, or never."""

    at: datetime | None = None
    days: int | None = None

    def of(self, begun_at: datetime, zone: str) -> datetime | None:
        """When it is due for somebody whose time began at `begun_at`: days end by the clocks of `zone`."""
        if self.days is None:
            return self.at
        return end_of((begun_at.astimezone(ZoneInfo(zone)) + timedelta(days=self.days)).date(), zone)


def end_of(day: date, zone: str) -> datetime:
    """The last second of a day by the clocks of `zone`."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone))
