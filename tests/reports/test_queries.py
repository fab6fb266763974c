"""What reports read, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.auth import services as auth
from app.auth.cohorts.rules import CohortRule
from app.auth.identity import Identity
from app.auth.models import Cohort, CohortMember, Person, PersonState, Role
from app.core.transactions import unit_of_work
from app.extensions import db
from app.network.models import Region
from app.progress.models import ActivityState, Enrolment, EnrolmentState
from app.quizzes import grading
from app.quizzes.freezing import data_of
from app.reports import lateness_queries, people_queries, queries, quiz_queries
from app.reports.people_queries import Sort
from app.reports.queries import Count
from app.reports.record_queries import get_record
from app.reports.scope import NO_CITY, Filters, State
from tests.factories import a_choice_question, a_city, a_course, a_person

from .factories import NOW, RECENTLY, add_progress, an_attempt, an_enrolment, edition_of

EVERYTHING = Filters(at=NOW)


def identity(*roles: Role, coordinates: tuple[int, ...] = ()) -> Identity:
    """Someone with these roles, as the request knows them."""
    return Identity(
        id=1, sign_in_id=1, email="", name="", language="en", time_zone="UTC", state=PersonState.ACTIVE, city_id=None,
        city_name=None, roles=frozenset(roles), coordinates=frozenset(coordinates),
    )  # fmt: skip


ADMINISTRATOR = identity(Role.ADMINISTRATOR)


def coordinator(*cities: int) -> Identity:
    return identity(Role.COORDINATOR, coordinates=cities)


def people_in(city: Any, count: int) -> list[Person]:
    return [a_person(f"Person {i}", city=city) for i in range(count)]


def names(person: Identity, filters: Filters = EVERYTHING) -> list[str]:
    return [row.name for row in people_queries.stream_rows(person, filters, Sort.NEWEST)]


def test_counts_by_city_and_course(app: Flask) -> None:
    oslo, first, second = a_city("Oslo"), a_course(), a_course()
    one, two, three = people_in(oslo, 3)
    an_enrolment(one, first, days=3)
    an_enrolment(two, first, due_at=NOW - timedelta(days=1))
    an_enrolment(three, first, due_at=NOW + timedelta(days=1))
    an_enrolment(one, second, days=3, due_at=NOW - timedelta(days=40))
    an_enrolment(two, second, state=EnrolmentState.WITHDRAWN)
    assert sorted(queries.list_by_course(ADMINISTRATOR, EVERYTHING), key=lambda count: count.key) == [
        Count(first.id, enrolled=3, completed=1, overdue=1),
        Count(second.id, enrolled=1, completed=1, overdue=0),
    ]
    assert queries.list_by_city(ADMINISTRATOR, EVERYTHING) == [Count(oslo.id, enrolled=4, completed=2, overdue=1)]
    cells = queries.list_cells(ADMINISTRATOR, EVERYTHING, [oslo.id, None], [second.id])
    assert cells == [Count((oslo.id, second.id), enrolled=1, completed=1, overdue=0)]
    assert queries.count_practitioners(ADMINISTRATOR, EVERYTHING) == 3


def test_filters(app: Flask) -> None:
    oslo, dakar = a_city("Oslo"), a_city("Dakar", region=Region.AFRICA)
    first, second = a_course(), a_course()
    a, b, c = a_person("A", city=oslo), a_person("B", city=dakar), a_person("C")
    an_enrolment(a, first)
    an_enrolment(b, second, at=RECENTLY - timedelta(days=400))
    an_enrolment(c, first)
    assert names(ADMINISTRATOR) == ["C", "B", "A"]  # the newest first
    assert names(ADMINISTRATOR, Filters(since=RECENTLY)) == ["C", "A"]
    assert names(ADMINISTRATOR, Filters(region=Region.AFRICA)) == ["B"]
    assert names(ADMINISTRATOR, Filters(course_id=second.id)) == ["B"]
    assert names(ADMINISTRATOR, Filters(city_id=oslo.id)) == ["A"]
    assert names(ADMINISTRATOR, Filters(city_id=NO_CITY)) == ["C"]
    assert names(ADMINISTRATOR, Filters(city_id=oslo.id, region=Region.AFRICA)) == []


def test_whoever_was_only_excused_has_not_started(app: Flask) -> None:
    course = a_course()
    edition = edition_of(course)
    excused, reading, new = an_enrolment(a_person("A"), course), a_person("B"), a_person("C")
    add_progress(excused, edition, 0, ActivityState.EXCUSED)
    with unit_of_work():
        db.session.get_one(Enrolment, excused.id).done = 1
    an_enrolment(reading, course, last=0)
    an_enrolment(new, course)
    unstarted = replace(EVERYTHING, state=State.UNSTARTED)
    assert names(ADMINISTRATOR, unstarted) == ["C", "A"]
    assert queries.get_overview(ADMINISTRATOR, EVERYTHING).unstarted == 2
    assert people_queries.count_rows(ADMINISTRATOR, unstarted) == 2
    assert queries.get_totals(ADMINISTRATOR, unstarted).enrolled == 2
    [tally] = lateness_queries.list_idle(ADMINISTRATOR, EVERYTHING)
    assert tally.first == 2
    rows = people_queries.list_rows(ADMINISTRATOR, EVERYTHING, Sort.NAME, 1)
    assert [row.state_at(NOW) for row in rows] == [State.UNSTARTED, State.OPEN, State.UNSTARTED]


def test_a_coordinator_reaches_the_cities_they_coordinate_and_nothing_else(app: Flask) -> None:
    oslo, dakar, sfax = a_city("Oslo"), a_city("Dakar", region=Region.AFRICA), a_city("Sfax")
    course = a_course()
    for name, city in (("A", oslo), ("B", dakar), ("C", sfax), ("D", None)):
        an_enrolment(a_person(name, city=city), course, days=2)
    ingrid = coordinator(oslo.id, sfax.id)
    elsewhere = Filters(city_id=dakar.id)
    assert sorted(names(ingrid)) == ["A", "C"]
    assert [city.name for city in queries.list_cities(ingrid)] == ["Oslo", "Sfax"]
    for filters in (elsewhere, Filters(city_id=NO_CITY), Filters(region=Region.AFRICA)):
        assert names(ingrid, filters) == []
        assert queries.list_by_city(ingrid, filters) == []
        assert queries.count_practitioners(ingrid, filters) == 0
        assert queries.list_days_to_complete(ingrid, filters) == []
        assert queries.get_reach(ingrid, filters, edition_of(course)).furthest == {}
    assert sum(queries.get_reach(ingrid, EVERYTHING, edition_of(course)).furthest.values()) == 2
    assert queries.list_days_to_complete(ingrid, EVERYTHING) == [(2, 2)]


@pytest.mark.parametrize("roles", [(), (Role.TRANSLATOR,), (Role.TRAINER,), (Role.COORDINATOR,)])
def test_nobody_else_reaches_anything(app: Flask, roles: tuple[Role, ...]) -> None:
    an_enrolment(a_person(city=a_city()), a_course())
    nobody = identity(*roles)
    assert names(nobody) == [] and not queries.has_enrolments(nobody)
    assert queries.list_by_city(nobody, EVERYTHING) == [] and queries.list_cohorts(nobody) == []
    assert queries.has_enrolments(ADMINISTRATOR)


def test_days_to_complete_are_whole_and_exact(app: Flask) -> None:
    course, city = a_course(), a_city()
    begun = datetime(2026, 3, 1, 8, 30, 15, 123456, tzinfo=UTC)
    for took in (0, 1, 5, 5, 33, 365):
        an_enrolment(a_person(city=city), course, at=begun, days=took)
    almost = an_enrolment(a_person(city=city), course, at=begun, days=5)
    with unit_of_work():
        db.session.merge(almost).completed_at = begun + timedelta(days=5, seconds=-2)
    an_enrolment(a_person(city=city), course, at=begun)
    assert queries.list_days_to_complete(ADMINISTRATOR, EVERYTHING) == [
        (0, 1),
        (1, 1),
        (4, 1),
        (5, 2),
        (33, 1),
        (365, 1),
    ]


def test_reach(app: Flask) -> None:
    course, city = a_course(modules=2, lessons=2), a_city()
    edition = edition_of(course)
    enrolled = people_in(city, 7)
    an_enrolment(enrolled[0], course, days=4)
    an_enrolment(enrolled[1], course, done=1)  # was then shown the second
    an_enrolment(enrolled[2], course, done=1, last=1)
    an_enrolment(enrolled[3], course, last=0)  # opened the first and left
    an_enrolment(enrolled[4], course)  # never opened anything
    failed = an_enrolment(enrolled[5], course, done=3)
    add_progress(failed, edition, 3, ActivityState.FAILED)
    again = an_enrolment(enrolled[6], course, done=1, cycle=2)
    add_progress(again, edition, 3, ActivityState.COMPLETE, cycle=1)  # of the time before
    reach = queries.get_reach(ADMINISTRATOR, EVERYTHING, edition)
    assert reach.completed == {0: 5, 1: 2, 2: 2, 3: 1}
    assert reach.furthest == {0: 1, 1: 3, 3: 1, 4: 1}


def test_who_completed_the_course_stopped_nowhere(app: Flask) -> None:
    """Not even at an activity that is not required and was left out."""
    course = a_course(modules=1, lessons=2)
    edition = edition_of(course)
    enrolment = an_enrolment(a_person(city=a_city()), course, done=1, state=EnrolmentState.COMPLETED)
    assert enrolment.done == 1
    assert queries.get_reach(ADMINISTRATOR, EVERYTHING, edition).furthest == {2: 1}


def test_another_course_does_not_count(app: Flask) -> None:
    course, other, person = a_course(), a_course(), a_person(city=a_city())
    an_enrolment(person, other, done=2)
    assert queries.get_reach(ADMINISTRATOR, EVERYTHING, edition_of(course)).furthest == {}


def test_a_citys_cohort_is_in_reports_whom_its_own_page_has(app: Flask) -> None:
    oslo, dakar, course = a_city("Oslo"), a_city("Dakar"), a_course()
    here, there = a_person(city=oslo, roles=(Role.TRAINER,)), a_person(city=dakar, roles=(Role.TRAINER,))
    left = a_person(city=oslo, state=PersonState.LEFT)
    for person in (here, there, left):
        an_enrolment(person, course, days=3)
    for rule in (None, CohortRule(roles=("trainer",))):
        with unit_of_work():
            cohort = Cohort(name="Spring", city_id=oslo.id, rule=rule, created_by_id=here.id, created_at=NOW)
            db.session.add(cohort)
            db.session.flush()
            if rule is None:
                for person in (here, there, left):
                    db.session.add(
                        CohortMember(cohort_id=cohort.id, person_id=person.id, added_by_id=here.id, added_at=NOW)
                    )
    cohorts = queries.list_cohorts(ADMINISTRATOR)
    assert len(cohorts) == 2
    assert [count.enrolled for count in queries.list_by_cohort(ADMINISTRATOR, EVERYTHING, cohorts)] == [1, 1]
    for cohort in cohorts:
        assert names(ADMINISTRATOR, replace(EVERYTHING, cohort=cohort)) == [here.name]


def test_however_many_cohorts_a_rule_finds(app: Flask) -> None:
    """SQLite joins at most 500 selects."""
    city = a_city("Oslo")
    person = a_person(city=city)
    an_enrolment(person, a_course(), days=3)
    with unit_of_work():
        db.session.add_all(
            Cohort(
                name=f"Cohort {n}", city_id=city.id, rule=CohortRule(), created_by_id=person.id, created_at=NOW
            )
            for n in range(501)
        )  # fmt: skip
    cohorts = queries.list_cohorts(ADMINISTRATOR)
    counts = queries.list_by_cohort(ADMINISTRATOR, EVERYTHING, cohorts)
    assert [count.key for count in counts] == [one.id for one in cohorts] and len(counts) == 501
    assert {(count.enrolled, count.completed) for count in counts} == {(1, 1)}


def test_a_record_tells_of_a_person_only_who_may_know_them(app: Flask) -> None:
    oslo, dakar, course = a_city("Oslo"), a_city("Dakar"), a_course()
    person = a_person(city=oslo, email="amina@oslo.example")
    an_enrolment(person, course, days=3)
    with unit_of_work():
        auth.move_to_city(person_id=person.id, city_id=dakar.id, by=None)
    known = {
        who: get_record(reader, person.id, NOW)
        for who, reader in (
            ("admin", ADMINISTRATOR),
            ("former", coordinator(oslo.id)),
            ("present", coordinator(dakar.id)),
        )
    }
    assert {who: (record.email, record.city, len(record.taken)) for who, record in known.items()} == {
        "admin": ("amina@oslo.example", "Dakar", 1),
        "former": ("", None, 1),
        "present": ("amina@oslo.example", "Dakar", 0),
    }


@pytest.mark.parametrize("short", [0.0, 1e-12, 5e-10, 1e-3])
def test_an_attempt_passes_in_reports_where_it_passes_the_quiz(app: Flask, short: float) -> None:
    """However little it falls short of the pass mark: by a hair, it is a fraction that was rounded."""
    course = a_course(questions=[a_choice_question()])
    (quiz,) = quiz_queries.quizzes_of(queries.list_courses(ADMINISTRATOR))
    settings = data_of(quiz.activity).settings
    assert settings.pass_mark
    score = settings.pass_mark / 100 - short
    an_attempt(an_enrolment(a_person(), course), score=score)
    passes = grading.passed(score, settings)
    assert quiz.passed_by(score) is passes
    assert quiz_queries.list_results(ADMINISTRATOR, EVERYTHING, [quiz])[quiz.activity.id].passed == passes
