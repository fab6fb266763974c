"""Commands about people."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from app.auth.models import PersonRole, PersonState
from app.extensions import db
from tests.factories import a_person


def test_the_first_administrator_is_made_by_whoever_runs_the_site(app: Flask) -> None:
    person_id = a_person(email="amina@city.example").id
    done = app.test_cli_runner().invoke(args=["people", "make-administrator", " Amina@City.example"])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    assert db.session.execute(sa.select(PersonRole.person_id, PersonRole.role)).all() == [(person_id, "administrator")]


def test_who_is_unknown_or_unconfirmed_is_not_made_one(app: Flask) -> None:
    a_person(email="noor@city.example", state=PersonState.UNCONFIRMED)
    for email, said in (("nobody@city.example", "nobody has registered"), ("noor@city.example", "has not confirmed")):
        done = app.test_cli_runner().invoke(args=["people", "make-administrator", email])
        assert done.exit_code == 1 and said in done.output
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(PersonRole.id))) == 0
