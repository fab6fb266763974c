"""The two readings of a rule, `clause` in the database and `check` in Python, give the same verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from app.auth.models import Affiliation, Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.facts import facts
from app.grants.findings import Met, Missing
from app.grants.rules import All, Any_, AtLeast, Certified, CityTrained, Completed, Node, read, write
from app.progress.models import Certificate, Completion, Enrolment
from tests.factories import a_city, a_course, a_person

PEOPLE, CITIES, COURSES = 5, 2, 2
MOMENTS = (
    datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
    datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
)
MONTHS = (1, 12, 24)
SCORES = (None, 0.0, 0.5, 0.69999, 0.7 - 1e-12, 0.7, 1.0)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Network:
    """Rows to insert, with people, courses and cities by their place, from 0."""

    at: datetime
    affiliations: list[tuple[int, int, datetime, datetime | None]]
    enrolments: list[dict[str, Any]]


def edges(at: datetime) -> list[datetime]:
    """The moments where a verdict as of `at` may turn, each with the tick before and after."""
    turning = [at, *(clock.months_before(at, months) for months in MONTHS)]
    return [moment + tick for moment in turning for tick in (-TICK, timedelta(), TICK)] + [at - timedelta(days=2000)]


@st.composite
def networks(draw: st.DrawFn) -> Network:
    at = draw(st.sampled_from(MOMENTS))
    moment = st.sampled_from(edges(at))
    affiliations = []
    for person in range(PEOPLE):
        # Some belong nowhere, some moved, some have left.
        days = sorted(draw(st.lists(moment, min_size=draw(st.sampled_from((0, 1, 1, 2))), max_size=3, unique=True)))
        stays = [draw(st.integers(0, CITIES - 1)) for _ in days]
        open_end = draw(st.booleans())
        for i, (start, city) in enumerate(zip(days, stays, strict=True)):
            end = days[i + 1] if i + 1 < len(days) else None if open_end else start + timedelta(days=400)
            affiliations.append((person, city, start, end))
    enrolments = []
    for person in range(PEOPLE):
        for course in range(COURSES):
            if draw(st.booleans()):
                completions = draw(
                    st.lists(
                        st.fixed_dictionaries(
                            {
                                "at": moment,
                                "score": st.sampled_from(SCORES),
                                "certificate": st.none()
                                | st.fixed_dictionaries({"expires": st.none() | moment, "revoked": st.none() | moment}),
                            }
                        ),
                        min_size=1,
                        max_size=2,
                    )
                )
                enrolments.append(
                    {
                        "person": person,
                        "course": course,
                        "cycle": draw(st.integers(1, 3)),
                        "score": draw(st.sampled_from(SCORES)),
                        "touched": draw(moment),
                        "completions": completions,
                    }
                )
    return Network(at, affiliations, enrolments)


def rules(course_ids: list[int]) -> st.SearchStrategy[list[Node]]:
    """One leaf of each kind, and two rules nested three deep at most."""
    course = st.sampled_from(course_ids)
    months = st.sampled_from((None, *MONTHS))
    leaves: tuple[st.SearchStrategy[Node], ...] = (
        st.builds(Completed, course, st.sampled_from((None, 0.0, 50.0, 70.0, 100.0)), months),
        st.builds(Certified, course),
        st.builds(CityTrained, course, st.integers(1, 3), months),
    )

    def combined(part: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        parts = st.lists(part, min_size=1, max_size=3).map(tuple)
        return st.one_of(
            st.builds(All, of=parts),
            st.builds(Any_, of=parts),
            st.builds(AtLeast, of=parts, n=st.integers(1, 4)),
        )

    leaf = st.one_of(leaves)
    tree = combined(leaf)
    for _ in range(2):
        tree = combined(st.one_of(leaf, tree))
    return st.tuples(*leaves, tree, tree).map(list)


@pytest.fixture
def base(app: Flask) -> dict[str, Any]:
    """People, cities and courses, without anything that binds them."""
    with unit_of_work():
        courses = [a_course(modules=1, lessons=1) for _ in range(COURSES)]
        return {
            "people": [a_person().id for _ in range(PEOPLE)],
            "cities": [a_city().id for _ in range(CITIES)],
            "courses": [course.id for course in courses],
            "editions": [course.edition_id for course in courses],
        }


def insert(network: Network, base: dict[str, Any]) -> None:
    people, cities, courses, editions = (base[k] for k in ("people", "cities", "courses", "editions"))
    stays = [
        {"person_id": people[p], "city_id": cities[c], "from_at": start, "to_at": end}
        for p, c, start, end in network.affiliations
    ]
    enrolments, completions, certificates = [], [], []
    for number, row in enumerate(network.enrolments, 1):
        person, course, edition = people[row["person"]], courses[row["course"]], editions[row["course"]]
        enrolments.append(
            {
                "id": number, "person_id": person, "course_id": course, "language": "en", "cycle": row["cycle"],
                "state": "open", "done": 0, "total": 1, "score": row["score"], "states": {},
                "enrolled_at": MOMENTS[-1] - timedelta(days=3000), "touched_at": row["touched"],
                "counted_edition_id": edition, "version_id": 1,
            }
        )  # fmt: skip
        for cycle, done in enumerate(row["completions"], 1):
            key = number * 10 + cycle
            completions.append(
                {
                    "id": key, "enrolment_id": number, "cycle": cycle, "person_id": person, "course_id": course,
                    "edition_id": edition, "rule": "x", "score": done["score"], "completed_at": done["at"],
                }
            )  # fmt: skip
            if done["certificate"] is not None:
                certificates.append(
                    {
                        "completion_id": key, "code": f"{key:013}", "person_id": person, "course_id": course,
                        "holder": "x", "course_title": "x", "language": "en", "edition_number": 1, "minutes": 1,
                        "issued_at": done["at"], "expires_at": done["certificate"]["expires"],
                        "revoked_at": done["certificate"]["revoked"],
                    }
                )  # fmt: skip
    for model, rows in (
        (Affiliation, stays), (Enrolment, enrolments), (Completion, completions), (Certificate, certificates),
    ):  # fmt: skip
        if rows:
            db.session.execute(sa.insert(model.__table__), rows)


def by_database(rule: Node, at: datetime) -> dict[int, bool | None]:
    return {row.id: row.met for row in db.session.execute(sa.select(Person.id, rule.clause(at).label("met")))}


def by_check(rule: Node, at: datetime) -> dict[int, bool | None]:
    known = facts(sa.select(Person.id), at, rule)
    verdicts = {}
    for person, fact in known.items():
        finding = rule.check(fact, at)
        verdicts[person] = True if isinstance(finding, Met) else False if isinstance(finding, Missing) else None
        assert (finding.steps == 0) == isinstance(finding, Met)
    return verdicts


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_clause_and_check_agree(base: dict[str, Any], data: st.DataObject) -> None:
    network = data.draw(networks())
    with unit_of_work():
        savepoint = db.session.begin_nested()
        insert(network, base)
        for rule in data.draw(rules(base["courses"])):
            verdicts = by_database(rule, network.at)
            assert verdicts == by_check(rule, network.at)
            assert read(write(rule)) == rule
            assert len(verdicts) == PEOPLE
            for verdict in set(verdicts.values()):
                event(f"{type(rule).__name__}: {verdict}")
        savepoint.rollback()
