"""Signing in and out, as a browser meets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.auth.models import PersonState, SignIn
from app.config import Settings
from app.core import clock
from app.extensions import db
from tests.auth.browser import SAME_ORIGIN, post, token
from tests.conftest import Browser
from tests.factories import PASSWORD, a_city, a_person, signed_in
from tests.pages import check_page

pytestmark = pytest.mark.usefixtures("cheap_hashing")

RIGHT = {"email": "amina@city.example", "password": PASSWORD}
WRONG = {"email": "amina@city.example", "password": "wrong horse"}


def sign_ins() -> list[SignIn]:
    db.session.rollback()  # see what the browser did meanwhile
    return list(db.session.scalars(sa.select(SignIn).order_by(SignIn.id)))


def test_signing_in_leads_to_what_one_came_for(client: FlaskClient) -> None:
    a_person(email="amina@city.example", city=a_city())
    asked = client.get("/courses/first?tab=2", follow_redirects=False)
    assert asked.status_code in (200, 302, 404)
    page = client.get("/account")
    assert page.location == "/sign-in?next=/account"
    answer = post(client, "/sign-in", {**RIGHT, "next": "/account"})
    assert (answer.status_code, answer.location) == (302, "/account")
    assert client.get("/account").status_code == 200


def test_signing_in_leads_home_by_default(client: FlaskClient) -> None:
    a_person(email="amina@city.example", city=a_city())
    assert post(client, "/sign-in", RIGHT).location == "/learn"
    assert client.get("/sign-in").location == "/learn"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "evil.example",
     "/\t/evil.example", "javascript:alert(1)", "/\n/evil.example", "http:/evil.example",
     "/sign-in?next=/sign-in", " //evil.example", ""],
)  # fmt: skip
def test_no_link_leads_elsewhere_after_signing_in(client: FlaskClient, address: str) -> None:
    a_person(email="amina@city.example", city=a_city())
    page = client.get("/sign-in", query_string={"next": address})
    assert 'name="next"' not in page.text
    assert post(client, "/sign-in", {**RIGHT, "next": address}).location == "/learn"


@pytest.mark.parametrize("email", ["amina@city.example", "nobody@city.example"])
def test_an_error_keeps_what_was_typed_and_says_the_same_to_all(client: FlaskClient, email: str) -> None:
    a_person(email="amina@city.example")
    answer = post(client, "/sign-in", {"email": email, "password": "wrong horse", "next": "/account"})
    assert answer.status_code == 400
    assert check_page(answer.text) == []
    assert f'value="{email}"' in answer.text and 'value="/account"' in answer.text
    assert "wrong horse" not in answer.text
    error = answer.text.partition('id="password-error"')[2].partition("</p>")[0]
    assert "Nothing is locked" in error and '<a href="/reset-password">reset the password</a>.' in error
    assert sign_ins() == []


def test_what_is_missing_is_said_beside_its_field(client: FlaskClient) -> None:
    answer = post(client, "/sign-in", {})
    assert answer.status_code == 400
    assert "Type your e-mail address." in answer.text and "Type your password." in answer.text


@pytest.mark.parametrize("field", ["email", "password"])
def test_odd_input_is_no_defect(client: FlaskClient, field: str) -> None:
    for odd in ("\x00", "é" * 3000, "%s%n", "' OR 1=1 --", "a@" + "." * 300):
        assert post(client, "/sign-in", {**RIGHT, field: odd}).status_code == 400


def test_the_cookie_lasts_thirty_days_and_the_session_begins_anew(client: FlaskClient) -> None:
    a_person(email="amina@city.example", city=a_city())
    before = token(client)
    with client.session_transaction() as session:
        session["left behind"] = "by somebody else"
    answer = post(client, "/sign-in", RIGHT)
    cookie = client.get_cookie("academy")
    assert cookie is not None and cookie.expires is not None and cookie.http_only
    assert timedelta(days=29) < cookie.expires - datetime.now(UTC) < timedelta(days=31)
    with client.session_transaction() as session:
        assert "left behind" not in session and session.get("csrf_token") is None
    stale = client.post("/sign-out", data={"csrf_token": before}, headers=SAME_ORIGIN)
    assert (answer.status_code, stale.status_code) == (302, 400)


def test_signing_in_again_ends_the_sign_in_before(client: FlaskClient) -> None:
    a_person(email="amina@city.example", city=a_city())
    post(client, "/sign-in", RIGHT)
    post(client, "/sign-in", RIGHT)
    assert [row.ended_at is None for row in sign_ins()] == [False, True]


def test_signing_out_ends_the_sign_in_and_not_only_the_cookie(app: Flask, client: FlaskClient) -> None:
    a_person(email="amina@city.example", city=a_city(), language="fr")
    post(client, "/sign-in", RIGHT)
    kept = client.get_cookie("academy")
    assert kept is not None
    answer = post(client, "/sign-out")
    assert (answer.status_code, answer.location) == (302, "/")
    assert sign_ins()[0].ended_at is not None
    assert 'lang="fr"' in client.get("/sign-in").text
    thief = app.test_client()
    thief.set_cookie("academy", kept.value)
    assert thief.get("/account").status_code == 302


def test_signing_out_twice_is_no_error(client: FlaskClient) -> None:
    assert post(client, "/sign-out").location == "/"


def test_a_forged_sign_in_is_nobody_s(client: FlaskClient) -> None:
    a_person()
    for forged in ("1", "999999", "x", "-1", "9" * 40, "١"):
        with client.session_transaction() as session:
            session["_user_id"] = forged
        assert client.get("/account").status_code == 302, forged


def test_use_is_noted_by_unsafe_requests_and_once_an_hour(app: Flask, client: FlaskClient) -> None:
    began = clock.now().replace(microsecond=0)
    fields = {"profile-name": "Amina", "profile-language": "en", "profile-time_zone": "UTC"}
    with clock.at(began):
        signed_in(client, a_person(city=a_city()))
    for later, get, noted in ((59, False, 0), (61, True, 0), (61, False, 61), (120, False, 61), (122, False, 122)):
        with clock.at(began + timedelta(minutes=later)):
            answer = client.get("/account") if get else post(client, "/account", fields)
            assert answer.status_code == (200 if get else 302)
        assert sign_ins()[0].last_used_at == began + timedelta(minutes=noted)


def test_a_page_that_is_read_writes_nothing(client: FlaskClient, statements: list[str]) -> None:
    signed_in(client, a_person(city=a_city()))
    statements.clear()
    with clock.at(clock.now() + timedelta(days=2)):
        for method in ("get", "head"):
            assert getattr(client, method)("/account").status_code == 200
    assert [s for s in statements if not s.startswith("SELECT")] == []


@pytest.mark.parametrize("state", [PersonState.UNCONFIRMED, PersonState.WAITING])
def test_who_is_not_placed_sees_only_what_comes_next(client: FlaskClient, state: PersonState) -> None:
    signed_in(client, a_person(email="amina@city.example", state=state))
    assert client.get("/learn").location == "/waiting"
    assert post(client, "/courses/any/enrolment").status_code in (403, 404)
    page = client.get("/waiting")
    assert page.status_code == 200 and check_page(page.text) == []
    assert "amina@city.example" in page.text
    assert ("Send the mail again" in page.text) == (state is PersonState.UNCONFIRMED)
    assert client.get("/account").status_code == 200
    assert post(client, "/sign-out").status_code == 302


def test_who_is_placed_does_not_wait(client: FlaskClient) -> None:
    signed_in(client, a_person(city=a_city()))
    assert client.get("/waiting").location == "/learn"


def test_the_demonstration_lists_its_sign_ins(client: FlaskClient, demonstration: Settings) -> None:
    page = client.get("/sign-in").text
    assert check_page(page) == []
    for who in ("practitioner", "trainer", "coordinator", "admin"):
        assert f"{who}@demo.example" in page
    assert "demo-demo-demo" in page


def test_outside_the_demonstration_they_are_not_there(client: FlaskClient) -> None:
    assert "demo.example" not in client.get("/sign-in").text


@pytest.fixture
def hurried(app: Flask, settings: Settings) -> Iterator[FlaskClient]:
    """A browser of a site that limits how often one may try."""
    limited = create_app(replace(settings, testing=False))
    limited.test_client_class = Browser
    yield limited.test_client()
    with limited.app_context():
        db.engine.dispose()


def test_too_many_tries_are_told_so_and_keep_the_address(hurried: FlaskClient) -> None:
    a_person(email="amina@city.example")
    answers = [post(hurried, "/sign-in", WRONG).status_code for _ in range(11)]
    assert answers == [400] * 10 + [429]
    refused = post(hurried, "/sign-in", RIGHT)
    assert refused.status_code == 429 and 'value="amina@city.example"' in refused.text
    assert sign_ins() == []
    other = post(hurried, "/sign-in", {**WRONG, "email": "noor@city.example"})
    assert other.status_code == 400


def test_so_are_too_many_registrations_and_resets(hurried: FlaskClient) -> None:
    for path, fields in (
        ("/reset-password", {"email": "amina@city.example"}),
        (
            "/register",
            {
                "email": "amina@city.example",
                "name": "A",
                "password": "a fine long one",
                "language": "en",
                "time_zone": "UTC",
            },
        ),
    ):
        answers = [post(hurried, path, fields).status_code for _ in range(11)]
        assert answers[-1] == 429 and 429 not in answers[:-1]


def test_what_is_no_address_is_refused_before_it_is_counted(client: FlaskClient) -> None:
    """Tries are counted by address, in memory: what is a megabyte long must not be kept there."""
    answer = post(client, "/sign-in", {"email": "x" * 300 + "@city.example", "password": "a longer secret"})
    assert answer.status_code == 400
    assert "does not look like an e-mail address" in answer.text
