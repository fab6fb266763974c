"""Links by mail: for one purpose, for a while, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.auth import queries, tokens
from app.auth.models import Person, PersonState
from app.auth.tokens import Purpose
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.factories import a_person


def test_a_token_tells_whose_it_is(app: Flask) -> None:
    person = a_person(email="amina@city.example")
    token = tokens.make(Purpose.CHANGE_EMAIL, person, email="amina@other.example")
    account = queries.find_account(Purpose.CHANGE_EMAIL, token)
    assert account is not None
    assert (account.id, account.email, account.new_email) == (person.id, "amina@city.example", "amina@other.example")


@pytest.mark.parametrize("token", ["", "x", "not-a-token", "WzEsMiwiYSIsIiJd.c2ln", "é" * 10, "a" * 5000])
def test_a_forged_token_is_nobodys(app: Flask, token: str) -> None:
    assert queries.find_account(Purpose.CONFIRM, token) is None


def test_a_token_is_for_one_purpose(app: Flask) -> None:
    token = tokens.make(Purpose.CONFIRM, a_person())
    assert tokens.read(Purpose.CONFIRM, token)
    assert tokens.read(Purpose.RESET_PASSWORD, token) is None


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_grows_old(app: Flask, purpose: Purpose) -> None:
    made = clock.now()
    with clock.at(made):
        token = tokens.make(purpose, a_person())
    with clock.at(made + tokens.AGES[purpose] - timedelta(seconds=2)):
        assert tokens.read(purpose, token)
    with clock.at(made + tokens.AGES[purpose] + timedelta(seconds=1)):
        assert tokens.read(purpose, token) is None


@pytest.mark.parametrize(
    "change", [{"email": "other@city.example"}, {"password_hash": "another"}, {"state": PersonState.WAITING}]
)
def test_what_changes_when_it_is_used_makes_a_token_worthless(app: Flask, change: dict[str, str]) -> None:
    with unit_of_work():
        person = a_person()
        token = tokens.make(Purpose.CONFIRM, person)
        person_id = person.id
    assert queries.find_account(Purpose.CONFIRM, token)
    with unit_of_work():
        for name, value in change.items():
            setattr(db.session.get_one(Person, person_id), name, value)
    assert queries.find_account(Purpose.CONFIRM, token) is None
