"""Report and export agree, to the row: on generated networks, for every role, whatever the filters."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.auth.identity import Identity
from app.auth.models import Cohort, CohortMember, Person, PersonState, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.editions import PublishedEdition
from app.extensions import db
from app.network.models import Region
from app.progress.models import Enrolment, EnrolmentState
from app.quizzes.models import Attempt, AttemptState
from app.reports import (
    attempt_queries,
    columns,
    export,
    grouping,
    lateness_queries,
    people_queries,
    practitioner_queries,
    queries,
    quiz_queries,
)
from app.reports.attempt_queries import Chosen, Outcome
from app.reports.choices import Choices, choices_of
from app.reports.columns import Columns
from app.reports.grouping import By, Order
from app.reports.people_queries import Sort
from app.reports.scope import NO_CITY, NO_ROLE, Basis, Filters, State
from tests.factories import a_choice_question, a_city, a_course, a_person

from .factories import NOW, edition_of

ROLES = ("administrator", "coordinator", "trainer", "both", "nobody")


@st.composite
def enrolments(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some enrolments: person and course by place, and how each stands."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), unique=True, max_size=12))
    days = st.integers(0, 800)
    return [
        {
            "person": person,
            "course": course,
            "state": draw(st.sampled_from(list(EnrolmentState))),
            "ago": draw(days),
            "took": draw(days),
            "due": draw(st.none() | st.integers(-40, 40)),
            "done": draw(st.integers(0, 4)),
            "attempts": draw(st.lists(st.none() | st.sampled_from([0.0, 0.5, 0.7, 0.9]), max_size=3)),
        }
        for person, course in pairs
    ]


@st.composite
def chosen(draw: st.DrawFn) -> dict[str, Any]:
    """Some filters; cities, courses and cohorts by place."""
    return {
        "months": draw(st.sampled_from([None, 3, 12])),
        "basis": draw(st.sampled_from(list(Basis))),
        "region": draw(st.sampled_from([None, Region.AFRICA, Region.EUROPE])),
        "country": draw(st.sampled_from([None, None, "NO", "SN"])),
        "city": draw(st.sampled_from([None, None, "none", 0, 1])),
        "course": draw(st.sampled_from([None, None, 0, 1])),
        "cohort": draw(st.sampled_from([None, None, 0])),
        "role": draw(st.sampled_from([None, None, NO_ROLE, "trainer"])),
        "state": draw(st.sampled_from([None, None, *State])),
        "idle": draw(st.sampled_from([None, None, 30])),
    }


class World:
    """Cities, people, courses and readers, made once; enrolments are made anew for each example."""

    def __init__(self) -> None:
        oslo, dakar = a_city("Oslo"), a_city("Dakar", country="SN", region=Region.AFRICA)
        self.cities = [oslo.id, dakar.id]
        trainer = a_person("=Trainer()", city=oslo, roles=(Role.TRAINER,))
        self.people = [trainer, *(a_person(f"P{n}", city=[oslo, dakar, None][n % 3]) for n in range(5))]
        asks = [a_choice_question()]
        self.courses = [
            a_course("first", trainer=trainer, questions=asks),
            a_course("second"),
            a_course("third", trainer=trainer),
        ]
        self.editions = [edition_of(course) for course in self.courses]
        with unit_of_work():
            cohort = Cohort(name="Cohort", city_id=oslo.id, created_by_id=trainer.id, created_at=NOW)
            db.session.add(cohort)
            db.session.flush()
            for person in self.people[:4]:
                db.session.add(
                    CohortMember(cohort_id=cohort.id, person_id=person.id, added_by_id=trainer.id, added_at=NOW)
                )
        self.readers = {
            "administrator": reader(trainer, Role.ADMINISTRATOR),
            "coordinator": reader(trainer, Role.COORDINATOR, cities=(oslo.id,)),
            "trainer": reader(trainer, Role.TRAINER),
            "both": reader(trainer, Role.TRAINER, Role.COORDINATOR, cities=(dakar.id,)),
            "nobody": reader(self.people[1]),
        }

    def fill(self, rows: list[dict[str, Any]]) -> None:
        with unit_of_work():
            db.session.query(Attempt).delete()
            db.session.query(Enrolment).delete()
            for row in rows:
                person, edition = self.people[row["person"]], self.editions[row["course"]]
                at, completed = NOW - timedelta(days=row["ago"]), row["state"] is EnrolmentState.COMPLETED
                enrolment = (
                    Enrolment(
                        person_id=person.id, course_id=edition.course_id, city_id=person.city_id, language="en",
                        state=row["state"], done=row["done"], total=4, states={}, enrolled_at=at,
                        touched_at=at + timedelta(days=min(row["took"], row["ago"])),
                        completed_at=at + timedelta(days=min(row["took"], row["ago"])) if completed else None,
                        due_at=None if row["due"] is None else NOW + timedelta(days=row["due"]),
                        counted_edition_id=edition.id,
                    )
                )  # fmt: skip
                db.session.add(enrolment)
                if "test" in edition.by_key:
                    db.session.flush()
                    self.attempt(enrolment, edition, row["attempts"])

    def attempt(self, enrolment: Enrolment, edition: PublishedEdition, scores: list[float | None]) -> None:
        """Attempts at the test with these scores; None waits for marks."""
        for number, score in enumerate(scores, 1):
            db.session.add(
                Attempt(
                    enrolment_id=enrolment.id, cycle=1, activity_id=edition.by_key["test"].id, number=number,
                    edition_id=edition.id, language="en", state=AttemptState.SUBMITTED, started_at=NOW,
                    finished_at=NOW - timedelta(days=number), score=score, slots=[],
                )
            )  # fmt: skip

    def filters(self, asked: dict[str, Any], person: Identity) -> Filters:
        city, course = asked["city"], asked["course"]
        return Filters(
            since=clock.months_before(NOW, asked["months"]) if asked["months"] else None,
            basis=asked["basis"],
            region=asked["region"],
            country=asked["country"],
            city_id=NO_CITY if city == "none" else None if city is None else self.cities[city],
            course_id=None if course is None else self.editions[course].course_id,
            cohort=None if asked["cohort"] is None else next(iter(choices_of(person).cohorts), None),
            role=asked["role"],
            state=asked["state"],
            idle=asked["idle"],
            at=NOW,
        )


def reader(person: Person, *roles: Role, cities: tuple[int, ...] = ()) -> Identity:
    return Identity(
        id=person.id, sign_in_id=1, email="", name="", language="en", time_zone="Asia/Tokyo",
        state=PersonState.ACTIVE, city_id=None, city_name=None, roles=frozenset(roles), coordinates=frozenset(cities),
    )  # fmt: skip


@pytest.fixture
def world(app: Flask) -> World:
    return World()


def expected(world: World, who: str, rows: list[dict[str, Any]]) -> int:
    """How many enrolments a reader may see, counted by hand."""

    def sees(row: dict[str, Any]) -> bool:
        city, taught = world.people[row["person"]].city_id, row["course"] in (0, 2)
        return {
            "administrator": True,
            "coordinator": city == world.cities[0],
            "trainer": taught,
            "both": taught or city == world.cities[1],
            "nobody": False,
        }[who]

    return sum(1 for row in rows if row["state"] is not EnrolmentState.WITHDRAWN and sees(row))


@pytest.mark.parametrize("who", ROLES)
def test_the_page_the_list_and_the_files_agree(app: Flask, world: World, who: str) -> None:
    person = world.readers[who]

    @settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
    @given(rows=enrolments(), asked=chosen())
    def agree(rows: list[dict[str, Any]], asked: dict[str, Any]) -> None:
        with app.test_request_context(), clock.at(NOW):
            world.fill(rows)
            assert queries.get_overview(person, Filters(at=NOW)).enrolled == expected(world, who, rows)
            compare(person, world.filters(asked, person))

    agree()


def compare(person: Identity, filters: Filters) -> None:
    choices, overview = choices_of(person), queries.get_overview(person, filters)
    listed = people_queries.list_rows(person, filters, Sort.NAME, 1)
    assert overview.enrolled == len(listed) == people_queries.count_rows(person, filters)
    stands = Counter(row.state_at(filters.at) for row in listed)
    assert overview.completed == stands[State.COMPLETED]
    assert overview.overdue == stands[State.LATE]
    for by in (By.CITY, By.REGION, By.COUNTRY, By.COURSE, By.MONTH):
        table = grouping.table(person, filters, choices, by, Order.NAME, page=1, language="en")
        assert sum(line.count.enrolled for line in table.lines) == overview.enrolled, by
        assert sum(line.count.completed for line in table.lines) == overview.completed, by
        assert sum(line.count.overdue for line in table.lines) == overview.overdue, by
    assert lateness_queries.added(lateness_queries.list_due(person, filters)).first == overview.overdue
    idle = lateness_queries.added(lateness_queries.list_idle(person, filters))
    assert (idle.first, idle.spans[0]) == (overview.unstarted, overview.idle)
    if filters.state in (None, State.OPEN, State.UNSTARTED):
        unstarted = replace(filters, state=State.UNSTARTED)
        assert people_queries.count_rows(person, unstarted) == overview.unstarted
    stream = list(people_queries.stream_rows(person, filters, Sort.NAME))
    assert stream == listed
    said = {"zone": person.time_zone, "language": "en"}
    compare_files(stream, columns.of_enrolments(choices.courses, at=filters.at, **said))
    compare_practitioners(person, filters, listed)
    compare_attempts(person, filters, choices)


def compare_practitioners(person: Identity, filters: Filters, enrolments: list[people_queries.Row]) -> None:
    number = queries.count_practitioners(person, filters)
    for sort in practitioner_queries.Sort:
        listed = practitioner_queries.list_rows(person, filters, sort, 1)
        assert len(listed) == number, sort
        assert list(practitioner_queries.stream_rows(person, filters, sort)) == listed, sort
    of = Counter(row.person_id for row in enrolments)
    stands = Counter((row.person_id, row.state_at(filters.at)) for row in enrolments)
    for row in listed:
        assert row.enrolled == of[row.person_id]
        assert row.completed == stands[row.person_id, State.COMPLETED]
        assert row.overdue == stands[row.person_id, State.LATE]
    compare_files(listed, columns.of_practitioners(zone=person.time_zone))


def compare_attempts(person: Identity, filters: Filters, choices: Choices) -> None:
    quizzes = quiz_queries.quizzes_of(choices.courses)
    of_all = attempt_queries.list_rows(person, filters, Chosen(), attempt_queries.Sort.NEWEST, 1)
    assert len(of_all) == quiz_queries.count_attempts(person, filters)
    assert attempt_queries.count_rows(person, filters, Chosen()) == len(of_all)
    results = quiz_queries.list_results(person, filters, quizzes)
    for quiz in quizzes:
        result = results.get(quiz.activity.id)
        figures = (result.attempts, result.passed, result.firsts, result.firsts_passed) if result else (0, 0, 0, 0)
        asked = (None, Outcome.PASSED, Outcome.FIRST, Outcome.FIRST_PASSED)
        for figure, outcome in zip(figures, asked, strict=True):
            chosen = Chosen(quiz, outcome)
            for sort in attempt_queries.Sort:
                listed = attempt_queries.list_rows(person, filters, chosen, sort, 1)
                assert len(listed) == figure == attempt_queries.count_rows(person, filters, chosen), outcome
                assert list(attempt_queries.stream_rows(person, filters, chosen, sort)) == listed
            passing = outcome in (Outcome.PASSED, Outcome.FIRST_PASSED)
            assert all(quiz.passed_by(row.score) for row in listed) or not passing
    compare_files(of_all, columns.of_attempts(choices.courses, quizzes, zone=person.time_zone, language="en"))


def compare_files(rows: list[Any], of: Columns[Any]) -> None:
    """Both files have the same cells, a row each."""
    lines = b"".join(export.FORMATS["csv"](iter(rows), of)).decode("utf-8-sig")
    in_csv = list(csv.reader(io.StringIO(lines)))[1:]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(export.FORMATS["xlsx"](iter(rows), of))))
    in_book = [list(row) for row in book.active.values][1:]
    assert len(in_csv) == len(in_book) == len(rows)
    assert [[plain(cell) for cell in row] for row in in_book] == in_csv


def plain(cell: Any) -> str:
    return "" if cell is None else cell.date().isoformat() if hasattr(cell, "date") else str(cell)
