"""The network page: what everyone may see of its cities."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonState
from app.core import clock
from app.core.skyline import MOST_TOWERS
from app.network.models import City, Region
from app.progress.models import EnrolmentState
from app.site import network, queries
from app.site.network import Member, PublicFigures
from tests.factories import a_city, a_course, a_person
from tests.reports.factories import a_certificate, an_enrolment


def people_of(city: City, count: int) -> list[Person]:
    return [a_person(city=city) for _ in range(count)]


def words(html: str) -> str:
    """The text of a page, spaces made one."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_city_that_agreed_shows_its_figures(app: Flask) -> None:
    oslo, course, second = a_city("Oslo", figures_public=True, joined_on=date(2015, 9, 1)), a_course(), a_course()
    people = people_of(oslo, 5)
    a_person(city=oslo, state=PersonState.LEFT)
    for person in people[:3]:
        a_certificate(an_enrolment(person, course, days=2), revoked=person is people[0])
    for person in people[3:]:
        an_enrolment(person, course)
    an_enrolment(people[0], second)
    an_enrolment(people[1], second, state=EnrolmentState.WITHDRAWN)
    assert network.list_members() == [Member("Oslo", "NO", 2015, PublicFigures(5, 2, 0.5))]


@pytest.mark.parametrize(("public", "count"), [(False, 9), (True, 4), (True, 0)])
def test_the_figures_of_others_stay_with_them(app: Flask, public: bool, count: int) -> None:
    city, course = a_city(figures_public=public), a_course()
    for person in people_of(city, count):
        a_certificate(an_enrolment(person, course, days=1))
    [member] = network.list_members()
    assert member.figures is None


def test_no_share_of_fewer_than_five_learners(app: Flask) -> None:
    city, course = a_city(figures_public=True), a_course()
    people = people_of(city, 6)
    for person in people[:4]:
        an_enrolment(person, course, days=1)
    for person in people[:4]:
        an_enrolment(person, a_course())
    [member] = network.list_members()
    assert member.figures == PublicFigures(6, 0, None)


def test_members_by_name_and_region(app: Flask) -> None:
    for name, region in (("Oslo", Region.EUROPE), ("Ålesund", Region.EUROPE), ("Dakar", Region.AFRICA)):
        a_city(name, region=region)
    a_city("Atlantis", left_on=date(2020, 1, 1))
    a_city("Brno", left_on=clock.now().date() + timedelta(days=1))  # a member until then
    a_city("Zadar", left_on=clock.now().date())
    assert [member.name for member in network.list_members()] == ["Ålesund", "Brno", "Dakar", "Oslo"]
    assert queries.figures(clock.now()).cities == 4
    assert [member.name for member in network.list_members(Region.AFRICA)] == ["Dakar"]


def test_towers_stand_in_the_order_of_the_table_and_tell_nothing_of_the_others() -> None:
    large, small = PublicFigures(60, 10, 0.75), PublicFigures(6, 0, None)
    members = [Member("A", "NO", 2015, large), Member("B", "NO", 2015, None), Member("C", "NO", 2015, small)]
    assert network.towers(members) == [(0.75, 14), (0.0, network.DARK_FLOORS), (0.0, 1)]
    assert len(network.towers(members * 40)) == MOST_TOWERS


def test_the_page(client: FlaskClient, statements: list[str]) -> None:
    oslo = a_city("Oslo", figures_public=True, joined_on=date(2015, 9, 1))
    a_city("Dakar", country="SN", region=Region.AFRICA)
    course = a_course()
    for person in people_of(oslo, 5):
        an_enrolment(person, course, days=1)
    statements.clear()
    answer = client.get("/network")
    assert answer.status_code == 200 and len(statements) == 1
    said = words(answer.text)
    assert "Dakar, Senegal 2016 – Not public – Not public – Not public Oslo, Norway 2015 5 0 100%" in said
    assert "the first is Dakar, the last Oslo" in said
    assert 'role="img" aria-label="2 cities; the height' in answer.text


def test_countries_are_named_in_the_language_of_the_page(client: FlaskClient) -> None:
    a_city("Dakar", country="SN")
    assert "Dakar, Sénégal" in client.get("/network", headers={"Accept-Language": "fr"}).text


def test_one_region(client: FlaskClient) -> None:
    a_city("Oslo")
    a_city("Dakar", country="SN", region=Region.AFRICA)
    html = client.get("/network?region=africa").text
    assert "Dakar" in html and "Oslo" not in html and '<option selected value="africa">' in html


def test_a_region_without_cities_says_so_and_leads_back(client: FlaskClient) -> None:
    a_city("Oslo")
    html = client.get("/network?region=africa").text
    assert "No city of this region yet" in html and "Show all regions" in html


def test_a_region_that_there_is_none_of_shows_all(client: FlaskClient) -> None:
    a_city("Oslo")
    assert "Oslo, Norway" in client.get("/network?region=atlantis").text


def test_no_cities_yet(client: FlaskClient) -> None:
    html = client.get("/network").text
    assert "No cities yet" in html and '<svg viewBox="0 0 300' not in html


def test_more_cities_than_towers(client: FlaskClient) -> None:
    for i in range(MOST_TOWERS + 1):
        a_city(f"City {i:02}")
    said = words(client.get("/network").text)
    assert "The first 60 cities, in the order of the table: the first tower is City 00, the last City 59." in said
    assert "City 60, Norway" in said
