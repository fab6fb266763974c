"""A form refused because its token or the sign-in ran out comes back filled, to its own sender only."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth import services
from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.auth.browser import SAME_ORIGIN, hidden, post
from tests.factories import PASSWORD, a_city, a_person, signed_in
from tests.pages import check_page

pytestmark = pytest.mark.usefixtures("cheap_hashing")

TYPED = {
    "profile-name": 'Amina "T" <b> Trabelsi',
    "profile-language": "fr",
    "profile-time_zone": "Africa/Tunis",
    "profile-current_password": "a secret that is not kept",
}


@pytest.fixture
def here(client: FlaskClient) -> FlaskClient:
    """A browser whose sign-in was ended from elsewhere, its session otherwise as it was."""
    person = a_person(email="amina@city.example", city=a_city())
    person_id = person.id
    signed_in(client, person)
    with unit_of_work():
        services.end_other_sign_ins(person_id=person_id, but=None)
    return client


@pytest.fixture
def live(client: FlaskClient) -> FlaskClient:
    """A browser that is signed in."""
    return signed_in(client, a_person(email="amina@city.example", city=a_city()))


def the_name() -> str:
    db.session.rollback()
    name = db.session.scalars(sa.select(Person.name)).one()
    db.session.rollback()
    return str(name)


def without_token(client: FlaskClient, headers: dict[str, str], **fields: str) -> TestResponse:
    return client.post("/account", data={**TYPED, **fields}, headers=headers)


def sent_again(client: FlaskClient, page: str) -> TestResponse:
    """Press the button of a filled form, as it came."""
    assert 'method="post" action="/account"' in page
    return client.post("/account", data=hidden(page.partition("<main")[2]), headers=SAME_ORIGIN)


def test_after_the_sign_in_ran_out_the_form_survives_signing_in_again(here: FlaskClient) -> None:
    asked = post(here, "/account", TYPED)
    assert asked.status_code == 401 and check_page(asked.text) == []
    assert "Nothing you typed is lost" in asked.text and "a secret" not in asked.text
    carried = hidden(asked.text.partition("<main")[2])

    wrong = here.post("/sign-in", data={**carried, "email": "amina@city.example", "password": "x"}, headers=SAME_ORIGIN)
    assert wrong.status_code == 400
    carried = hidden(wrong.text.partition("<main")[2])

    filled = here.post(
        "/sign-in", data={**carried, "email": "amina@city.example", "password": PASSWORD}, headers=SAME_ORIGIN
    )
    assert filled.status_code == 200 and check_page(filled.text) == []
    assert "Amina &#34;T&#34; &lt;b&gt; Trabelsi" in filled.text
    assert the_name() == "Amina Trabelsi"
    assert sent_again(here, filled.text).location == "/account"
    assert the_name() == TYPED["profile-name"]


def test_after_the_whole_cookie_was_lost_it_survives_too(app: Flask) -> None:
    a_person(email="amina@city.example", city=a_city())
    here = app.test_client()
    asked = without_token(here, SAME_ORIGIN)
    assert asked.status_code == 401
    carried = hidden(asked.text.partition("<main")[2])
    filled = here.post(
        "/sign-in", data={**carried, "email": "amina@city.example", "password": PASSWORD}, headers=SAME_ORIGIN
    )
    assert sent_again(here, filled.text).status_code == 302
    assert the_name() == TYPED["profile-name"]


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_wrong_token_brings_the_form_back_filled(live: FlaskClient, token: str | None) -> None:
    fields = {} if token is None else {"csrf_token": token}
    refused = without_token(live, SAME_ORIGIN, **fields)
    assert refused.status_code == 400 and check_page(refused.text) == []
    assert "Amina &#34;T&#34; &lt;b&gt; Trabelsi" in refused.text and "a secret" not in refused.text
    assert the_name() == "Amina Trabelsi"
    assert sent_again(live, refused.text).status_code == 302
    assert the_name() == TYPED["profile-name"]


ELSEWHERE = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Referer": "https://evil.example/localhost"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_another_site_gets_nothing_back(app: Flask, live: FlaskClient, headers: dict[str, str]) -> None:
    for client, status in ((live, 400), (app.test_client(), 403)):
        refused = without_token(client, headers)
        assert refused.status_code == status and check_page(refused.text) == []
        assert "Trabelsi &" not in refused.text and "&lt;b&gt;" not in refused.text
    assert the_name() == "Amina Trabelsi"


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Referer": "http://localhost/account"}])
def test_a_browser_that_tells_no_more_than_where_from_is_believed(live: FlaskClient, headers: dict[str, str]) -> None:
    assert "&lt;b&gt;" in without_token(live, headers).text


@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"X-Requested-With": "fetch"}])
def test_a_script_is_told_in_its_own_words(app: Flask, live: FlaskClient, headers: dict[str, str]) -> None:
    expired = without_token(live, headers)
    assert (expired.status_code, expired.json["code"]) == (400, "expired")
    signed_out = without_token(app.test_client(), headers)
    assert (signed_out.status_code, signed_out.json["code"]) == (401, "signed_out")
    assert expired.json["error"] and signed_out.json["error"]


def test_fields_that_stand_several_times_keep_their_order(live: FlaskClient) -> None:
    data = {"choice": ["b", "a", "b"], "words": "one\r\ntwo"}
    refused = live.post("/account?part=2", data=data, headers=SAME_ORIGIN)
    form = refused.text.partition("<main")[2]
    assert 'action="/account?part=2"' in form
    positions = [form.index(f'name="choice" value="{value}"') for value in ("b", "a")]
    assert form.count('name="choice"') == 3 and positions == sorted(positions)
    assert hidden(form)["words"] == "one\r\ntwo"


def test_a_file_has_to_be_chosen_again_and_the_page_says_so(live: FlaskClient) -> None:
    data = {"title": "Map", "picture": (BytesIO(b"picture"), "map.png")}
    refused = live.post("/account", data=data, headers=SAME_ORIGIN, content_type="multipart/form-data")
    assert check_page(refused.text) == []
    assert 'type="file" name="picture"' in refused.text and 'enctype="multipart/form-data"' in refused.text


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_what_is_carried_goes_to_this_site_only(here: FlaskClient, path: str) -> None:
    fields = {"carried-path": path, "carried.name": "x", "email": "amina@city.example", "password": PASSWORD}
    answer = post(here, "/sign-in", fields)
    assert (answer.status_code, answer.location) == (302, "/learn")


def test_nothing_is_carried_under_the_name_of_a_password(here: FlaskClient) -> None:
    fields = {
        "carried-path": "/account",
        "carried.new_Password": "a secret",
        "carried.csrf_token": "old",
        "email": "amina@city.example",
        "password": PASSWORD,
    }
    answer = post(here, "/sign-in", fields)
    assert answer.status_code == 200 and "a secret" not in answer.text and 'value="old"' not in answer.text
