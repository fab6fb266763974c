"""Where people belong and what they may do: the one place where a city or a role changes, also of who is erased."""

from __future__ import annotations

import sqlalchemy as sa

from app.core import audit, clock, mail
from app.core.errors import NotFound
from app.extensions import db
from app.network.models import City

from ..errors import Closed, CoordinatorElsewhere, LastAdministrator, NotConfirmed
from ..models import LOCK, Affiliation, Person, PersonRole, PersonState, Role
from ..signals import account_activated, account_closed, city_changed, role_granted
from .sign_ins import end_other_sign_ins


def move_to_city(*, person_id: int, city_id: int | None, by: int | None) -> None:
    """End the person's affiliation and the roles tied to that city, and open the new one (None: of no city).

    Sends `city_changed`. `by` is the id of the person who acts. Whoever
    has a city or a role is active, others wait. Raises `NotFound` for an unknown person or city, `Closed`
    and, for somebody whose address was never confirmed, `NotConfirmed`.
    """
    person = _locked(person_id)
    if city_id is not None:
        _require_member(city_id)
    was = person.city_id
    if was != city_id:
        now = clock.now()
        db.session.execute(
            sa.update(Affiliation)
            .where(Affiliation.person_id == person.id, Affiliation.to_at.is_(None))
            .values(to_at=now)
        )
        if was is not None:
            db.session.execute(
                sa.update(PersonRole)
                .where(PersonRole.person_id == person.id, PersonRole.city_id == was, PersonRole.to_at.is_(None))
                .values(to_at=now)
            )
        if city_id is not None:
            db.session.add(Affiliation(person_id=person.id, city_id=city_id, from_at=now))
        person.city_id = city_id
        audit.record("person.move", f"person:{person.id}", actor_id=by, from_city=was, to_city=city_id)
    settle(person)
    if was != city_id:
        city_changed.send(None, person_id=person.id, city_id=city_id)


def place(*, person_id: int, city_id: int, by: int) -> None:
    """An administrator places a person in a city, who is told by mail. Raises as `move_to_city`."""
    before = _locked(person_id).city_id
    move_to_city(person_id=person_id, city_id=city_id, by=by)
    person, city = db.session.get_one(Person, person_id), db.session.get_one(City, city_id)
    if before != city_id and person.email and person.state != PersonState.INVITED:
        mail.post(
            key=f"placed:{person.id}:{city_id}:{int(clock.now().timestamp())}",
            kind="placed",
            recipient=person.email,
            language=person.language,
            person_id=person.id,
            name=person.name,
            city=city.name,
        )


def refuse(*, person_id: int, by: int) -> None:
    """An administrator refuses somebody who waits: the account is closed, and the person told by mail.

    Raises `NotFound` unless the person is waiting.
    """
    person = _locked(person_id)
    if person.state != PersonState.WAITING:
        raise NotFound
    close(person_id=person_id, by=by)
    if person.email:
        mail.post(
            key=f"refused:{person.id}:{int(clock.now().timestamp())}",
            kind="refused",
            recipient=person.email,
            language=person.language,
            person_id=person.id,
            name=person.name,
        )


def close(*, person_id: int, by: int | None) -> None:
    """Close an account: no city, no roles, signed out everywhere; what was learnt stays.

    Raises `Closed`, `NotConfirmed` or `LastAdministrator`.
    """
    person = _locked(person_id)
    was = person.city_id
    end_everything(person, PersonState.LEFT)
    end_other_sign_ins(person_id=person.id, but=None)
    if was is not None:
        audit.record("person.move", f"person:{person.id}", actor_id=by, from_city=was, to_city=None)
    audit.record("person.close", f"person:{person.id}", actor_id=by)
    db.session.flush()
    account_closed.send(None, person_id=person.id, by=by)


def end_everything(person: Person, state: PersonState) -> None:
    """End the city and all roles of somebody who goes and is in `state` from now on; the row is locked.

    Sends `city_changed`. Raises `LastAdministrator`.
    """
    keep_an_administrator(person.id)
    had_city = person.city_id is not None
    for table in (Affiliation, PersonRole):
        db.session.execute(
            sa.update(table).where(table.person_id == person.id, table.to_at.is_(None)).values(to_at=clock.now())
        )
    person.city_id, person.state = None, state
    db.session.flush()
    if had_city:
        city_changed.send(None, person_id=person.id, city_id=None)


def grant_role(*, person_id: int, role: str, city_id: int | None, by: int | None) -> None:
    """Give a person a role; nothing happens if it is held already. A coordinator's is of the person's own city.

    Raises `NotFound` for an unknown person or role, or a city where none belongs, `Closed`, `NotConfirmed`
    and `CoordinatorElsewhere`.
    """
    person, role = _locked(person_id), _known(role, city_id)
    if person.state == PersonState.INVITED:
        raise NotConfirmed
    if role is Role.COORDINATOR and person.city_id != city_id:
        raise CoordinatorElsewhere
    if _held(person.id, role, city_id) is not None:
        return
    db.session.add(PersonRole(person_id=person.id, role=role, city_id=city_id, from_at=clock.now()))
    audit.record("person.grant_role", f"person:{person.id}", actor_id=by, role=role, city=city_id)
    settle(person)
    role_granted.send(None, person_id=person.id, role=role)


def end_role(*, person_id: int, role: str, city_id: int | None, by: int | None) -> None:
    """Take a role away. Raises `NotFound` if the person does not hold it, and `LastAdministrator`."""
    person, role = _locked(person_id), _known(role, city_id)
    held = _held(person.id, role, city_id)
    if held is None:
        raise NotFound
    if role is Role.ADMINISTRATOR:
        keep_an_administrator(person.id)
    held.to_at = clock.now()
    audit.record("person.end_role", f"person:{person.id}", actor_id=by, role=role, city=city_id)
    settle(person)


def _locked(person_id: int) -> Person:
    """The person's row, held until the end of the transaction, for somebody who can have a city or a role."""
    person: Person | None = db.session.get(Person, person_id, with_for_update=LOCK, populate_existing=True)
    if person is None or person.state == PersonState.ERASED:
        raise NotFound
    if person.state == PersonState.LEFT:
        raise Closed
    if person.confirmed_at is None and person.state != PersonState.INVITED:
        raise NotConfirmed
    return person


def _require_member(city_id: int) -> None:
    city = db.session.get(City, city_id)
    if city is None or (city.left_on is not None and city.left_on <= clock.now().date()):
        raise NotFound


def _known(role: str, city_id: int | None) -> Role:
    if role not in set(Role) or (role == Role.COORDINATOR) != (city_id is not None):
        raise NotFound
    return Role(role)


def _held(person_id: int, role: Role, city_id: int | None) -> PersonRole | None:
    held: PersonRole | None = db.session.scalar(
        sa.select(PersonRole).where(
            PersonRole.person_id == person_id,
            PersonRole.role == role,
            PersonRole.city_id.is_(None) if city_id is None else PersonRole.city_id == city_id,
            PersonRole.to_at.is_(None),
        )
    )
    return held


def keep_an_administrator(person_id: int) -> None:
    """Raise `LastAdministrator` if this person, whose row is locked, is the only one.

    For an administrator all are locked, so that two cannot end each other.
    """
    if _held(person_id, Role.ADMINISTRATOR, None) is None:
        return
    holders = db.session.scalars(
        sa.select(PersonRole.person_id)
        .where(PersonRole.role == Role.ADMINISTRATOR, PersonRole.to_at.is_(None))
        .order_by(PersonRole.id)
        .with_for_update()
    ).all()
    if list(holders) == [person_id]:
        raise LastAdministrator


def settle(person: Person) -> None:
    """Active with a city or a role, else waiting; who is invited stays so until they accept."""
    db.session.flush()
    if person.state == PersonState.INVITED:
        return
    roles = sa.select(PersonRole.id).where(PersonRole.person_id == person.id, PersonRole.to_at.is_(None))
    placed = person.city_id is not None or db.session.scalar(roles.limit(1)) is not None
    was, person.state = person.state, PersonState.ACTIVE if placed else PersonState.WAITING
    db.session.flush()
    if placed and was != PersonState.ACTIVE:
        account_activated.send(None, person_id=person.id)
