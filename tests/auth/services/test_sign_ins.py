"""Signing in: who is let in, and what ends it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import passwords, services
from app.auth.errors import AccountClosed, WrongCredentials
from app.auth.identity import find_identity
from app.auth.models import Person, PersonState, SignIn
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.factories import PASSWORD, a_person

pytestmark = pytest.mark.usefixtures("cheap_hashing")


def sign_in(email: str = "amina@city.example", password: str = PASSWORD) -> int:
    with unit_of_work():
        return services.sign_in(email=email, password=password, device="Firefox, Windows")


def test_the_right_password_opens_a_sign_in(app: Flask) -> None:
    person_id = a_person(email="amina@city.example").id
    opened = sign_in(" Amina@City.example")
    identity = find_identity(opened)
    assert identity is not None and identity.id == person_id
    assert db.session.get_one(SignIn, opened).device == "Firefox, Windows"


def test_an_old_hash_is_renewed(app: Flask) -> None:
    a_person(email="amina@city.example")
    sign_in()
    renewed = db.session.scalars(sa.select(Person.password_hash)).one()
    assert renewed and not passwords.is_outdated(renewed)
    sign_in()
    assert db.session.scalars(sa.select(Person.password_hash)).one() == renewed


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("amina@city.example", "wrong horse"),
        ("nobody@city.example", PASSWORD),
        ("", PASSWORD),
        ("amina@city.example", ""),
    ],
)
def test_wrong_credentials_open_nothing(app: Flask, email: str, password: str) -> None:
    a_person(email="amina@city.example")
    with pytest.raises(WrongCredentials):
        sign_in(email, password)
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 0


def test_a_person_without_a_password_cannot_sign_in(app: Flask) -> None:
    with unit_of_work():
        a_person(email="amina@city.example").password_hash = None
    with pytest.raises(WrongCredentials):
        sign_in(password="")


@pytest.mark.parametrize("state", [PersonState.UNCONFIRMED, PersonState.WAITING])
def test_who_is_not_active_yet_can_sign_in(app: Flask, state: PersonState) -> None:
    a_person(email="amina@city.example", state=state)
    assert find_identity(sign_in()) is not None


def test_who_has_left_cannot(app: Flask) -> None:
    a_person(email="amina@city.example", state=PersonState.LEFT)
    with pytest.raises(AccountClosed):
        sign_in()
    with pytest.raises(WrongCredentials):  # that an account was closed is told to its owner only
        sign_in(password="wrong horse")


def a_demonstration_person() -> None:
    person_id = a_person(email="practitioner@demo.example").id
    password_hash = passwords.hash_password(passwords.DEMONSTRATION)
    with unit_of_work():
        db.session.get_one(Person, person_id).password_hash = password_hash


def test_the_demonstration_password_opens_nothing_outside_a_demonstration(app: Flask) -> None:
    a_demonstration_person()
    with pytest.raises(WrongCredentials):
        sign_in("practitioner@demo.example", "demo-demo-demo")


def test_the_demonstration_password_opens_the_demonstration(app: Flask, demonstration: None) -> None:
    a_demonstration_person()
    assert sign_in("practitioner@demo.example", "demo-demo-demo")


def test_an_ended_sign_in_is_nobody(app: Flask) -> None:
    a_person(email="amina@city.example")
    opened = sign_in()
    with unit_of_work():
        services.end_sign_in(sign_in_id=opened)
    assert find_identity(opened) is None


def test_ending_the_others_keeps_this_one_and_other_people_s(app: Flask) -> None:
    amina, noor = a_person(email="amina@city.example").id, a_person().id
    first, here = sign_in(), sign_in()
    with unit_of_work():
        theirs = services.open_sign_in(person_id=noor, device="")
        services.end_other_sign_ins(person_id=amina, but=here)
    assert [find_identity(i) is not None for i in (first, here, theirs)] == [False, True, True]


def test_a_sign_in_remembers_when_it_was_used(app: Flask) -> None:
    a_person(email="amina@city.example")
    opened = sign_in()
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    with unit_of_work(), clock.at(moment):
        services.touch(sign_in_id=opened)
    assert db.session.get_one(SignIn, opened).last_used_at == moment
