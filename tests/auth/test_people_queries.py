"""Who sees whom, in how many statements and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.auth.identity import Identity
from app.auth.models import Affiliation, Person, PersonRole, PersonState, Role, SignIn
from app.auth.people import queries
from app.auth.people.queries import Filters
from app.core import clock
from app.core.errors import NotFound
from app.core.transactions import unit_of_work
from app.extensions import db
from app.network.models import City
from tests.factories import a_city, a_person

SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def _identity(person: Person, *, coordinates: tuple[City, ...] = ()) -> Identity:
    roles = frozenset({Role.COORDINATOR} if coordinates else {Role.ADMINISTRATOR})
    return Identity(
        id=person.id, sign_in_id=0, email="", name=person.name, language="en", time_zone="UTC",
        state=PersonState.ACTIVE, city_id=None, city_name=None, roles=roles,
        coordinates=frozenset(city.id for city in coordinates),
    )  # fmt: skip


def _names(asker: Identity, **filters: object) -> list[str]:
    return [row.name for row in queries.list_people(asker, Filters(**filters)).rows]  # type: ignore[arg-type]


@pytest.fixture
def administrator(app: Flask) -> Identity:
    return _identity(a_person("Ada Okafor", email="ada@network.example", roles=(Role.ADMINISTRATOR,)))


def test_who_waits_stands_first_then_by_name_without_accents(administrator: Identity) -> None:
    for name, state in [("Zoé", PersonState.WAITING), ("Élise", PersonState.ACTIVE), ("Bo", PersonState.LEFT)]:
        a_person(name, state=state)
    assert _names(administrator) == ["Zoé", "Ada Okafor", "Bo", "Élise"]
    assert queries.count_waiting(administrator) == 1


def test_a_search_folds_names_and_addresses(administrator: Identity) -> None:
    a_person("Søren Ørsted", email="s.o@aarhus.example")
    assert _names(administrator, search="orsted SOREN") == ["Søren Ørsted"]
    assert _names(administrator, search="aarhus") == ["Søren Ørsted"]
    assert _names(administrator, search="aarhus ada") == []
    assert _names(administrator, search="%") == []


def test_filters_narrow_together(administrator: Identity) -> None:
    oslo, sfax = a_city("Oslo"), a_city("Sfax")
    a_person("In Oslo", city=oslo)
    a_person("Trains in Oslo", city=oslo, roles=(Role.TRAINER, Role.COORDINATOR))
    a_person("Trains in Sfax", city=sfax, roles=(Role.TRAINER,))
    assert _names(administrator, city_id=oslo.id) == ["In Oslo", "Trains in Oslo"]
    assert _names(administrator, role=Role.TRAINER) == ["Trains in Oslo", "Trains in Sfax"]
    assert _names(administrator, role=Role.TRAINER, city_id=sfax.id) == ["Trains in Sfax"]
    assert _names(administrator, state=PersonState.LEFT) == []


def test_an_ended_role_is_none(administrator: Identity) -> None:
    person = a_person("Once a trainer", roles=(Role.TRAINER,))
    with unit_of_work():
        db.session.query(PersonRole).filter_by(person_id=person.id).update({"to_at": clock.now()})
    assert _names(administrator, role=Role.TRAINER) == []
    (row,) = queries.list_people(administrator, Filters(search="once")).rows
    assert row.roles == ()


def test_a_row_says_city_roles_and_last_use(administrator: Identity) -> None:
    oslo = a_city("Oslo")
    person = a_person("Kari Nordmann", city=oslo, roles=(Role.COORDINATOR, Role.TRAINER))
    with unit_of_work():
        for days in (3, 9):
            moment = SINCE + timedelta(days=days)
            db.session.add(SignIn(person_id=person.id, created_at=SINCE, last_used_at=moment))
    (row,) = queries.list_people(administrator, Filters(search="kari")).rows
    assert (row.city, row.roles) == ("Oslo", (Role.TRAINER, Role.COORDINATOR))
    assert row.last_used_at == SINCE + timedelta(days=9)


def test_a_coordinator_sees_the_people_of_their_cities_alone(app: Flask) -> None:
    oslo, sfax, lima = a_city("Oslo"), a_city("Sfax"), a_city("Lima")
    asker = _identity(a_person("Kari", city=oslo), coordinates=(oslo, lima))
    a_person("Of Sfax", city=sfax)
    a_person("Of Lima", city=lima)
    a_person("Waiting", state=PersonState.WAITING)
    assert _names(asker) == ["Kari", "Of Lima"]
    assert _names(asker, city_id=sfax.id) == []
    assert queries.count_waiting(asker) == 0


def test_pages_hold_fifty_and_do_not_overlap(administrator: Identity) -> None:
    with unit_of_work():
        for number in range(120):
            db.session.add(Person(name=f"Same name {number % 3}", state=PersonState.ACTIVE, created_at=SINCE))
    pages = [queries.list_people(administrator, Filters(page=page)) for page in (1, 2, 3)]
    assert [(len(page.rows), page.total, page.pages) for page in pages] == [(50, 121, 3), (50, 121, 3), (21, 121, 3)]
    assert len({row.id for page in pages for row in page.rows}) == 121
    beyond = queries.list_people(administrator, Filters(page=10**9))
    assert (beyond.page, beyond.rows) == (1, pages[0].rows)


def test_a_page_is_one_statement_however_many_people(administrator: Identity, statements: list[str]) -> None:
    city = a_city()
    for _number in range(8):
        a_person(city=city, roles=(Role.TRAINER,))
    statements.clear()
    assert queries.list_people(administrator, Filters(search="a", role=Role.TRAINER)).total == 8
    assert len(statements) == 1


def test_an_erased_person_is_nobody(administrator: Identity) -> None:
    person = a_person("Erased", state=PersonState.ERASED)
    assert _names(administrator) == ["Ada Okafor"]
    with pytest.raises(NotFound):
        queries.get_record(administrator, person.id)


def test_a_record_holds_the_whole_history_newest_first(administrator: Identity, statements: list[str]) -> None:
    oslo, sfax = a_city("Oslo"), a_city("Sfax")
    person = a_person("Kari", city=oslo, roles=(Role.COORDINATOR,), since=SINCE + timedelta(days=10))
    with unit_of_work():
        left = SINCE + timedelta(days=10)
        db.session.add(Affiliation(person_id=person.id, city_id=sfax.id, from_at=SINCE, to_at=left))
        db.session.add(
            PersonRole(person_id=person.id, role=Role.COORDINATOR, city_id=sfax.id, from_at=SINCE, to_at=left)
        )
    person_id = person.id
    statements.clear()
    record = queries.get_record(administrator, person_id)
    assert len(statements) == 3
    assert [(stay.city, stay.to_at is None) for stay in record.stays] == [("Oslo", True), ("Sfax", False)]
    assert [held.city for held in record.open_roles] == ["Oslo"] == [held.city for held in record.city_roles]
    assert [held.city for held in record.ended_roles] == ["Sfax"]


def test_a_coordinator_sees_no_history_of_other_cities(app: Flask) -> None:
    oslo, sfax = a_city("Oslo"), a_city("Sfax")
    person = a_person("Kari", city=oslo, roles=(Role.COORDINATOR, Role.TRAINER))
    with unit_of_work():
        db.session.add(Affiliation(person_id=person.id, city_id=sfax.id, from_at=SINCE, to_at=SINCE))
        db.session.add(
            PersonRole(person_id=person.id, role=Role.COORDINATOR, city_id=sfax.id, from_at=SINCE, to_at=SINCE)
        )
    record = queries.get_record(_identity(a_person("Ola"), coordinates=(oslo,)), person.id)
    assert [stay.city for stay in record.stays] == ["Oslo"]
    assert {(held.role, held.city) for held in record.roles} == {(Role.COORDINATOR, "Oslo"), (Role.TRAINER, None)}
    with pytest.raises(NotFound):
        queries.get_record(_identity(a_person("Sami"), coordinates=(sfax,)), person.id)
