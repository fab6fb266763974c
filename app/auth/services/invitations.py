"""Inviting people by name and address, and what they do with the invitation."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.transactions import reading
from app.extensions import db

from .. import addresses, passwords, queries
from ..errors import EmailTaken, LinkNotValid
from ..models import Affiliation, Person, PersonState
from ..signals import city_changed
from ..tokens import Purpose
from .accounts import holder_of, mail_invitation, place_by_address
from .people import settle


def invite(*, email: str, name: str, language: str, city_id: int | None, by: Person) -> Person:
    """Enter somebody who has no account, and mail them a link to take it into use.

    `city_id` is where they will work: of the domain of their address, or by an administrator's word. They count as
    its practitioner once they accept. Raises `EmailTaken`.
    """
    now = clock.now()
    person = Person(
        email=addresses.folded(email), name=name, language=language, time_zone=by.time_zone,
        state=PersonState.INVITED, city_id=city_id, created_at=now, invited_by_id=by.id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        raise EmailTaken from None
    if city_id is not None:
        db.session.add(Affiliation(person_id=person.id, city_id=city_id, from_at=now))
    audit.record("person.invite", f"person:{person.id}", actor_id=by.id, city=city_id)
    db.session.flush()
    mail_invitation(person)
    return person


def invite_again(*, person_id: int) -> None:
    """Mail the invitation once more. Raises `NotFound` for who is not invited."""
    person = db.session.get(Person, person_id)
    if person is None or person.state != PersonState.INVITED:
        raise NotFound
    mail_invitation(person)


def accept(*, token: str, name: str, password: str, language: str, time_zone: str) -> int:
    """Take the account into use by the mailed token, which confirms the address. Returns the person's id.

    Their city stays, and counts from now on, so `city_changed` is sent; who has none is placed by their address, or
    waits. Raises `LinkNotValid`.
    """
    with reading():
        if queries.find_account(Purpose.INVITATION, token) is None:
            raise LinkNotValid
    password_hash = passwords.hash_password(password)
    person = holder_of(Purpose.INVITATION, token)[0]
    if person.state != PersonState.INVITED:
        raise LinkNotValid
    person.name, person.language, person.time_zone = name, language, time_zone
    person.password_hash, person.confirmed_at = password_hash, clock.now()
    person.state = PersonState.WAITING
    audit.record("person.accept", f"person:{person.id}", actor_id=person.id)
    db.session.flush()
    if person.city_id is None:
        place_by_address(person, person.email or "")
    else:
        settle(person)
        city_changed.send(None, person_id=person.id, city_id=person.city_id)
    return person.id
