"""The pages of cities."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.models import Role
from app.extensions import db
from app.network.models import City, CityDomain
from tests.factories import a_city, a_person, signed_in
from tests.pages import check_page

from .test_people_views import post, text_of

SFAX: dict[str, str] = {
    "name": "Sfax", "country": "TN", "region": "middle_east_north_africa", "size_band": "medium",
    "joined_on": "2019-05-31", "left_on": "", "domains": "sfax.example\n\n  @VILLE.sfax.example\r\n",
}  # fmt: skip


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    """An administrator's browser."""
    return signed_in(app.test_client(), a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,)))


def seen(page: TestResponse) -> str:
    """What the form of a page carries of what it shows."""
    (carried,) = re.findall(r'name="before"[^>]* value="([^"]*)"', page.text)
    return unescape(carried)


def stands(city_id: int) -> City:
    db.session.rollback()
    return db.session.get_one(City, city_id, populate_existing=True)


def test_a_coordinator_does_not_come_in(app: Flask) -> None:
    client = signed_in(app.test_client(), a_person(city=a_city(), roles=(Role.COORDINATOR,)))
    for address in ("/cities", "/cities/1", "/cities/new", "/cities/1/edit"):
        assert client.get(address).status_code == 403


def test_the_list_counts_practitioners_in_two_statements(app: Flask, desk: FlaskClient, statements: list[str]) -> None:
    oslo = a_city("Oslo")
    a_city("Sfax", left_on=date(2024, 2, 1))
    for _number in range(4):
        a_person(city=oslo)
    statements.clear()
    page = desk.get("/cities")
    assert len(statements) == 2
    assert check_page(page.text) == []
    assert ">4</a></td>" in page.text
    assert "2016, left in 2024" in page.text


def test_a_search_that_finds_nothing_says_so(desk: FlaskClient) -> None:
    assert "No city yet" in desk.get("/cities").text
    assert "No city fits" in desk.get("/cities?q=x&region=africa").text
    assert desk.get("/cities?region=moon").status_code == 404


def test_adding_a_city(desk: FlaskClient) -> None:
    assert check_page(desk.get("/cities/new").text) == []
    answer = post(desk, "/cities/new", **SFAX)
    assert answer.status_code == 302
    page = desk.get(answer.location)
    assert check_page(page.text) == []
    for words in ("Sfax", "Tunisia", "Middle East and North Africa", "31 May 2019", "ville.sfax.example", "Not public"):
        assert words in page.text


def test_what_was_typed_comes_back_with_every_fault_beside_its_field(desk: FlaskClient) -> None:
    wrong = SFAX | {
        "name": " \x00 ", "country": "QQ", "region": "", "size_band": "huge", "joined_on": "soon",
        "domains": "gmail.com\nsfax\nsfax.example",
    }  # fmt: skip
    answer = post(desk, "/cities/new", **wrong)
    assert answer.status_code == 422
    assert check_page(answer.text) == []
    page = text_of(answer)
    assert "Write the city’s name." in page
    assert page.count("Choose one from the list.") == 3
    assert "Write the day as year-month-day" in page
    assert "Anyone can have an address at gmail.com" in page
    assert "“sfax” is not a domain." in page
    assert "gmail.com\nsfax\nsfax.example</textarea>" in answer.text.replace("\r", "")
    assert db.session.query(City).count() == 0


def test_a_city_cannot_leave_before_it_joined(desk: FlaskClient) -> None:
    answer = post(desk, "/cities/new", **SFAX | {"left_on": "2019-05-30"})
    assert answer.status_code == 422
    assert "That is before the day the city joined." in answer.text


def test_a_name_or_domain_that_is_taken_is_said_beside_the_field(app: Flask, desk: FlaskClient) -> None:
    a_city("SFAX", country="TN")
    a_city("Oslo", domain="oslo.example")
    taken = post(desk, "/cities/new", **SFAX)
    assert taken.status_code == 422
    assert 'id="name-error" role="alert">SFAX in Tunisia is already here.' in taken.text
    taken = post(desk, "/cities/new", **SFAX | {"name": "Sousse", "domains": "sousse.example\noslo.example"})
    assert taken.status_code == 422
    assert 'id="domains-error" role="alert">oslo.example already belongs to Oslo.' in taken.text
    assert "sousse.example" in taken.text
    assert db.session.query(CityDomain).count() == 1


def test_editing_a_city_moves_nobody(app: Flask, desk: FlaskClient) -> None:
    oslo = a_city("Oslo", domain="oslo.example")
    member = a_person("Kari", city=oslo, roles=(Role.COORDINATOR,))
    city_id, person_id = oslo.id, member.id
    page = desk.get(f"/cities/{city_id}/edit")
    assert check_page(page.text) == []
    assert "A change moves nobody who already belongs somewhere." in page.text
    assert ">oslo.example</textarea>" in page.text.replace("\r\n", "").replace("\n", "")
    changes = SFAX | {"name": "Oslo", "country": "NO", "region": "europe", "domains": "", "figures_public": "y"}
    changes["before"] = seen(page)
    assert post(desk, f"/cities/{city_id}/edit", **changes).status_code == 302
    city = stands(city_id)
    assert (city.joined_on, city.figures_public, city.domains) == (date(2019, 5, 31), True, [])
    shown = desk.get(f"/cities/{city_id}").text
    assert f'href="/people/{person_id}"' in shown
    assert "Public, from five people on" in shown


@pytest.fixture
def sfax(desk: FlaskClient) -> str:
    """The address of the form of a city."""
    return f"{post(desk, '/cities/new', **SFAX).location}/edit"


def test_what_a_colleague_saved_of_other_fields_stays(desk: FlaskClient, sfax: str) -> None:
    mine = SFAX | {"before": seen(desk.get(sfax))}
    assert post(desk, sfax, **mine | {"figures_public": "y", "domains": "sfax.example"}).status_code == 302
    assert post(desk, sfax, **mine | {"size_band": "large"}).status_code == 302
    city = stands(1)
    assert (city.figures_public, city.size_band) == (True, "large")
    assert [one.domain for one in city.domains] == ["sfax.example"]


def test_of_two_who_change_the_same_the_second_chooses(desk: FlaskClient, sfax: str) -> None:
    mine = SFAX | {"before": seen(desk.get(sfax)), "domains": "mine.example", "name": "Mine", "left_on": "2026-05-31"}
    theirs = {"domains": "theirs.example\nsfax.example", "name": "Theirs", "size_band": "large"}
    assert post(desk, sfax, **mine | {"left_on": ""} | theirs).status_code == 302
    answer = post(desk, sfax, **mine)
    assert (answer.status_code, check_page(answer.text)) == (409, [])
    said = text_of(answer)
    assert "Nothing of yours is lost" in said
    assert 'Saved meanwhile: <strong class="as-typed">Theirs</strong>' in said
    assert "sfax.example theirs.example</strong>" in said
    assert said.count("Saved meanwhile:") == 2
    assert 'value="Mine"' in said and "mine.example</textarea>" in said and 'value="2026-05-31"' in said
    assert '<option selected value="large">' in said
    assert stands(1).name == "Theirs"
    again = mine | {"before": seen(answer), "take": "domains", "size_band": "large"}
    refused = post(desk, sfax, **again | {"left_on": "2018-05-31"})  # what was chosen is still chosen
    assert (refused.status_code, check_page(refused.text)) == (422, [])
    assert 'value="domains" checked' in refused.text and 'value="name"' not in refused.text
    assert post(desk, sfax, **again | {"before": seen(refused)}).status_code == 302
    city = stands(1)
    assert (city.name, city.size_band, city.left_on) == ("Mine", "large", date(2026, 5, 31))
    assert [one.domain for one in city.domains] == ["sfax.example", "theirs.example"]


def test_the_consent_of_a_city_is_never_overwritten_unseen(desk: FlaskClient, sfax: str) -> None:
    shown = seen(desk.get(sfax))
    assert post(desk, sfax, **SFAX | {"before": shown, "figures_public": "y"}).status_code == 302
    for before in ("", "{}", "x"):
        answer = post(desk, sfax, **SFAX | {"before": before})
        assert answer.status_code == 409
        assert "Public, from five people on</strong>" in answer.text
    assert post(desk, sfax, **SFAX | {"before": shown}).status_code == 302
    assert stands(1).figures_public is True


@pytest.mark.parametrize("city_id", [77, 2**31, 10**30])
def test_no_city_has_that_number(desk: FlaskClient, city_id: int) -> None:
    assert desk.get(f"/cities/{city_id}").status_code == 404
    assert desk.get(f"/cities/{city_id}/edit").status_code == 404
    assert post(desk, f"/cities/{city_id}/edit", **SFAX).status_code == 404


def test_countries_are_named_in_the_language_of_the_page(app: Flask) -> None:
    desk = signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,), language="fr"))
    assert '<option value="TN">Tunisie</option>' in desk.get("/cities/new").text
