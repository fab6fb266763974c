"""Closing and opening accounts, and minding oneself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.errors import LastAdministrator, NotConfirmed
from app.auth.models import Affiliation, Person, PersonRole, PersonState, Role, SignIn
from app.auth.people import services
from app.auth.people.errors import NotClosed, OwnAccount, OwnRole
from app.core import clock
from app.core.errors import NotFound
from app.core.models import AuditEvent, Outbox
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.factories import a_city, a_person


def _actions(person_id: int) -> list[str]:
    chosen = sa.select(AuditEvent.action).where(AuditEvent.subject == f"person:{person_id}")
    return list(db.session.scalars(chosen.order_by(AuditEvent.id)))


def _state(person_id: int) -> str:
    return db.session.get_one(Person, person_id, populate_existing=True).state


def test_one_cannot_end_ones_own_administrator_role(app: Flask, work: None) -> None:
    ada = a_person(roles=(Role.ADMINISTRATOR,))
    a_person(roles=(Role.ADMINISTRATOR,))
    with pytest.raises(OwnRole):
        services.end_role(person_id=ada.id, role=Role.ADMINISTRATOR, city_id=None, by=ada.id)
    with pytest.raises(OwnAccount):
        services.close(person_id=ada.id, by=ada.id)
    assert _actions(ada.id) == []


def test_ones_other_roles_one_can_end(app: Flask, work: None) -> None:
    ada = a_person(roles=(Role.ADMINISTRATOR, Role.TRAINER))
    services.end_role(person_id=ada.id, role=Role.TRAINER, city_id=None, by=ada.id)
    held = db.session.scalars(sa.select(PersonRole.role).where(PersonRole.to_at.is_(None))).all()
    assert held == [Role.ADMINISTRATOR]


def test_the_last_administrator_stays(app: Flask, work: None) -> None:
    ada, other = a_person(roles=(Role.ADMINISTRATOR,)), a_person()
    with pytest.raises(LastAdministrator):
        services.end_role(person_id=ada.id, role=Role.ADMINISTRATOR, city_id=None, by=other.id)
    with pytest.raises(LastAdministrator):
        services.close(person_id=ada.id, by=other.id)


def test_closing_ends_city_roles_and_sign_ins_and_opening_again_lets_wait(app: Flask) -> None:
    by = a_person(roles=(Role.ADMINISTRATOR,)).id
    person_id = a_person(city=a_city(), roles=(Role.TRAINER, Role.COORDINATOR)).id
    with unit_of_work():
        db.session.add(SignIn(person_id=person_id, created_at=clock.now(), last_used_at=clock.now()))
    with unit_of_work():
        services.close(person_id=person_id, by=by)
    for table, ended in ((Affiliation, Affiliation.to_at), (PersonRole, PersonRole.to_at), (SignIn, SignIn.ended_at)):
        ends = db.session.scalars(sa.select(ended).where(table.person_id == person_id)).all()
        assert ends and None not in ends, table
    assert _state(person_id) == PersonState.LEFT
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0
    db.session.rollback()
    with unit_of_work():
        services.reopen(person_id=person_id, by=by)
    assert _state(person_id) == PersonState.WAITING
    assert _actions(person_id)[-1] == "person.reopen"


def test_who_waited_is_told(app: Flask, work: None) -> None:
    by = a_person(roles=(Role.ADMINISTRATOR,)).id
    person_id = a_person(state=PersonState.WAITING).id
    services.close(person_id=person_id, by=by)
    assert _state(person_id) == PersonState.LEFT
    assert db.session.scalars(sa.select(Outbox.kind)).all() == ["refused"]


def test_only_a_closed_account_is_opened(app: Flask, work: None) -> None:
    person_id = a_person().id
    with pytest.raises(NotClosed):
        services.reopen(person_id=person_id, by=1)
    erased_id = a_person(state=PersonState.ERASED).id
    for missing in (erased_id, 10_000):
        with pytest.raises(NotFound):
            services.reopen(person_id=missing, by=1)
        with pytest.raises(NotFound):
            services.close(person_id=missing, by=1)


def test_an_unconfirmed_account_is_not_closed(app: Flask, work: None) -> None:
    with pytest.raises(NotConfirmed):
        services.close(person_id=a_person(state=PersonState.UNCONFIRMED).id, by=99)
