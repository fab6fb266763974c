"""From registering to the first page, and what a stranger may learn on the way: nothing."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.models import Person, PersonState
from app.extensions import db
from tests.auth.browser import mails, post
from tests.factories import PASSWORD, a_city, a_person, signed_in
from tests.pages import check_page

pytestmark = pytest.mark.usefixtures("cheap_hashing")

NOOR = {
    "email": "noor@city.example",
    "name": "Noor Haddad",
    "password": "a fine long one",
    "language": "en",
    "time_zone": "Africa/Tunis",
}


def people() -> list[Person]:
    db.session.rollback()  # see what the browser did meanwhile
    return list(db.session.scalars(sa.select(Person).order_by(Person.id)))


def without_chance(answer: TestResponse, email: str) -> str:
    """A page without its tokens and without the address it was asked with."""
    text = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", answer.text)
    return text.replace(email, "ADDRESS")


def test_registering_leads_through_the_mail_to_the_first_page(client: FlaskClient) -> None:
    a_city(domain="city.example")
    answer = post(client, "/register", NOOR)
    assert (answer.status_code, answer.location) == (302, "/register/sent")
    page = client.get("/register/sent")
    assert "noor@city.example" in page.text and check_page(page.text) == []
    assert client.get("/account").status_code == 302  # nobody is signed in yet
    path = f"/confirm/{mails('confirm')[0].values['token']}"
    button = client.get(path)
    assert check_page(button.text) == [] and "Noor Haddad" in button.text
    assert people()[0].state == PersonState.UNCONFIRMED  # scanners that follow links change nothing
    done = post(client, path)
    assert (done.status_code, done.location) == (302, "/learn")
    assert people()[0].state == PersonState.ACTIVE
    assert client.get("/account").status_code == 200
    assert client.get(path).status_code == 404


def test_another_browser_confirms_but_is_not_signed_in(app: Flask, client: FlaskClient) -> None:
    a_city(domain="city.example")
    post(client, "/register", NOOR)
    telephone = app.test_client()
    done = post(telephone, f"/confirm/{mails('confirm')[0].values['token']}")
    assert (done.status_code, done.location) == (302, "/sign-in")
    assert people()[0].state == PersonState.ACTIVE
    assert telephone.get("/account").status_code == 302


def test_the_city_cannot_be_typed(client: FlaskClient) -> None:
    city = a_city(domain="other.example")
    post(
        client, "/register", {**NOOR, "city": city.id, "city_id": city.id, "state": "active", "roles": "administrator"}
    )
    assert (people()[0].city_id, people()[0].state) == (None, PersonState.UNCONFIRMED)


def test_who_registers_sees_the_same_whether_or_not_somebody_has_the_address(app: Flask) -> None:
    a_person(email="amina@city.example")
    a_person(email="left@city.example", state=PersonState.LEFT)
    answers = []
    for email in ("noor@city.example", "amina@city.example", "left@city.example"):
        browser = app.test_client()
        sent = post(browser, "/register", {**NOOR, "email": email})
        page = browser.get("/register/sent")
        again = post(browser, "/register/sent")
        after = browser.get("/register/sent")
        with browser.session_transaction() as session:
            keys = sorted(session)
        answers.append(
            (sent.status_code, sent.location, sent.text, again.status_code, again.location, keys)
            + (without_chance(page, email), without_chance(after, email))
        )
    assert answers[0] == answers[1] == answers[2]
    assert "ADDRESS" in answers[0][-1]


def test_who_forgot_the_password_sees_the_same_whether_or_not_somebody_has_the_address(app: Flask) -> None:
    a_person(email="amina@city.example")
    answers = []
    for email in ("amina@city.example", "nobody@city.example"):
        answer = post(app.test_client(), "/reset-password", {"email": email})
        assert answer.status_code == 200 and check_page(answer.text) == []
        answers.append(without_chance(answer, email))
    assert answers[0] == answers[1]
    assert [mail.recipient for mail in mails("reset_password")] == ["amina@city.example"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "noor", "does not look like an e-mail"),
        ("email", "", "Type your e-mail address."),
        ("name", " \x00 ", "Type your name"),
        ("name", "n" * 121, "at most 120 characters"),
        ("password", "short", "at least 10 characters"),
        ("password", "password123", "Many people use this password"),
        ("password", "noor@city.example", "the first thing others would try"),
        ("language", "xx", "Choose a language from the list."),
        ("time_zone", "Moon/Base", "Choose a time zone from the list."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_else_is_lost(
    client: FlaskClient, field: str, value: str, said: str
) -> None:
    answer = post(client, "/register", {**NOOR, field: value})
    assert answer.status_code == 400
    assert check_page(answer.text) == []
    assert said in answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    kept = {
        "email": 'value="noor@city.example"',
        "name": 'value="Noor Haddad"',
        "time_zone": 'selected value="Africa/Tunis"',
    }
    kept.pop(field, None)
    assert all(html in answer.text for html in kept.values())
    assert "a fine long one" not in answer.text
    assert people() == []


def test_the_page_of_a_sent_mail_is_for_who_registered(client: FlaskClient) -> None:
    assert client.get("/register/sent").location == "/register"
    assert post(client, "/register/sent").location == "/register"


def test_who_is_signed_in_asks_for_the_link_again(client: FlaskClient) -> None:
    signed_in(client, a_person(email="amina@city.example", state=PersonState.UNCONFIRMED))
    assert post(client, "/waiting/link").location == "/waiting"
    assert [mail.recipient for mail in mails("confirm")] == ["amina@city.example"]


def test_a_new_password_by_mail(app: Flask, client: FlaskClient) -> None:
    person = a_person(email="amina@city.example", city=a_city())
    elsewhere = signed_in(app.test_client(), person)
    post(client, "/reset-password", {"email": "amina@city.example"})
    path = f"/reset-password/{mails('reset_password')[0].values['token']}"
    assert check_page(client.get(path).text) == []
    refused = post(client, path, {"password": "amina@city.example"})
    assert refused.status_code == 400 and "the first thing others would try" in refused.text
    assert elsewhere.get("/account").status_code == 200
    done = post(client, path, {"password": "a fine long one"})
    assert (done.status_code, done.location) == (302, "/sign-in")
    assert elsewhere.get("/account").status_code == 302
    assert post(client, path, {"password": "another fine one"}).status_code == 404
    assert post(client, "/sign-in", {"email": "amina@city.example", "password": PASSWORD}).status_code == 400
    assert post(client, "/sign-in", {"email": "amina@city.example", "password": "a fine long one"}).status_code == 302


@pytest.mark.parametrize("path", ["/confirm/", "/reset-password/", "/account/email/"])
@pytest.mark.parametrize("token", ["forged", "WzEsMl0.AAAA", "%00", "é"])
def test_a_forged_link_is_not_found(client: FlaskClient, path: str, token: str) -> None:
    a_person()
    assert client.get(path + token).status_code == 404
    assert post(client, path + token, {"password": "a fine long one"}).status_code == 404
