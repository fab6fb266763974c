"""What administrators do with other people's accounts, beyond what `services` does: mind themselves, and reopen."""

from __future__ import annotations

import sqlalchemy as sa

from app.core import audit
from app.core.errors import NotFound
from app.extensions import db

from . import services
from .models import Person, PersonState, Role
from .people_errors import NotClosed, OwnAccount, OwnRole


def end_role(*, person_id: int, role: Role, city_id: int | None, by: int) -> None:
    """As `services.end_role`; raises `OwnRole` besides, so that nobody shuts themselves out by accident."""
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


def reopen(*, person_id: int, by: int) -> None:
    """Open a closed account again: the person can sign in, and waits for a city. Raises `NotClosed`."""
    person = _locked(person_id)
    if person.state != PersonState.LEFT:
        raise NotClosed
    person.state = PersonState.WAITING if person.confirmed_at else PersonState.UNCONFIRMED
    audit.record("person.reopen", f"person:{person_id}", actor_id=by)
    db.session.flush()


def _locked(person_id: int) -> Person:
    person: Person | None = db.session.scalar(
        sa.select(Person).where(Person.id == person_id).with_for_update(of=Person)
    )
    if person is None or person.state == PersonState.ERASED:
        raise NotFound
    return person
