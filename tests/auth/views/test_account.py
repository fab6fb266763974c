"""The account page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth import passwords
from app.auth.models import Person
from app.extensions import db
from tests.auth.browser import mails, post
from tests.factories import PASSWORD, a_city, a_person, signed_in
from tests.pages import check_page

pytestmark = pytest.mark.usefixtures("cheap_hashing")

PROFILE = {"profile-name": "Amina T.", "profile-language": "fr", "profile-time_zone": "Africa/Tunis"}


@pytest.fixture
def amina(app: Flask) -> Person:
    return a_person(email="amina@city.example", city=a_city("Sfax", domain="city.example"))


@pytest.fixture
def here(client: FlaskClient, amina: Person) -> FlaskClient:
    return signed_in(client, amina)


def the_person() -> Person:
    db.session.rollback()
    return db.session.scalars(sa.select(Person)).one()


def test_the_account_says_who_where_and_on_which_devices(here: FlaskClient) -> None:
    page = here.get("/account")
    assert check_page(page.text) == []
    assert "Sfax" in page.text and "amina@city.example" in page.text
    assert "This device" in page.text and "Sign out elsewhere" not in page.text


def test_a_profile_is_saved_and_said_in_its_language(here: FlaskClient) -> None:
    assert post(here, "/account", PROFILE).location == "/account"
    person = the_person()
    assert (person.name, person.language, person.time_zone) == ("Amina T.", "fr", "Africa/Tunis")
    db.session.rollback()
    assert '<html lang="fr"' in here.get("/account").text


def test_a_profile_that_cannot_be_saved_keeps_what_was_typed(here: FlaskClient) -> None:
    answer = post(here, "/account", {**PROFILE, "profile-time_zone": "Moon/Base"})
    assert answer.status_code == 400 and check_page(answer.text) == []
    assert 'value="Amina T."' in answer.text and "Choose a time zone from the list." in answer.text


def test_the_password_needs_the_present_one(here: FlaskClient) -> None:
    wrong = post(here, "/account/password", {"password-current_password": "x", "password-password": "a fine long one"})
    assert wrong.status_code == 400 and "not your present password" in wrong.text and check_page(wrong.text) == []
    own = {"password-current_password": PASSWORD, "password-password": "amina@city.example"}
    assert "the first thing others would try" in post(here, "/account/password", own).text
    known = the_person().password_hash
    db.session.rollback()
    assert passwords.matches(known, PASSWORD)


def test_a_changed_password_signs_out_the_other_devices(app: Flask, here: FlaskClient, amina: Person) -> None:
    elsewhere = signed_in(app.test_client(), amina)
    done = post(
        here, "/account/password", {"password-current_password": PASSWORD, "password-password": "a fine long one"}
    )
    assert done.location == "/account"
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 302)


def test_other_devices_are_signed_out_at_will(app: Flask, here: FlaskClient, amina: Person) -> None:
    elsewhere = signed_in(app.test_client(), amina)
    assert "Sign out elsewhere" in here.get("/account").text
    assert post(here, "/account/sign-ins/elsewhere").location == "/account"
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 302)


def test_another_address(here: FlaskClient) -> None:
    fields = {"email-email": "amina@mail.example", "email-current_password": "wrong horse"}
    wrong = post(here, "/account/email", fields)
    assert wrong.status_code == 400 and 'value="amina@mail.example"' in wrong.text and check_page(wrong.text) == []
    assert post(here, "/account/email", {**fields, "email-current_password": PASSWORD}).location == "/account"
    path = f"/account/email/{mails('email_change')[0].values['token']}"
    page = here.get(path)
    assert check_page(page.text) == [] and "amina@mail.example" in page.text
    assert the_person().email == "amina@city.example"
    db.session.rollback()
    assert post(here, path).location == "/account"
    assert the_person().email == "amina@mail.example"
    db.session.rollback()
    assert post(here, path).status_code == 404


def test_who_asks_for_a_taken_address_sees_what_others_see(app: Flask, here: FlaskClient) -> None:
    a_person(email="noor@city.example")
    said = []
    for email in ("noor@city.example", "free@city.example"):
        post(here, "/account/email", {"email-email": email, "email-current_password": PASSWORD})
        said.append(here.get("/account").text.partition('class="notice')[2].partition("</p>")[0].replace(email, ""))
    assert said[0] == said[1] and "We sent a mail" in said[0]


@pytest.mark.parametrize("path", ["/account/password", "/account/email"])
def test_a_part_of_the_account_leads_to_the_whole(here: FlaskClient, path: str) -> None:
    assert here.get(path).location == "/account"
