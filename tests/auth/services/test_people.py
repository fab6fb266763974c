"""Moving between cities, and roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import services
from app.auth.errors import Closed, CoordinatorElsewhere, LastAdministrator, NotConfirmed
from app.auth.identity import find_identity
from app.auth.models import Affiliation, Person, PersonRole, PersonState, Role
from app.auth.signals import city_changed
from app.core import clock
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.auth.browser import mails
from tests.factories import a_city, a_person

MOVED = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def announced() -> Iterator[list[dict[str, int | None]]]:
    """What `city_changed` was sent with."""
    heard: list[dict[str, int | None]] = []

    def listen(_sender: object, **values: int | None) -> None:
        heard.append(values)

    with city_changed.connected_to(listen):
        yield heard


def affiliations(person_id: int) -> list[tuple[int, datetime | None]]:
    rows = db.session.execute(
        sa.select(Affiliation.city_id, Affiliation.to_at)
        .where(Affiliation.person_id == person_id)
        .order_by(Affiliation.id)
    )
    return [(row.city_id, row.to_at) for row in rows]


def open_roles(person_id: int) -> list[tuple[str, int | None]]:
    rows = db.session.execute(
        sa.select(PersonRole.role, PersonRole.city_id)
        .where(PersonRole.person_id == person_id, PersonRole.to_at.is_(None))
        .order_by(PersonRole.id)
    )
    return [(row.role, row.city_id) for row in rows]


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def test_moving_ends_the_old_affiliation_and_the_roles_tied_to_it(
    app: Flask, announced: list[dict[str, int | None]]
) -> None:
    old, new = a_city(), a_city()
    old_id, new_id = old.id, new.id
    administrator = a_person(roles=(Role.ADMINISTRATOR,)).id
    person_id = a_person(city=old, roles=(Role.COORDINATOR, Role.TRAINER)).id
    with unit_of_work(), clock.at(MOVED):
        services.move_to_city(person_id=person_id, city_id=new_id, by=administrator)
    assert affiliations(person_id) == [(old_id, MOVED), (new_id, None)]
    assert open_roles(person_id) == [(Role.TRAINER, None)]
    assert db.session.get_one(Person, person_id).city_id == new_id
    assert announced == [{"person_id": person_id, "city_id": new_id}]
    event = db.session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.subject, event.actor_id) == ("person.move", f"person:{person_id}", administrator)
    assert event.details == {"from_city": old_id, "to_city": new_id}


def test_moving_to_the_same_city_changes_nothing(app: Flask, announced: list[dict[str, int | None]]) -> None:
    city = a_city()
    city_id = city.id
    person_id = a_person(city=city, roles=(Role.COORDINATOR,)).id
    with unit_of_work():
        services.move_to_city(person_id=person_id, city_id=city_id, by=None)
    assert affiliations(person_id) == [(city_id, None)]
    assert open_roles(person_id) == [(Role.COORDINATOR, city_id)]
    assert (announced, actions()) == ([], [])


@pytest.mark.parametrize(("roles", "state"), [((), PersonState.WAITING), ((Role.TRAINER,), PersonState.ACTIVE)])
def test_who_is_of_no_city_any_more_waits_unless_a_role_remains(
    app: Flask, roles: tuple[Role, ...], state: PersonState
) -> None:
    person_id = a_person(city=a_city(), roles=roles).id
    with unit_of_work():
        services.move_to_city(person_id=person_id, city_id=None, by=None)
    person = db.session.get_one(Person, person_id)
    assert (person.city_id, person.state) == (None, state)
    assert [to_at is None for _, to_at in affiliations(person_id)] == [False]


def test_placing_somebody_who_waits_opens_the_account_and_says_so(app: Flask) -> None:
    city_id = a_city("Sfax").id
    administrator = a_person(roles=(Role.ADMINISTRATOR,)).id
    person_id = a_person(state=PersonState.WAITING, email="amina@mail.example", language="fr").id
    with unit_of_work():
        services.place(person_id=person_id, city_id=city_id, by=administrator)
    assert db.session.get_one(Person, person_id).state == PersonState.ACTIVE
    [mail] = mails("placed")
    assert (mail.recipient, mail.language, mail.values["city"]) == ("amina@mail.example", "fr", "Sfax")


def test_nobody_is_placed_in_a_city_that_is_not_there(app: Flask) -> None:
    person_id = a_person(state=PersonState.WAITING).id
    gone = a_city(left_on=date(2020, 1, 1)).id
    for city_id in (gone, 987654):
        with pytest.raises(NotFound), unit_of_work():
            services.place(person_id=person_id, city_id=city_id, by=person_id)
    with pytest.raises(NotFound), unit_of_work():
        services.move_to_city(person_id=987654, city_id=None, by=None)


def test_nobody_is_placed_before_the_address_is_confirmed(app: Flask) -> None:
    city_id, person_id = a_city().id, a_person(state=PersonState.UNCONFIRMED).id
    with pytest.raises(NotConfirmed), unit_of_work():
        services.move_to_city(person_id=person_id, city_id=city_id, by=None)
    with pytest.raises(NotConfirmed), unit_of_work():
        services.grant_role(person_id=person_id, role="trainer", city_id=None, by=None)


def test_who_is_refused_is_signed_out_and_told(app: Flask) -> None:
    administrator = a_person(roles=(Role.ADMINISTRATOR,)).id
    person_id = a_person(state=PersonState.WAITING).id
    with unit_of_work():
        opened = services.open_sign_in(person_id=person_id, device="")
    with unit_of_work():
        services.refuse(person_id=person_id, by=administrator)
    assert db.session.get_one(Person, person_id).state == PersonState.LEFT
    assert find_identity(opened) is None
    assert len(mails("refused")) == 1
    active = a_person(city=a_city()).id
    with pytest.raises(NotFound), unit_of_work():
        services.refuse(person_id=active, by=administrator)


def test_closing_ends_everything_that_is_open(app: Flask) -> None:
    person_id = a_person(city=a_city(), roles=(Role.COORDINATOR, Role.TRAINER)).id
    with unit_of_work():
        services.close(person_id=person_id, by=None)
    person = db.session.get_one(Person, person_id)
    assert (person.state, person.city_id, open_roles(person_id)) == (PersonState.LEFT, None, [])


def test_nothing_is_given_to_a_closed_account(app: Flask) -> None:
    city_id, person_id = a_city().id, a_person(state=PersonState.LEFT).id
    for act in (
        lambda: services.place(person_id=person_id, city_id=city_id, by=person_id),
        lambda: services.grant_role(person_id=person_id, role="administrator", city_id=None, by=None),
        lambda: services.close(person_id=person_id, by=None),
    ):
        with pytest.raises(Closed), unit_of_work():
            act()


def test_a_role_is_given_once_and_taken_back(app: Flask) -> None:
    administrator = a_person(roles=(Role.ADMINISTRATOR,)).id
    person_id = a_person(state=PersonState.WAITING).id
    with unit_of_work():
        services.grant_role(person_id=person_id, role="trainer", city_id=None, by=administrator)
        services.grant_role(person_id=person_id, role="trainer", city_id=None, by=administrator)
    assert open_roles(person_id) == [(Role.TRAINER, None)]
    assert db.session.get_one(Person, person_id).state == PersonState.ACTIVE
    with unit_of_work():
        services.end_role(person_id=person_id, role="trainer", city_id=None, by=administrator)
    assert open_roles(person_id) == []
    assert db.session.get_one(Person, person_id).state == PersonState.WAITING
    assert actions() == ["person.grant_role", "person.end_role"]
    with unit_of_work():
        services.grant_role(person_id=person_id, role="trainer", city_id=None, by=administrator)
    assert open_roles(person_id) == [(Role.TRAINER, None)]


def test_a_coordinator_is_of_the_own_city(app: Flask) -> None:
    city, elsewhere = a_city(), a_city().id
    city_id, person_id = city.id, a_person(city=city).id
    with unit_of_work():
        services.grant_role(person_id=person_id, role="coordinator", city_id=city_id, by=None)
    assert open_roles(person_id) == [(Role.COORDINATOR, city_id)]
    with pytest.raises(CoordinatorElsewhere), unit_of_work():
        services.grant_role(person_id=person_id, role="coordinator", city_id=elsewhere, by=None)


@pytest.mark.parametrize(
    ("role", "city"), [("king", None), ("", None), ("coordinator", None), ("trainer", 1), ("administrator", 1)]
)
def test_a_forged_role_is_not_there(app: Flask, role: str, city: int | None) -> None:
    person_id = a_person(city=a_city()).id
    for act in (services.grant_role, services.end_role):
        with pytest.raises(NotFound), unit_of_work():
            act(person_id=person_id, role=role, city_id=city, by=None)


def test_a_role_that_is_not_held_cannot_be_ended(app: Flask) -> None:
    person_id = a_person().id
    with pytest.raises(NotFound), unit_of_work():
        services.end_role(person_id=person_id, role="trainer", city_id=None, by=None)


def test_the_last_administrator_stays(app: Flask) -> None:
    first = a_person(roles=(Role.ADMINISTRATOR,)).id
    for act in (
        lambda: services.end_role(person_id=first, role="administrator", city_id=None, by=first),
        lambda: services.close(person_id=first, by=first),
    ):
        with pytest.raises(LastAdministrator), unit_of_work():
            act()
    second = a_person(roles=(Role.ADMINISTRATOR,)).id
    with unit_of_work():
        services.end_role(person_id=first, role="administrator", city_id=None, by=second)
    assert open_roles(first) == []
