"""Calls, the nearest one, who is eligible, what a course counts towards."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.identity import Identity
from app.auth.models import PersonState, Role
from app.core import clock, slots
from app.core.errors import NotFound
from app.extensions import db
from app.grants import queries
from app.grants.calls.call import CallState
from app.grants.eligibility.course_queries import list_counts_towards
from app.grants.rules import All, Any_, Certified, CityIn, CityTrained, Completed, MemberFor, Not, Passed
from app.network.models import Region
from tests.factories import a_choice_question, a_city, a_course, a_person
from tests.grants.eligible import list_eligible
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, moved


def identity(person: Any, *roles: Role, coordinates: tuple[int, ...] = ()) -> Identity:
    return Identity(
        id=person.id, sign_in_id=1, email="", name=person.name, language="en", time_zone="UTC",
        state=PersonState.ACTIVE, city_id=person.city_id, city_name=None, roles=frozenset(roles),
        coordinates=frozenset(coordinates),
    )  # fmt: skip


def test_calls_are_listed_once_published_by_when_they_close(app: Flask) -> None:
    rule = Completed(a_course().id)
    a_call(rule, slug="late", closes_at=NOW + 9 * DAY)
    a_call(rule, slug="gone", closes_at=NOW - DAY)
    a_call(rule, slug="soon", closes_at=NOW + 2 * DAY)
    a_call(rule, slug="draft", published=False)
    assert [call.slug for call in queries.list_calls(NOW)[0]] == ["soon", "late", "gone"]
    assert [call.slug for call in queries.list_coming_and_open(NOW)] == ["soon", "late"]
    assert queries.list_calls(NOW - 90 * DAY) == ([], {})
    for slug in ("draft", "none"):
        with pytest.raises(NotFound):
            queries.get_call(slug, NOW)


def test_a_call_is_open_from_its_first_moment_up_to_its_last(app: Flask) -> None:
    a_call(Completed(a_course().id), slug="local", opens_at=NOW, closes_at=NOW + DAY)
    call = queries.get_call("local", NOW)
    tick = DAY / 86400
    assert [call.state_at(at) for at in (NOW - tick, NOW, NOW + DAY - tick, NOW + DAY)] == [
        CallState.COMING,
        CallState.OPEN,
        CallState.OPEN,
        CallState.CLOSED,
    ]


def test_the_nearest_call_is_the_one_with_the_fewest_steps(app: Flask, statements: list[str]) -> None:
    done, other, third = a_course(), a_course(), a_course()
    person = a_person(city=a_city())
    a_completion(person, done, at=NOW - DAY)
    a_call(All(of=(Completed(other.id), Certified(third.id))), slug="far", closes_at=NOW + DAY)
    a_call(All(of=(Completed(done.id), Completed(other.id))), slug="near", closes_at=NOW + 9 * DAY)
    a_call(
        All(of=(Completed(done.id), Completed(other.id))), slug="coming", opens_at=NOW + DAY, closes_at=NOW + 2 * DAY
    )
    a_call(Completed(done.id), slug="closed", closes_at=NOW - DAY)
    with clock.at(NOW):
        queries.for_home(identity(person), NOW)
        statements.clear()
        nearest = queries.for_home(identity(person), NOW).nearest
    assert len(statements) == 2
    assert nearest is not None
    assert (nearest.slug, nearest.met, nearest.total, nearest.opens) == ("near", 1, 2, None)
    assert nearest.sentence == "Finish “The city’s part” to become eligible."
    assert nearest.closes == "30 November, 11:00 Tunis time"


def test_what_an_open_call_still_asks_for_is_said_with_the_call_that_closes_first(app: Flask) -> None:
    done, other, third, fourth = a_course(), a_course(), a_course(), a_course()
    person, cityless = a_person(city=a_city()), a_person()
    a_completion(person, done, at=NOW - DAY)
    a_call(All(of=(Completed(done.id), Completed(other.id))), slug="late", closes_at=NOW + 9 * DAY)
    a_call(Completed(other.id), slug="soon", closes_at=NOW + 2 * DAY)
    a_call(Any_(of=(Completed(done.id), Completed(third.id))), slug="met", closes_at=NOW + 2 * DAY)
    a_call(Completed(fourth.id), slug="coming", opens_at=NOW + DAY, closes_at=NOW + 2 * DAY)
    with clock.at(NOW):
        asked = queries.for_home(identity(person), NOW).asked
        assert queries.for_home(identity(cityless), NOW).asked == {}
    assert {course_id: call.slug for course_id, call in asked.items()} == {other.id: "soon"}


def test_a_call_that_is_not_open_to_the_city_is_not_the_nearest_and_asks_for_nothing(app: Flask) -> None:
    one, two, three = a_course(), a_course(), a_course()
    person = a_person(city=a_city(region=Region.EUROPE))
    a_call(All(of=(Completed(one.id), Completed(two.id))), slug="mine")
    a_call(CityIn(regions=(Region.AFRICA,)), slug="elsewhere")
    a_call(All(of=(CityIn(regions=(Region.AFRICA,)), Completed(three.id))), slug="far", closes_at=NOW + DAY)
    with clock.at(NOW):
        home = queries.for_home(identity(person), NOW)
    assert home.nearest is not None and home.nearest.slug == "mine"
    assert set(home.asked) == {one.id, two.id}


def test_what_can_be_done_now_is_nearer_than_what_has_to_wait(app: Flask) -> None:
    old, two, three = a_course(), a_course(), a_course()
    person = a_person(city=a_city(joined_on=(NOW - 335 * DAY).date()))
    a_completion(person, old, at=NOW - 900 * DAY)
    a_call(MemberFor(12), slug="young", closes_at=NOW + 40 * DAY)
    a_call(Completed(old.id, within_months=12), slug="barred", closes_at=NOW + 40 * DAY)
    a_call(All(of=(Completed(two.id), Completed(three.id))), slug="work")
    with clock.at(NOW):
        home = queries.for_home(identity(person), NOW)
    assert home.nearest is not None and home.nearest.slug == "work"
    assert set(home.asked) == {two.id, three.id}


def test_no_call_is_nearest_when_there_is_none(app: Flask) -> None:
    assert queries.for_home(identity(a_person()), NOW) == queries.ForHome(None, {})


def test_the_whole_network_is_judged_in_one_statement(app: Flask, statements: list[str]) -> None:
    course, oslo, sfax, lima = a_course(), a_city("Oslo"), a_city("Sfax", region=Region.AFRICA), a_city("Lima")
    anna, berit = a_person("Anna", city=oslo), a_person("Berit", city=oslo)
    chedli, left = a_person("Chedli", city=sfax), a_person("Left", city=sfax, state=PersonState.LEFT)
    nowhere, late = a_person("Nowhere"), a_person("Late", city=lima)
    for person in (berit, anna, chedli, left, nowhere):
        a_certificate(person, course, at=NOW - 5 * DAY)
    a_completion(late, course, at=NOW + DAY)
    a_call(Any_(of=(Certified(course.id), CityTrained(course.id, 3))), slug="local")
    call = queries.get_call("local", NOW)
    statements.clear()
    cities = list_eligible(call, NOW)
    assert len(statements) == 1
    assert cities == {"Oslo": ["Anna", "Berit"], "Sfax": ["Chedli"]}
    moved(anna, lima, NOW - DAY)
    assert list(list_eligible(call, NOW)) == ["Lima", "Oslo", "Sfax"]
    assert list(list_eligible(call, NOW - 2 * DAY)) == ["Oslo", "Sfax"]


def test_a_city_in_a_call(app: Flask, statements: list[str]) -> None:
    one, two, city = a_course(), a_course(), a_city("Sfax")
    ready, near, far = (a_person(name, city=city) for name in ("Ready", "Near", "Far"))
    a_person("Gone", city=city, state=PersonState.LEFT)
    other = a_person("Other", city=a_city())
    for person in (ready, near, other):
        a_completion(person, one, at=NOW - DAY)
    a_completion(ready, two, at=NOW - DAY)
    a_call(All(of=(Completed(one.id), Completed(two.id))), slug="local")
    call = queries.get_call("local", NOW)
    queries.judge(call, NOW, person_id=far.id, city_id=city.id)
    statements.clear()
    judged = queries.judge(call, NOW, person_id=far.id, city_id=city.id)
    assert len(statements) == 2
    assert judged.mine is not None
    assert (judged.mine.met, judged.mine.total, judged.mine.steps) == (0, 2, 2)
    assert judged.city is not None
    assert (judged.city.name, judged.city.practitioners, judged.city.eligible, judged.city.near) == ("Sfax", 3, 1, 1)
    assert (judged.city.some_eligible, judged.city.some_near) == ((ready.id,), (near.id,))
    assert [(i, leaf.rule) for i, leaf in judged.city.steps.items()] == [(near.id, Completed(two.id))]


def test_names_are_for_the_citys_coordinator_and_administrators(app: Flask) -> None:
    city, elsewhere = a_city(), a_city()
    zoe, amina = a_person("Zoe", city=city), a_person("Amina", city=city)
    ids = {zoe.id, amina.id}

    def names(reader: Identity) -> list[str]:
        return list(queries.list_names_for_reader(ids, city_id=city.id, reader=reader).values())

    assert names(identity(zoe, Role.COORDINATOR, coordinates=(city.id,))) == ["Amina", "Zoe"]
    assert names(identity(zoe, Role.ADMINISTRATOR)) == ["Amina", "Zoe"]
    assert names(identity(zoe, Role.COORDINATOR, coordinates=(elsewhere.id,))) == []
    assert names(identity(zoe, Role.TRAINER)) == []
    assert names(identity(zoe)) == []


def test_what_courses_count_towards_costs_a_page_one_statement(app: Flask, statements: list[str]) -> None:
    one, two, three = a_course(), a_course(), a_course()
    rule = All(of=(Completed(one.id, 70.0), Any_(of=(Certified(two.id), CityTrained(two.id, 3, 24)))))
    a_call(rule, slug="local")
    a_call(Completed(two.id), slug="closed", closes_at=NOW - DAY)
    ids = [one.id, two.id, three.id]
    with clock.at(NOW):
        for slot in (slots.COURSE_ASIDE, slots.CATALOGUE_CARD):
            statements.clear()
            filled = slot.fill(None, ids)
            assert len(statements) <= slot.statements
            assert sorted(filled) == [one.id, two.id]
        found = list_counts_towards(ids, NOW)
    assert [entry.words for entry in found[one.id]] == [("Required, with at least 70%",)]
    assert [entry.words for entry in found[two.id]] == [
        (
            "One of several ways, with a valid certificate",
            "Counted when 3 practitioners of your city have completed it",
        )
    ]


def test_a_course_counts_by_its_quiz_too(app: Flask, statements: list[str]) -> None:
    one, two, other = (a_course(questions=[a_choice_question()]) for _each in range(3))
    quizzes = [course.modules[-1].activities[-1].id for course in (one, two)]
    a_call(All(of=(Passed(quizzes[0]), Any_(of=(Passed(quizzes[1], 80.0), Completed(one.id))))), slug="local")
    ids = [one.id, two.id, other.id]
    statements.clear()
    found = list_counts_towards(ids, NOW)
    assert len(statements) == 1
    assert {course_id: [call.words for call in calls] for course_id, calls in found.items()} == {
        one.id: [("Required: pass a quiz of it", "One of several ways")],
        two.id: [("One of several ways: pass a quiz of it with at least 80%",)],
    }


def test_a_course_that_must_not_be_is_nothing_it_counts_towards(app: Flask) -> None:
    one, two = a_course(), a_course()
    a_call(All(of=(Completed(one.id), Not(CityTrained(two.id, 3)))), slug="local")
    with clock.at(NOW):
        assert list(list_counts_towards([one.id, two.id], NOW)) == [one.id]


def test_postgresql_does_not_compile_what_looks_dear(app: Flask) -> None:
    if db.engine.dialect.name == "postgresql":
        assert db.session.scalar(sa.text("SHOW jit")) == "off"
        db.session.rollback()
        assert db.session.scalar(sa.text("SHOW jit")) == "off"
