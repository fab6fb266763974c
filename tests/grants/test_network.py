"""How the whole network stands against a call: for administrators."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants import queries
from app.grants.eligibility import network_views
from app.grants.eligibility.network_queries import MOST_NAMED, get_network, list_near
from app.grants.eligibility.standings import Counts, Group
from app.grants.rules import All, Certified, CityTrained, Completed, MemberFor, Not
from app.network.models import Region, SizeBand
from app.progress.models import Enrolment, EnrolmentState
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call, a_completion, an_enrolment

from .test_views import page


@pytest.fixture
def course(app: Flask) -> Course:
    """A course, and a call that asks for it and for a certificate in another."""
    course, other = a_course("prevention"), a_course("schools")
    a_call(Completed(course.id), slug="local")
    a_call(All(of=(Completed(course.id), Certified(other.id))), slug="both")
    return course


@pytest.fixture
def administrator(client: FlaskClient) -> Person:
    person = a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,))
    signed_in(client, person)
    return person


def test_cities_and_people_are_counted_by_how_near_they_are(course: Course, statements: list[str]) -> None:
    lagos = a_city("Lagos", country="NG", region=Region.AFRICA, size_band=SizeBand.LARGE)
    oslo = a_city("Oslo")
    a_person("Stays", city=a_city("Gone", left_on=NOW.date()))
    a_city("Empty")
    done, begun = a_person("Bola", city=lagos, language="fr"), a_person("Chidi", city=lagos)
    a_completion(done, course, at=NOW - DAY)
    an_enrolment(begun, course, at=NOW - DAY)
    a_person("Berit", city=oslo)
    call = queries.get_call("local", NOW)
    statements.clear()
    network = get_network(call, NOW)
    assert len(statements) == 2
    assert [city.name for city in network.cities] == ["Empty", "Lagos", "Oslo"]
    assert network.cities[1].by_language == {"fr": Counts(1, 1, 1, 0), "en": Counts(1, 1, 0, 1)}
    assert [city.name for city in network.eligible] == ["Lagos"]
    assert [city.name for city in network.near] == ["Oslo"]
    assert network.counts == Counts(people=3, reached=2, eligible=1, near=2)


def test_a_city_may_be_eligible_without_people(course: Course) -> None:
    a_city("Old", joined_on=date(2010, 1, 1))
    a_city("New", joined_on=NOW.date())
    a_call(MemberFor(12), slug="old")
    network = get_network(queries.get_call("old", NOW), NOW)
    assert [city.name for city in network.eligible] == ["Old"]
    assert network.near == ()
    assert network.counts == Counts()


def test_nobody_is_reached_by_a_course_that_must_not_be(course: Course) -> None:
    other = a_course()
    a_call(All(of=(Completed(course.id), Not(CityTrained(other.id, 3)))), slug="not")
    an_enrolment(a_person(city=a_city()), other, at=NOW - DAY)
    assert get_network(queries.get_call("not", NOW), NOW).counts.reached == 0


def test_whoever_began_stays_reached_when_they_renew_or_leave_once_done(course: Course, statements: list[str]) -> None:
    """As of a day: who begins their next time through after it, or left what they had completed, is eligible still."""
    city, later = a_city(), NOW + 30 * DAY
    renewed, done, gone, after, new = (a_person(name, city=city) for name in ("Re", "Done", "Gone", "After", "New"))
    a_completion(renewed, course, at=NOW - 400 * DAY)
    a_completion(done, course, at=NOW - DAY)
    an_enrolment(gone, course, at=NOW - DAY, state=EnrolmentState.WITHDRAWN)
    a_completion(after, course, at=NOW + DAY)
    an_enrolment(new, course, at=NOW + DAY)
    with unit_of_work():
        of = {row.person_id: row for row in db.session.scalars(sa.select(Enrolment))}
        of[done.id].state = of[after.id].state = EnrolmentState.WITHDRAWN
        of[after.id].enrolled_at = NOW - DAY
        row = of[renewed.id]
        row.first_enrolled_at, row.enrolled_at = row.enrolled_at, later
        row.state, row.cycle, row.completed_at = EnrolmentState.OPEN, 2, None
    call = queries.get_call("local", NOW)
    statements.clear()
    assert get_network(call, NOW).counts == Counts(people=5, reached=2, eligible=2, near=3)
    assert len(statements) == 2
    assert get_network(call, NOW + 2 * DAY).counts == Counts(people=5, reached=4, eligible=3, near=2)


def test_the_names_of_a_page_of_cities_cost_one_statement(course: Course, statements: list[str]) -> None:
    oslo, lima = a_city("Oslo"), a_city("Lima")
    for number in range(MOST_NAMED + 1):
        a_completion(a_person(f"Done {number:02}", city=oslo), course, at=NOW - DAY)
    a_person("Near", city=oslo)
    a_person("Elsewhere", city=lima)
    call, city_id = queries.get_call("both", NOW), oslo.id
    statements.clear()
    found = list_near(call, NOW, [city_id])
    assert len(statements) == 1
    assert [one.name for one in found[city_id]] == [f"Done {number:02}" for number in range(MOST_NAMED)]
    assert set(found) == {city_id}
    assert list_near(call, NOW, []) == {}


def test_the_page_lists_cities_by_region_and_pages_them(
    client: FlaskClient, course: Course, administrator: Person, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    monkeypatch.setattr(network_views, "PAGE_SIZE", 1)
    lagos, accra = a_city("Lagos", country="NG", region=Region.AFRICA), a_city("Accra", region=Region.AFRICA)
    for city, name in ((lagos, "Bola Ade"), (accra, "Kofi Mensah"), (a_city("Oslo"), "Berit Dahl")):
        a_completion(a_person(name, city=city), course, at=NOW - DAY)
    a_person("Lucía Quispe", city=a_city("Lima", country="PE", region=Region.AMERICAS))
    with clock.at(NOW):
        words = page(client, "/grants/local/network")
        assert "3 cities can apply. 1 more is one step away." in words
        assert re.search(r"Africa 2 2 0 2 0 Americas|Africa 2 2 0 2 0", words)
        assert "Accra" in words and "Kofi Mensah eligible" in words and "Lagos" not in words.partition("Who")[2]
        assert "Page 1 of 3" in words
        assert "Lagos Nigeria Africa 1 0 1 name Bola Ade eligible" in page(
            client, "/grants/local/network?region=africa&page=2"
        )
        assert "Lima Peru The Americas 0 1 1 name Lucía Quispe one step away" in page(
            client, "/grants/local/network?show=near"
        )
        assert "Page 1 of 3" in page(client, "/grants/local/network?region=atlantis")
        statements.clear()
        page(client, "/grants/local/network")
    assert len(statements) <= 5


def test_the_fairness_table_says_nothing_of_fewer_than_five_people(
    client: FlaskClient, course: Course, administrator: Person
) -> None:
    oslo, lagos = a_city("Oslo"), a_city("Lagos", region=Region.AFRICA)
    for number in range(6):
        person = a_person(city=oslo)
        if number < 3:
            a_completion(person, course, at=NOW - DAY)
    a_completion(a_person(city=lagos, language="fr"), course, at=NOW - DAY)
    with clock.at(NOW):
        words = page(client, "/grants/local/fairness")
        lines = client.get("/grants/local/fairness.csv").get_data(as_text=True).splitlines()
    assert "Europe 6 3 (50%) 3 (50%) 1 1 (100%) 1 (100%)" in words
    assert "Africa fewer than 5 – – – – –" in words
    assert "English 6 3 (50%) 3 (50%)" in words
    assert "Other languages fewer than 5 – –" in words
    assert "French" not in words
    assert "Region,Europe,6,3,3,1,1,1" in lines
    assert "Region,Africa,fewer than 5,,,,," in lines
    assert "Language of people,English,6,3,3,,," in lines
    assert "Language of people,Other languages,fewer than 5,,,,," in lines


def test_a_group_too_small_has_no_shares() -> None:
    assert Group("x", Counts(4, 4, 4), cities=1, eligible=1).share(4) is None
    assert Group("x", Counts(4, 4, 4), cities=1, eligible=1).city_share(1) is None
    assert Group("x", Counts(5, 4, 4), cities=2, eligible=1).share(4) == 0.8
    assert Group("x", Counts(5, 4, 4), cities=2, eligible=1).city_share(1) == 0.5
    assert Group("x", Counts(), cities=2).city_share(0) == 0.0


def test_the_file_has_every_city(client: FlaskClient, course: Course, administrator: Person) -> None:
    a_completion(a_person(city=a_city("=Lagos", country="NG", region=Region.AFRICA)), course, at=NOW - DAY)
    a_city("Oslo")
    with clock.at(NOW):
        answer = client.get("/grants/local/network.csv")
    lines = answer.get_data(as_text=True).splitlines()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="local-network.csv"'
    assert lines[1:] == [
        '\'=Lagos,Nigeria,Africa,"100,000 to a million residents",1,1,1,0',
        'Oslo,Norway,Europe,"100,000 to a million residents",0,0,0,0',
    ]


def test_only_administrators_see_the_network(client: FlaskClient, course: Course) -> None:
    for path in ("network", "fairness", "network.csv", "fairness.csv"):
        client.delete_cookie("academy")
        assert client.get(f"/grants/local/{path}").status_code == 302
        for role in (Role.COORDINATOR, Role.TRAINER):
            signed_in(client, a_person(city=a_city(), roles=(role,)))
            assert client.get(f"/grants/local/{path}").status_code == 403
