"""The pages of people, by role: what each shows, does and refuses."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.models import Person, PersonRole, PersonState, Role
from app.core.models import AuditEvent, Outbox
from app.extensions import db
from tests.factories import a_city, a_person, signed_in
from tests.pages import check_page


@pytest.fixture
def administrator(app: Flask) -> Person:
    return a_person("Ada Okafor", email="ada@network.example", roles=(Role.ADMINISTRATOR,))


@pytest.fixture
def desk(app: Flask, administrator: Person) -> FlaskClient:
    """The administrator's browser."""
    return signed_in(app.test_client(), administrator)


def post(client: FlaskClient, address: str, **fields: object) -> TestResponse:
    """Send a form from a page that the client has open."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/people").text)
    assert token
    return client.post(address, data={"csrf_token": token[1], **fields})


def text_of(response: TestResponse) -> str:
    return " ".join(response.text.split())


def _actions(person_id: int) -> list[tuple[str, int | None]]:
    db.session.rollback()
    chosen = sa.select(AuditEvent.action, AuditEvent.actor_id).where(AuditEvent.subject == f"person:{person_id}")
    return [tuple(row) for row in db.session.execute(chosen.order_by(AuditEvent.id))]


def _person(person_id: int) -> Person:
    db.session.rollback()
    return db.session.get_one(Person, person_id)


def _open_roles(person_id: int) -> list[tuple[str, int | None]]:
    db.session.rollback()
    chosen = sa.select(PersonRole.role, PersonRole.city_id)
    chosen = chosen.where(PersonRole.person_id == person_id, PersonRole.to_at.is_(None)).order_by(PersonRole.id)
    return [tuple(row) for row in db.session.execute(chosen)]


# --- who may come in


@pytest.mark.parametrize("address", ["/people", "/people/1", "/cities", "/cities/1", "/cities/new", "/cities/1/edit"])
def test_practitioners_and_trainers_do_not_come_in(app: Flask, address: str) -> None:
    for roles in ((), (Role.TRAINER,)):
        client = signed_in(app.test_client(), a_person(city=a_city(), roles=roles))
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", ["affiliation", "roles", "roles/1/end", "departure", "return"])
def test_a_coordinator_changes_nobody(app: Flask, address: str) -> None:
    city = a_city()
    client = signed_in(app.test_client(), a_person(city=city, roles=(Role.COORDINATOR,)))
    member = a_person(city=city).id
    assert post(client, f"/people/{member}/{address}", city=1, role="trainer").status_code == 403
    assert _actions(member) == []


def test_a_coordinator_reads_the_people_of_the_own_city(app: Flask) -> None:
    oslo, sfax = a_city("Oslo"), a_city("Sfax")
    coordinator = a_person("Kari Nordmann", city=oslo, roles=(Role.COORDINATOR,))
    client = signed_in(app.test_client(), coordinator)
    member, stranger = a_person("Ola Hansen", city=oslo).id, a_person("Sami Gharbi", city=sfax).id
    page = client.get("/people")
    assert check_page(page.text) == []
    assert "Ola Hansen" in page.text
    assert "Sami Gharbi" not in page.text
    assert "wait for a city" not in page.text
    shown = client.get(f"/people/{member}")
    assert shown.status_code == 200
    assert check_page(shown.text) == []
    assert f"/people/{member}/" not in shown.text  # nothing to press
    assert "/cities/" not in shown.text
    assert client.get(f"/people/{stranger}").status_code == 404
    assert _actions(member) == [("person.open", coordinator.id)]
    assert _actions(stranger) == []


# --- the list


def test_the_list_says_who_waits(app: Flask, desk: FlaskClient) -> None:
    for name in ("Amina", "Bilel", "Chedia"):
        a_person(name, state=PersonState.WAITING)
    page = desk.get("/people")
    assert check_page(page.text) == []
    assert "3 people wait for a city." in page.text
    assert page.text.index("Chedia") < page.text.index("ada@network.example")
    only = desk.get("/people?state=waiting")
    assert "ada@network.example" not in only.text


def test_the_list_is_four_statements_however_many_people(app: Flask, desk: FlaskClient, statements: list[str]) -> None:
    city = a_city()
    for _number in range(12):
        a_person(city=city)
    statements.clear()
    assert desk.get("/people").status_code == 200
    assert len(statements) <= 4, "\n".join(statements)


def test_pages_keep_the_search(app: Flask, desk: FlaskClient) -> None:
    for _number in range(60):
        a_person("Same Name")
    page = desk.get("/people?q=same")
    assert "Page 1 of 2" in page.text
    following = re.search(r'href="(/people\?[^"]+)"[^>]*>Next page', page.text)
    assert following
    second = desk.get(following[1].replace("&amp;", "&"))
    assert "Page 2 of 2" in second.text
    assert second.text.count('scope="row"') == 10


def test_nobody_found_says_so(desk: FlaskClient) -> None:
    page = desk.get("/people?q=nobody+of+this+name")
    assert "Nobody fits" in page.text
    assert check_page(page.text) == []


@pytest.mark.parametrize(
    "query", ["city=77", "city=x", "state=erased", "state=gone", "role=king", f"city={10**30}", "city=1&city=2"]
)
def test_a_forged_filter_is_no_page(desk: FlaskClient, query: str) -> None:
    assert desk.get(f"/people?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", f"page={10**30}", "q=%00", "q=" + "a" * 5000, "q=%25"]
)
def test_odd_searches_are_answered(desk: FlaskClient, query: str) -> None:
    assert desk.get(f"/people?{query}").status_code == 200


def test_a_coordinator_cannot_filter_by_another_city(app: Flask) -> None:
    oslo, sfax = a_city(), a_city()
    client = signed_in(app.test_client(), a_person(city=oslo, roles=(Role.COORDINATOR,)))
    assert client.get(f"/people?city={oslo.id}").status_code == 200
    assert client.get(f"/people?city={sfax.id}").status_code == 404


# --- a person


@pytest.mark.parametrize("state", [state for state in PersonState if state is not PersonState.ERASED])
def test_a_page_for_every_state(app: Flask, desk: FlaskClient, administrator: Person, state: PersonState) -> None:
    a_city()
    person_id = a_person("Amina Trabelsi", state=state).id
    page = desk.get(f"/people/{person_id}")
    assert page.status_code == 200
    assert check_page(page.text) == []
    assert _actions(person_id) == [("person.open", administrator.id)]


def test_ones_own_page_is_nobody_elses_record(desk: FlaskClient, administrator: Person) -> None:
    page = desk.get(f"/people/{administrator.id}")
    assert page.status_code == 200
    assert "/departure" not in page.text
    assert _actions(administrator.id) == []


@pytest.mark.parametrize("person_id", [77, 2**31 - 1, 2**31, 10**30])
def test_nobody_has_that_number(desk: FlaskClient, person_id: int) -> None:
    assert desk.get(f"/people/{person_id}").status_code == 404
    for address in ("affiliation", "roles", "departure", "return", "roles/1/end"):
        assert post(desk, f"/people/{person_id}/{address}").status_code == 404


def test_placing_who_waits(app: Flask, desk: FlaskClient, administrator: Person) -> None:
    sfax = a_city("Sfax")
    person_id = a_person("Amina Trabelsi", state=PersonState.WAITING).id
    assert "Place Amina Trabelsi in this city" in desk.get(f"/people/{person_id}").text
    answer = post(desk, f"/people/{person_id}/affiliation", city=sfax.id)
    assert (answer.status_code, answer.location) == (302, f"/people/{person_id}")
    assert "Amina Trabelsi now belongs to Sfax, Norway." in desk.get(answer.location).text
    person = _person(person_id)
    assert (person.state, person.city_id) == (PersonState.ACTIVE, sfax.id)
    assert ("person.move", administrator.id) in _actions(person_id)
    mail = db.session.scalars(sa.select(Outbox)).one()
    assert (mail.kind, mail.values["name"], mail.values["city"]) == ("placed", "Amina Trabelsi", "Sfax")


def test_moving_says_what_ends_and_ends_it(app: Flask, desk: FlaskClient) -> None:
    oslo, sfax = a_city("Oslo"), a_city("Sfax")
    person_id = a_person("Kari", city=oslo, roles=(Role.COORDINATOR, Role.TRAINER)).id
    assert "The move ends: <strong>Coordinator of Oslo</strong>." in text_of(desk.get(f"/people/{person_id}"))
    assert post(desk, f"/people/{person_id}/affiliation", city=sfax.id).status_code == 302
    assert _open_roles(person_id) == [(Role.TRAINER, None)]
    page = text_of(desk.get(f"/people/{person_id}"))
    assert "Ended (1)" in page
    assert "Cities so far" in page


@pytest.mark.parametrize("city", ["", "77", "x", "own", "left", str(10**30)])
def test_a_forged_city_comes_back_beside_the_field(app: Flask, desk: FlaskClient, city: str) -> None:
    own, left = a_city("Own"), a_city("Gone", left_on=date(2020, 1, 1))
    a_city("Another")
    person_id = a_person(city=own).id
    answer = post(desk, f"/people/{person_id}/affiliation", city={"own": own.id, "left": left.id}.get(city, city))
    assert answer.status_code == 422
    assert "Choose one from the list." in answer.text
    assert check_page(answer.text) == []
    assert _person(person_id).city_id == own.id


@pytest.mark.parametrize("state", [PersonState.UNCONFIRMED, PersonState.LEFT])
def test_who_is_not_here_is_not_placed(app: Flask, desk: FlaskClient, state: PersonState) -> None:
    city = a_city()
    person_id = a_person(state=state).id
    assert post(desk, f"/people/{person_id}/affiliation", city=city.id).status_code == 409
    assert post(desk, f"/people/{person_id}/roles", role="administrator").status_code == 409
    assert (_person(person_id).state, _open_roles(person_id)) == (state, [])


def test_giving_and_ending_roles(app: Flask, desk: FlaskClient, administrator: Person) -> None:
    oslo = a_city("Oslo")
    person_id = a_person("Kari", city=oslo).id
    for value in ("trainer", f"coordinator:{oslo.id}", "administrator"):
        assert post(desk, f"/people/{person_id}/roles", role=value).status_code == 302
    assert _open_roles(person_id) == [("trainer", None), ("coordinator", oslo.id), ("administrator", None)]
    page = desk.get(f"/people/{person_id}").text
    assert "Give a role" not in page  # there is none left to give
    for address in re.findall(rf'action="(/people/{person_id}/roles/\d+/end)"', page):
        assert post(desk, address).status_code == 302
    assert _open_roles(person_id) == []
    actions = [action for action, actor in _actions(person_id) if actor == administrator.id]
    assert (actions.count("person.grant_role"), actions.count("person.end_role")) == (3, 3)


@pytest.mark.parametrize("role", ["", "king", "coordinator", "coordinator:77", "coordinator:x", "trainer:1", "trainer"])
def test_a_forged_role_comes_back_beside_the_field(app: Flask, desk: FlaskClient, role: str) -> None:
    person_id = a_person(city=a_city(), roles=(Role.TRAINER,)).id
    answer = post(desk, f"/people/{person_id}/roles", role=role)
    assert answer.status_code == 422
    assert "Choose one from the list." in answer.text
    assert _open_roles(person_id) == [("trainer", None)]


def test_a_role_of_somebody_else_is_not_ended_here(app: Flask, desk: FlaskClient) -> None:
    person_id, other_id = a_person().id, a_person(roles=(Role.TRAINER,)).id
    role_id = db.session.scalar(sa.select(PersonRole.id).where(PersonRole.person_id == other_id))
    assert post(desk, f"/people/{person_id}/roles/{role_id}/end").status_code == 404
    assert _open_roles(other_id) == [("trainer", None)]


def test_an_administrator_cannot_shut_themselves_out(desk: FlaskClient, administrator: Person) -> None:
    assert "/end" not in desk.get(f"/people/{administrator.id}").text
    role_id = db.session.scalar(sa.select(PersonRole.id).where(PersonRole.person_id == administrator.id))
    refused = post(desk, f"/people/{administrator.id}/roles/{role_id}/end")
    assert refused.status_code == 409
    assert "This is your own administrator role." in refused.text
    assert check_page(refused.text) == []
    refused = post(desk, f"/people/{administrator.id}/departure")
    assert refused.status_code == 409
    assert "This is your own account." in refused.text
    assert _open_roles(administrator.id) == [("administrator", None)]


def test_marking_as_left_and_opening_again(app: Flask, desk: FlaskClient) -> None:
    person_id = a_person("Kari", city=a_city(), roles=(Role.COORDINATOR,)).id
    answer = post(desk, f"/people/{person_id}/departure")
    assert answer.status_code == 302
    page = desk.get(answer.location).text
    assert "The account of Kari is closed." in page
    assert "Open the account again" in page
    assert (_person(person_id).state, _person(person_id).city_id) == (PersonState.LEFT, None)
    assert post(desk, f"/people/{person_id}/return").status_code == 302
    assert _person(person_id).state == PersonState.WAITING
    assert post(desk, f"/people/{person_id}/return").status_code == 409


def test_a_form_without_its_token_changes_nothing(app: Flask, desk: FlaskClient) -> None:
    person_id = a_person(city=a_city()).id
    assert desk.post(f"/people/{person_id}/departure").status_code == 400
    assert _person(person_id).state == PersonState.ACTIVE
