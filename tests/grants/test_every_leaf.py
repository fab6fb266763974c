"""The pages that speak of calls hold with every leaf of a rule, for whoever looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core import clock
from app.courses.models import Course
from app.grants.rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    HasRole,
    MemberFor,
    Node,
    Not,
    Passed,
)
from app.network.models import City, Region, SizeBand
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in, text
from tests.grants.factories import NOW, a_call

from .test_views import page

WORD = Declared("plan", text("My city has a plan."), "en")
LEAVES: dict[str, Callable[[int, int], Node]] = {
    "Complete “The city’s part”": lambda course, quiz: Completed(course),
    "Hold a valid certificate in “The city’s part”": lambda course, quiz: Certified(course),
    "Pass the quiz “Test”": lambda course, quiz: Passed(quiz),
    "trained in “The city’s part”": lambda course, quiz: CityTrained(course, share=50.0),
    "member of the network for at least 600 months": lambda course, quiz: MemberFor(600),
    "Your city is in Africa": lambda course, quiz: CityIn(regions=(Region.AFRICA,)),
    "You are a trainer": lambda course, quiz: HasRole(Role.TRAINER),
    "State: “My city has a plan.”": lambda course, quiz: WORD,
    "Not this: Your city is of this size": lambda course, quiz: Not(CityIn(sizes=(SizeBand.MEDIUM,))),
    "Not this: All of these:": lambda course, quiz: Not(All(of=(MemberFor(600), CityIn(countries=("NO",))))),
    "At least 1 of these 2:": lambda course, quiz: AtLeast(of=(WORD, CityIn(sizes=(SizeBand.LARGE,))), n=1),
    "One of these:": lambda course, quiz: Any_(of=(MemberFor(600), HasRole(Role.COORDINATOR))),
}
NEVER = ("600", "Africa", "of this size")  # what nobody can do anything about


@pytest.fixture
def course(app: Flask) -> Course:
    return a_course("prevention", questions=[a_choice_question()])


@pytest.fixture
def sfax(app: Flask) -> City:
    return a_city("Sfax")


@pytest.mark.parametrize("words", LEAVES)
def test_each_leaf_is_said_on_every_page(client: FlaskClient, course: Course, sfax: City, words: str) -> None:
    rule = LEAVES[words](course.id, course.modules[-1].activities[-1].id)
    a_call(rule, slug="local")
    people = [
        a_person(city=sfax),
        a_person(city=sfax, roles=(Role.COORDINATOR,)),
        a_person(roles=(Role.ADMINISTRATOR,)),
    ]
    with clock.at(NOW):
        for person in (None, *people):
            if person:
                signed_in(client, person)
                page(client, "/learn")
            shown = page(client, "/grants/local")
            assert words in shown
            assert "Local Innovation Grant 2027" in page(client, "/grants")
            page(client, "/courses/prevention")
        for path in ("network", "fairness", f"what-if?city={sfax.id}"):
            page(client, f"/grants/local/{path}")


@pytest.mark.parametrize("words", [words for words in LEAVES if any(never in words for never in NEVER)])
def test_what_nobody_can_change_is_no_way(client: FlaskClient, course: Course, sfax: City, words: str) -> None:
    a_call(LEAVES[words](course.id, 0), slug="local")
    signed_in(client, a_person(city=sfax))
    with clock.at(NOW):
        shown = page(client, "/grants/local")
    assert "The shortest way to yes" not in shown
    assert ("This call is not open to your city" in shown) != ("You are eligible" in shown)


def test_time_alone_may_meet_a_requirement(client: FlaskClient, course: Course) -> None:
    a_call(MemberFor(3), slug="local")  # closes on 31 January 2027
    signed_in(client, a_person(city=a_city(joined_on=NOW.date().replace(month=10, day=25))))
    with clock.at(NOW):
        assert "Time alone will meet this before the call closes." in page(client, "/grants/local")
