"""Signing in and out. A sign-in is a row that its owner, or a changed password, can end from anywhere."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from app.core import clock
from app.core.transactions import reading
from app.extensions import db

from .. import addresses, passwords, queries
from ..errors import AccountClosed, WrongCredentials
from ..models import LOCK, Person, PersonState, SignIn


def sign_in(*, email: str, password: str, device: str) -> int:
    """Check the password and open a sign-in on `device`; returns its id.

    Raises `WrongCredentials`, the same and as slowly for an unknown address, and `AccountClosed`. The password
    of the demonstration opens nothing outside demonstration mode. A hash made with older parameters is renewed.
    """
    with reading():
        known = queries.find_password_hash(email)
    right = passwords.matches(known, password)
    if password == passwords.DEMONSTRATION and not current_app.config["SETTINGS"].demo:
        right = False
    if not right or known is None:
        raise WrongCredentials
    renewed = passwords.hash_password(password) if passwords.is_outdated(known) else known
    # Found again by the hash that was checked: it may have been changed meanwhile.
    person = db.session.scalar(
        sa.select(Person)
        .where(Person.email == addresses.folded(email), Person.password_hash == known)
        .with_for_update(of=Person, **LOCK)
    )
    if person is None:
        raise WrongCredentials
    if person.state in (PersonState.LEFT, PersonState.ERASED):
        raise AccountClosed
    person.password_hash = renewed
    return open_sign_in(person_id=person.id, device=device)


def open_sign_in(*, person_id: int, device: str) -> int:
    """Open a sign-in for somebody whose right to it was checked; returns its id."""
    row = SignIn(person_id=person_id, created_at=clock.now(), last_used_at=clock.now(), device=device[:200])
    db.session.add(row)
    db.session.flush()
    return row.id


def end_sign_in(*, sign_in_id: int) -> None:
    """End one sign-in; nothing happens if it was ended already."""
    _end(SignIn.id == sign_in_id)


def end_other_sign_ins(*, person_id: int, but: int | None) -> None:
    """End all sign-ins of a person except `but` (None: all of them)."""
    _end(SignIn.person_id == person_id, SignIn.id != (but or 0))


def touch(*, sign_in_id: int) -> None:
    """Note that a sign-in is in use."""
    db.session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(last_used_at=clock.now()))


def _end(*which: sa.ColumnElement[bool]) -> None:
    db.session.execute(sa.update(SignIn).where(*which, SignIn.ended_at.is_(None)).values(ended_at=clock.now()))
