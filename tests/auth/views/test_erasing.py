"""The pages that erase an account: one's own, somebody else's, and the command."""

from __future__ import annotations

from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonState, Role, SignIn
from app.core.models import AuditEvent
from app.extensions import db
from tests.at_once import at_once
from tests.auth.browser import post
from tests.factories import PASSWORD, a_city, a_person, signed_in
from tests.pages import check_page

pytestmark = pytest.mark.usefixtures("cheap_hashing")

ADDRESS = "/account/erasure"
SURE = {"names": "take_off", "current_password": PASSWORD}


@pytest.fixture
def amina(app: Flask) -> Person:
    return a_person(email="amina@sfax.example", city=a_city("Sfax"), roles=(Role.COORDINATOR,))


def state(person_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Person, person_id, populate_existing=True).state


def test_the_page_says_what_goes_what_stays_and_who_then_coordinates(client: FlaskClient, amina: Person) -> None:
    here = signed_in(client, amina)
    assert f'href="{ADDRESS}"' in here.get("/account").text
    page = here.get(ADDRESS).text
    assert check_page(page) == []
    for said in ("What goes", "What stays, without your name", "only coordinator of Sfax", "Pages say “(erased)”"):
        assert said in page
    assert "checked" not in page


@pytest.mark.parametrize(("roles", "warns"), [((Role.TRAINER,), True), ((Role.TRANSLATOR,), False)])
def test_whoever_may_lead_a_course_is_warned_of_courses_without_a_lead(
    client: FlaskClient, roles: tuple[Role, ...], warns: bool
) -> None:
    someone, administrator = a_person(roles=roles), a_person(roles=(Role.ADMINISTRATOR,))
    address = f"/people/{someone.id}/erasure"
    page = signed_in(client, someone).get(ADDRESS).text
    assert check_page(page) == [] and ("If you are the only lead of a course" in page) == warns
    page = signed_in(client, administrator).get(address).text
    assert check_page(page) == [] and ("A course whose only lead this is" in page) == warns


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"names": "", "current_password": PASSWORD}, "Choose what happens to the name on certificates."),
        ({"names": "both", "current_password": PASSWORD}, "Choose what happens to the name on certificates."),
        ({"names": "keep", "current_password": ""}, "Type your password."),
        ({"names": "keep", "current_password": "wrong horse"}, "That is not your present password."),
    ],
)
def test_nothing_is_erased_by_half(client: FlaskClient, amina: Person, fields: dict[str, str], said: str) -> None:
    person_id = amina.id
    answer = post(signed_in(client, amina), ADDRESS, fields)
    assert answer.status_code == 400 and check_page(answer.text) == []
    assert said in answer.text
    assert state(person_id) == PersonState.ACTIVE


def test_it_signs_out_everywhere_in_words(app: Flask, client: FlaskClient, amina: Person) -> None:
    person_id = amina.id
    here, elsewhere = signed_in(client, amina), signed_in(app.test_client(), amina)
    done = post(here, ADDRESS, SURE)
    assert (done.status_code, done.location) == (302, "/")
    assert "Your account is erased" in here.get("/").text
    assert state(person_id) == PersonState.ERASED
    assert here.get("/account").location == "/sign-in?next=/account"
    again = elsewhere.get("/account", follow_redirects=True)
    assert "You have been signed out. Sign in to go on." in again.text and check_page(again.text) == []
    assert "You had been signed out" in post(elsewhere, ADDRESS, SURE).text
    assert "You have been signed out" not in app.test_client().get("/sign-in").text
    refused = post(elsewhere, "/sign-in", {"email": "amina@sfax.example", "password": PASSWORD})
    assert "do not match" in refused.text
    assert db.session.scalar(sa.select(sa.func.count()).where(SignIn.ended_at.is_(None))) == 0


def test_the_last_administrator_is_told_to_find_another(client: FlaskClient, app: Flask) -> None:
    ada = a_person(roles=(Role.ADMINISTRATOR,))
    ada_id = ada.id
    here = signed_in(client, ada)
    page = here.get(ADDRESS).text
    assert "last administrator" in page and 'name="current_password"' not in page and check_page(page) == []
    answer = post(here, ADDRESS, SURE)
    assert answer.status_code == 409 and state(ada_id) == PersonState.ACTIVE


def test_an_administrator_erases_who_asked_for_it_once(client: FlaskClient, amina: Person) -> None:
    ada = a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,))
    person_id, ada_id = amina.id, ada.id
    desk = signed_in(client, ada)
    address = f"/people/{person_id}/erasure"
    assert f'href="{address}"' in desk.get(f"/people/{person_id}").text
    page = desk.get(address).text
    assert check_page(page) == [] and "only coordinator of Sfax" in page
    missing = post(desk, address, {"names": "keep", "reason": " "})
    assert missing.status_code == 422 and "Say why" in missing.text and check_page(missing.text) == []
    assert state(person_id) == PersonState.ACTIVE
    fields = {"names": "keep", "reason": "Amina Trabelsi asked by letter."}
    assert post(desk, address, fields).location == "/people"
    assert state(person_id) == PersonState.ERASED
    assert post(desk, address, fields).status_code == desk.get(f"/people/{person_id}").status_code == 404
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "person.erase")).one()
    assert (event.actor_id, event.details) == (ada_id, {"reason": "… asked by letter.", "certificates": "named"})


def test_nobody_is_erased_from_a_list_by_themselves(client: FlaskClient, app: Flask) -> None:
    a_person(roles=(Role.ADMINISTRATOR,))
    ada = a_person(roles=(Role.ADMINISTRATOR,))
    ada_id = ada.id
    desk = signed_in(client, ada)
    page = desk.get(f"/people/{ada_id}/erasure").text
    assert "your own account" in page and 'name="reason"' not in page and check_page(page) == []
    refused = post(desk, f"/people/{ada_id}/erasure", {"names": "keep", "reason": "Tired."})
    assert refused.status_code == 409 and "with your password" in refused.text
    assert state(ada_id) == PersonState.ACTIVE


def test_two_who_erase_the_same_person_do_it_once(app: Flask, amina: Person) -> None:
    """On PostgreSQL the second waits for the row, and then finds nobody."""
    person_id = amina.id
    desks = [signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,))) for _number in range(2)]
    own = signed_in(app.test_client(), amina)
    db.session.rollback()
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        fields = {"names": "keep", "reason": "Asked."}
        sent = [partial(desk.post, f"/people/{person_id}/erasure", data=fields) for desk in desks]
        codes = [answer.status_code for answer in at_once([*sent, partial(own.post, ADDRESS, data=SURE)])]
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
    assert sorted(codes)[0] == 302 and codes.count(302) == 1, codes
    assert state(person_id) == PersonState.ERASED
    erased = sa.select(sa.func.count()).where(AuditEvent.action == "person.erase")
    assert db.session.scalar(erased) == 1


def test_whoever_runs_the_site_erases_and_is_asked(app: Flask, amina: Person) -> None:
    person_id = amina.id
    asked = ["people", "erase", " Amina@Sfax.example", "--names", "take-off", "--reason", "Asked."]
    run = app.test_cli_runner()
    db.session.rollback()
    assert run.invoke(args=asked, input="n\n").exit_code == 1
    assert state(person_id) == PersonState.ACTIVE
    done = run.invoke(args=asked, input="y\n")
    assert done.exit_code == 0 and f"Person {person_id} is erased" in done.output
    assert state(person_id) == PersonState.ERASED
    db.session.rollback()
    again = run.invoke(args=[*asked, "--yes"])
    assert again.exit_code == 1 and "nobody has the address" in again.output
