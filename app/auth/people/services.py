"""What administrators do with other people's accounts, where `services` alone would let them err."""

from __future__ import annotations

import sqlalchemy as sa

from app.core import audit
from app.core.errors import NotFound
from app.extensions import db

from .. import services
from ..models import LOCK, Person, PersonState, Role
from ..signals import account_reopened
from .errors import Closed, GivenByCourses, NotClosed, OwnAccount, OwnErasure, OwnRole


def place(*, person_id: int, city_id: int, by: int) -> None:
    """As `services.place`, but not somebody whose account is closed: raises `Closed` besides."""
    _require_open(person_id)
    services.place(person_id=person_id, city_id=city_id, by=by)


def grant_role(*, person_id: int, role: Role, city_id: int | None, by: int) -> None:
    """As `services.grant_role`; raises `Closed` besides."""
    _require_open(person_id)
    services.grant_role(person_id=person_id, role=role, city_id=city_id, by=by)


def end_role(*, person_id: int, role: Role, city_id: int | None, by: int) -> None:
    """As `services.end_role`; raises `OwnRole` besides, so that nobody shuts themselves out by accident.

    Raises `GivenByCourses` for a translator's, which goes with the last course that they translate.
    """
    if role is Role.TRANSLATOR:
        raise GivenByCourses
    if person_id == by and role is Role.ADMINISTRATOR:
        raise OwnRole
    services.end_role(person_id=person_id, role=role, city_id=city_id, by=by)


def close(*, person_id: int, by: int) -> None:
    """Close an account; whoever waits is told by mail that they were refused. Raises `OwnAccount` besides."""
    if person_id == by:
        raise OwnAccount
    if _locked(person_id).state == PersonState.WAITING:
        services.refuse(person_id=person_id, by=by)
    else:
        services.close(person_id=person_id, by=by)


def erase(*, person_id: int, keeps_name: bool, reason: str, by: int) -> None:
    """As `services.erase`; raises `OwnErasure` besides: one's own is done with the password."""
    if person_id == by:
        raise OwnErasure
    services.erase(person_id=person_id, keeps_name=keeps_name, reason=reason, by=by)


def reopen(*, person_id: int, by: int) -> None:
    """Open a closed account again: the person can sign in, and waits for a city. Raises `NotClosed`."""
    person = _locked(person_id)
    if person.state != PersonState.LEFT:
        raise NotClosed
    never_came = PersonState.INVITED if person.invited_by_id and not person.password_hash else PersonState.UNCONFIRMED
    person.state = PersonState.WAITING if person.confirmed_at else never_came
    audit.record("person.reopen", f"person:{person_id}", actor_id=by)
    db.session.flush()
    closed_at = audit.last_at("person.close", f"person:{person_id}")
    account_reopened.send(None, person_id=person_id, closed_at=closed_at, by=by)


def _require_open(person_id: int) -> None:
    if _locked(person_id).state == PersonState.LEFT:
        raise Closed


def _locked(person_id: int) -> Person:
    person: Person | None = db.session.scalar(
        sa.select(Person).where(Person.id == person_id).with_for_update(of=Person, **LOCK)
    )
    if person is None or person.state == PersonState.ERASED:
        raise NotFound
    return person
