"""What tallies answer is what counting the enrolments answers, whatever is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.auth.models import Role
from app.core.transactions import unit_of_work
from app.network.models import Region
from app.progress.models import EnrolmentState
from app.progress.tallies import services as tally_services
from app.reports import queries, tallied
from app.reports.queries import Count
from app.reports.scope import NO_CITY, NO_ROLE, Basis, Filters, State
from tests.factories import a_city, a_course, a_person

from .factories import NOW, an_enrolment
from .test_queries import ADMINISTRATOR, coordinator


def list_by_month(person: Any, filters: Filters, zone: str) -> list[Count]:
    """The months of two years as they begin in a time zone."""
    begins = [datetime(2025 + n // 12, n % 12 + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) for n in range(24)]
    return queries.list_by_month(person, filters, begins)


def get_reach(person: Any, filters: Filters) -> Any:
    course = queries.list_courses(person)[0]
    return queries.get_reach(person, filters, course.edition)


ASKED: tuple[Callable[[Any, Filters], Any], ...] = (
    *(partial(list_by_month, zone=zone) for zone in ("UTC", "Asia/Kolkata", "America/Lima")),
    get_reach,
    queries.get_totals,
    queries.get_sizes,
    queries.list_by_city,
    queries.list_by_course,
    queries.list_by_role,
    queries.count_practitioners,
    queries.list_days_to_complete,
)


@pytest.fixture
def network(app: Flask) -> Iterator[tuple[list[int], list[int]]]:
    """Enrolments over two years, on days around the ends of months too; ids of cities and courses."""
    dice = random.Random(3)
    with unit_of_work():
        cities = [a_city(region=region) for region in (Region.EUROPE, Region.AFRICA, Region.AFRICA)]
        courses = [a_course(modules=1, lessons=2) for _course in range(3)]
        for number in range(14):
            city = dice.choice([*cities, None])
            roles = (Role.TRAINER, Role.COORDINATOR)[: 2 if city else 1] if number % 5 == 0 else ()
            person = a_person(city=city, roles=roles)
            for course in dice.sample(courses, dice.randint(1, 3)):
                at = NOW - timedelta(days=dice.randrange(700))
                if dice.random() < 0.3:
                    at = at.replace(day=1, hour=0, minute=0, second=0)
                days = dice.randrange(40) if dice.random() < 0.4 else None
                state = EnrolmentState.WITHDRAWN if days is None and dice.random() < 0.2 else None
                due = at + timedelta(days=60) if dice.random() < 0.5 else None
                an_enrolment(person, course, at=at, days=days, state=state, due_at=due)
        tally_services.add_up()
    yield [city.id for city in cities], [course.id for course in courses]


def asked(cities: list[int], courses: list[int]) -> Iterator[Filters]:
    """One by one and together."""
    spans = [
        (None, None),
        (NOW - timedelta(days=365), None),
        (datetime(2026, 1, 1, tzinfo=UTC), None),
        (datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)),
        (None, datetime(2026, 6, 1, tzinfo=UTC)),
        (datetime(2026, 8, 20, tzinfo=UTC), datetime(2026, 9, 10, tzinfo=UTC)),
    ]
    for since, before in spans:
        base = Filters(since=since, before=before, at=NOW)
        yield base
        yield from (replace(base, city_id=city) for city in (NO_CITY, cities[0]))
        yield replace(base, course_id=courses[0])
        yield replace(base, course_id=courses[0], city_id=cities[0])
        yield replace(base, region=Region.AFRICA)
        yield replace(base, country="NO", region=Region.AFRICA)
        yield from (replace(base, role=role) for role in (NO_ROLE, Role.TRAINER))
        yield replace(base, role=NO_ROLE, region=Region.AFRICA)
        yield from (replace(base, state=state) for state in State)
        yield from (replace(base, region=Region.AFRICA, state=state) for state in State)
        done = replace(base, basis=Basis.COMPLETED)
        yield done
        yield from (replace(done, **some) for some in ({"city_id": cities[0]}, {"course_id": courses[0]}))
        yield from (replace(done, state=state) for state in State)
        yield replace(done, role=NO_ROLE, region=Region.AFRICA)


def in_order(answer: Any) -> Any:
    return sorted(answer, key=str) if isinstance(answer, list) else answer


def test_tallies_say_what_counting_says(network: tuple[list[int], list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    every = [(ask, filters) for filters in asked(*network) for ask in ASKED]
    said = [in_order(ask(ADMINISTRATOR, filters)) for ask, filters in every]
    monkeypatch.setattr(tallied, "answers", lambda *_asked: False)
    for (ask, filters), answer in zip(every, said, strict=True):
        assert answer == in_order(ask(ADMINISTRATOR, filters)), (ask, filters)


def test_everybody_is_answered_by_tallies_and_a_city_to_its_coordinator_is_not(
    network: tuple[list[int], list[int]], statements: list[str]
) -> None:
    cities, _courses = network
    statements.clear()
    assert queries.list_by_course(ADMINISTRATOR, Filters(at=NOW))
    assert len(statements) == 1 and "FROM tally" in statements[0]
    assert queries.count_practitioners(ADMINISTRATOR, Filters(at=NOW))
    assert "FROM learner" in statements[1] and "enrolment" not in statements[1]
    queries.list_by_course(coordinator(cities[0]), Filters(at=NOW))
    assert "tally" not in statements[2]
