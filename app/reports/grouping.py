"""Completion by city, region, country, course, cohort, role and month: the lines of one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _

from app.auth.identity import Identity
from app.auth.models import Role
from app.auth.people.labels import ROLES
from app.core.folding import folded
from app.network.labels import REGIONS, city_label, country_name
from app.network.models import Region

from . import queries
from .choices import Choices
from .labels import cohort_labels
from .queries import Count, Filters
from .scope import NO_ROLE

MOST_MONTHS = 36
LINES_A_PAGE = 50


class By(StrEnum):
    CITY = "city"
    REGION = "region"
    COUNTRY = "country"
    COURSE = "course"
    COHORT = "cohort"
    ROLE = "role"
    MONTH = "month"


class Order(StrEnum):
    """How lines are sorted; names in the alphabet (months by time), figures from the most."""

    NAME = "name"
    ENROLLED = "enrolled"
    SHARE = "share"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Line:
    """One group. `narrows` are the filters, by name, that ask for just this group."""

    label: str
    narrows: dict[str, str]
    count: Count
    place: Any = None  # before the label, where lines are not in the alphabet


@dataclass(frozen=True, slots=True)
class Table:
    """A page of lines. `most`: the most enrolments of any line."""

    by: By
    order: Order
    lines: tuple[Line, ...]
    page: int
    pages: int


def table(
    person: Identity, filters: Filters, choices: Choices, by: By, order: Order, *, page: int, language: str
) -> Table:
    """A page of lines, in two statements at most; by cohort, in one more for each further hundred with a rule."""
    lines = _LINES[by](person, filters, choices, language)
    keys: dict[Order, Callable[[Line], Any]] = {
        Order.NAME: lambda line: 0,
        Order.ENROLLED: lambda line: -line.count.enrolled,
        Order.SHARE: lambda line: -line.count.share,
        Order.LATE: lambda line: -line.count.overdue,
    }
    lines = sorted(lines, key=lambda line: (keys[order](line), line.place is None, line.place, folded(line.label)))
    pages = max(1, -(-len(lines) // LINES_A_PAGE))
    page = min(page, pages)
    return Table(by, order, tuple(lines[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE]), page, pages)


def _by_city(person: Identity, filters: Filters, choices: Choices, language: str) -> list[Line]:
    cities = {city.id: city for city in choices.cities}
    lines = []
    for count in queries.list_by_city(person, filters):
        if count.key is None:
            lines.append(_without_city(count))
        else:
            city = cities[count.key]
            lines.append(Line(city_label(city.name, city.country), {"city": str(city.id)}, count, 0))
    return lines


def _by_region(person: Identity, filters: Filters, choices: Choices, language: str) -> list[Line]:
    of_city = {city.id: city.region for city in choices.cities}
    return _gathered(person, filters, of_city, "region", lambda region: str(REGIONS[Region(region)]))


def _by_country(person: Identity, filters: Filters, choices: Choices, language: str) -> list[Line]:
    of_city = {city.id: city.country for city in choices.cities}
    return _gathered(person, filters, of_city, "country", country_name)


def _gathered(
    person: Identity, filters: Filters, of_city: dict[int, str], name: str, label: Callable[[str], str]
) -> list[Line]:
    found = added((of_city.get(count.key), count) for count in queries.list_by_city(person, filters))
    return [
        _without_city(count) if key is None else Line(label(key), {name: key}, count, 0) for key, count in found.items()
    ]


def added(keyed: Iterable[tuple[str | None, Count]]) -> dict[str | None, Count]:
    """The sum of the counts under each key."""
    found: dict[str | None, Count] = {}
    for key, count in keyed:
        found[key] = add(found[key], count) if key in found else count
    return found


def _without_city(count: Count) -> Line:
    return Line(_("No city"), {"city": "none"}, count, 1)


def _by_course(person: Identity, filters: Filters, choices: Choices, language: str) -> list[Line]:
    courses = {course.id: course for course in choices.courses}
    return [
        Line(courses[count.key].title(language), {"course": courses[count.key].slug}, count, 0)
        for count in queries.list_by_course(person, filters)
        if count.key in courses
    ]


def _by_cohort(person: Identity, filters: Filters, choices: Choices, language: str) -> list[Line]:
    labels = cohort_labels(choices)
    counts = queries.list_by_cohort(person, filters, choices.cohorts)
    return [Line(labels[count.key], {"cohort": str(count.key)}, count, 0) for count in counts]


def _by_role(person: Identity, filters: Filters, choices: Choices, language: str) -> list[Line]:
    return [
        Line(
            _("Practitioner only") if count.key == NO_ROLE else str(ROLES[Role(count.key)]), {"role": count.key}, count
        )
        for count in queries.list_by_role(person, filters)
    ]


def _by_month(person: Identity, filters: Filters, choices: Choices, language: str) -> list[Line]:
    zone = ZoneInfo(person.time_zone)
    first = filters.since or queries.find_first(person, filters) or filters.at
    last = min(filters.before - timedelta(microseconds=1), filters.at) if filters.before else filters.at
    days = months_between(first.astimezone(zone).date(), last.astimezone(zone).date())
    begins = [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
    lines = []
    for count in queries.list_by_month(person, filters, begins):
        begin, end = days[count.key], _next(days[count.key]) - timedelta(days=1)
        if filters.since and count.key == 0:
            begin = max(begin, filters.since.astimezone(zone).date())
        if filters.before:
            end = min(end, last.astimezone(zone).date())
        narrows, label = {"from": begin.isoformat(), "to": end.isoformat()}, _month(days[count.key])
        if count.key == 0 and first.astimezone(zone).date() < days[0]:
            narrows["from"], label = "", _("%(month)s and before", month=label)
            if filters.since:
                narrows["from"] = filters.since.astimezone(zone).date().isoformat()
        lines.append(Line(label, narrows, count, -count.key))
    return lines


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from that of `first` to that of `last`, the last `MOST_MONTHS` of them."""
    month = first.replace(day=1)
    months: list[date] = []
    while month <= last or not months:
        months.append(month)
        month = _next(month)
    return months[-MOST_MONTHS:]


def _month(day: date) -> str:
    return str(format_date(day, "LLLL y", rebase=False))


def _next(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


_LINES: dict[By, Callable[[Identity, Filters, Choices, str], list[Line]]] = {
    By.CITY: _by_city,
    By.REGION: _by_region,
    By.COUNTRY: _by_country,
    By.COURSE: _by_course,
    By.COHORT: _by_cohort,
    By.ROLE: _by_role,
    By.MONTH: _by_month,
}
