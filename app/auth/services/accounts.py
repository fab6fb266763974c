"""Registering, confirming an address, and changing what one's account says.

What a visitor asks with an e-mail address is answered the same whether or not somebody has it: the rest is
said by mail, to its owner.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core import audit, clock, mail
from app.core.transactions import reading
from app.extensions import db

from .. import addresses, passwords, queries, tokens
from ..errors import EmailTaken, Erased, LinkNotValid, WrongPassword
from ..models import LOCK, Person, PersonState
from ..signals import address_changed
from ..tokens import Purpose
from .people import move_to_city
from .sign_ins import end_other_sign_ins


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who confirmed the address. `by_registrant`: in the browser that registered this account."""

    person_id: int
    by_registrant: bool


def register(*, email: str, name: str, password: str, language: str, time_zone: str) -> str:
    """Make an account that waits for its address to be confirmed, and mail the link.

    If somebody has the address, that person is told by mail instead. Returns the registration's fingerprint,
    by which the browser that registered is known when the link is used; it tells nothing about the outcome.
    """
    email = addresses.folded(email)
    password_hash = passwords.hash_password(password)
    holder = _find(email)
    if holder is None:
        person = Person(
            email=email,
            name=name,
            language=language,
            time_zone=time_zone,
            password_hash=password_hash,
            state=PersonState.UNCONFIRMED,
            created_at=clock.now(),
        )
        try:
            with db.session.begin_nested():
                db.session.add(person)
        except IntegrityError:  # the same address, registered in the same moment
            holder = _find(email)
        else:
            _mail_confirmation(person)
    if holder is not None:
        _mail_already_registered(holder)
    return tokens.fingerprint("registration", email, password_hash)


def send_registration_again(*, email: str, registration: str) -> None:
    """Mail again what `register` mailed, to the same address."""
    person = _find(email)
    if person is None:
        return
    if person.state == PersonState.UNCONFIRMED and _registered_as(person) == registration:
        _mail_confirmation(person)
    else:
        _mail_already_registered(person)


def send_confirmation(*, person_id: int) -> None:
    """Mail the link once more to somebody who has not confirmed the address; to others nothing."""
    person = db.session.get_one(Person, person_id)
    if person.state == PersonState.UNCONFIRMED:
        _mail_confirmation(person)


def confirm(*, token: str, registration: str = "") -> Confirmed:
    """Confirm the address by the mailed token and place the person, if the address belongs to one city.

    `registration` is the fingerprint that this browser got from `register`. Raises `LinkNotValid`.
    """
    person = holder_of(Purpose.CONFIRM, token)[0]
    if person.state != PersonState.UNCONFIRMED:
        raise LinkNotValid
    by_registrant = registration != "" and _registered_as(person) == registration
    _confirm(person)
    return Confirmed(person_id=person.id, by_registrant=by_registrant)


def ask_password_reset(*, email: str) -> None:
    """Mail a link for a new password to the owner of the address, if there is one."""
    person = _find(addresses.folded(email))
    if person is not None and person.state == PersonState.INVITED:
        mail_invitation(person)
    elif person is not None and person.state != PersonState.LEFT:
        _mail("reset_password", person, token=tokens.make(Purpose.RESET_PASSWORD, person))


def reset_password(*, token: str, password: str) -> None:
    """Set a new password by the mailed token and end all sign-ins. It confirms the address too.

    Raises `LinkNotValid`.
    """
    with reading():
        if queries.find_account(Purpose.RESET_PASSWORD, token) is None:
            raise LinkNotValid
    password_hash = passwords.hash_password(password)
    person = holder_of(Purpose.RESET_PASSWORD, token)[0]
    person.password_hash = password_hash
    end_other_sign_ins(person_id=person.id, but=None)
    audit.record("person.reset_password", f"person:{person.id}", actor_id=person.id)
    if person.state == PersonState.UNCONFIRMED:
        _confirm(person)
    db.session.flush()


def update_profile(*, person_id: int, name: str, language: str, time_zone: str) -> None:
    """Change how a person is called and addressed. Raises `Erased` for who was erased a moment ago."""
    person = _locked(person_id)
    person.name, person.language, person.time_zone = name, language, time_zone
    db.session.flush()


def change_password(*, person_id: int, current: str, password: str, but: int) -> None:
    """Change the password and end all sign-ins except `but`. Raises `WrongPassword` and `Erased`."""
    known = check_password(person_id, current)
    password_hash = passwords.hash_password(password)
    person = _locked(person_id)
    if person.password_hash != known:
        raise WrongPassword
    person.password_hash = password_hash
    end_other_sign_ins(person_id=person_id, but=but)
    audit.record("person.change_password", f"person:{person_id}", actor_id=person_id)
    db.session.flush()


def ask_email_change(*, person_id: int, current: str, email: str) -> None:
    """Mail a link to the new address, or word to its owner if somebody has it. Raises `WrongPassword` and `Erased`."""
    check_password(person_id, current)
    person = _locked(person_id)
    email = addresses.folded(email)
    holder = _find(email)
    if holder is None:
        token = tokens.make(Purpose.CHANGE_EMAIL, person, email=email)
        _mail("email_change", person, recipient=email, token=token, email=email)
    elif holder.id != person.id:
        _mail_already_registered(holder)


def change_email(*, token: str) -> int:
    """Change the address by the token mailed to the new one, and the city if the address belongs to another.

    Whoever had not confirmed the old address is confirmed by the new one. Returns the person's id. Raises
    `LinkNotValid`, or `EmailTaken` if somebody else got the address meanwhile.
    """
    person, email = holder_of(Purpose.CHANGE_EMAIL, token)
    old, was_confirmed = person.email, person.confirmed_at is not None
    if was_confirmed:
        place_by_address(person, email)  # before the address, whose change locks out what still needs the row
    try:
        with db.session.begin_nested():
            person.email = email
    except IntegrityError:
        raise EmailTaken from None
    audit.record("person.change_email", f"person:{person.id}", actor_id=person.id)
    if not was_confirmed:
        _confirm(person)
    elif old:
        address_changed.send(None, person_id=person.id, old=old, new=email)
        _mail("email_changed", person, recipient=old)
    db.session.flush()
    return person.id


def _confirm(person: Person) -> None:
    person.confirmed_at = clock.now()
    person.state = PersonState.WAITING
    audit.record("person.confirm", f"person:{person.id}", actor_id=person.id)
    db.session.flush()
    place_by_address(person, person.email or "")


def place_by_address(person: Person, address: str) -> None:
    """Move the person to the city of the address; whoever's address belongs to none stays."""
    city_id = queries.find_city_for(address)
    if city_id is not None and city_id != person.city_id:
        move_to_city(person_id=person.id, city_id=city_id, by=person.id)


def _locked(person_id: int) -> Person:
    """Somebody's own row, held and as it stands now. Raises `Erased`: they may have been, from another window."""
    person: Person = db.session.get_one(Person, person_id, with_for_update=LOCK, populate_existing=True)
    if person.state == PersonState.ERASED:
        raise Erased
    return person


def _find(email: str) -> Person | None:
    person: Person | None = db.session.scalar(sa.select(Person).where(Person.email == email))
    return person


def holder_of(purpose: Purpose, token: str) -> tuple[Person, str]:
    """Whose token it is, the row locked, and the address it carries. Raises `LinkNotValid`."""
    claim = tokens.read(purpose, token)
    if claim is None:
        raise LinkNotValid
    person = db.session.get(Person, claim.person_id, with_for_update=LOCK, populate_existing=True)
    if person is None or person.state in (PersonState.LEFT, PersonState.ERASED):
        raise LinkNotValid
    if not tokens.is_current(claim, person):
        raise LinkNotValid
    return person, claim.email


def check_password(person_id: int, password: str) -> str | None:
    """The hash behind a person's password, if that is `password`. Raises `WrongPassword`."""
    with reading():
        known = queries.get_password_hash(person_id)
    if not passwords.matches(known, password):
        raise WrongPassword
    return known


def _registered_as(person: Person) -> str:
    return tokens.fingerprint("registration", person.email or "", person.password_hash or "")


def _mail_confirmation(person: Person) -> None:
    _mail("confirm", person, token=tokens.make(Purpose.CONFIRM, person))


def _mail_already_registered(person: Person) -> None:
    """Tell somebody that they have an account; whoever was invited and has not come yet gets their invitation again."""
    if person.state == PersonState.INVITED:
        mail_invitation(person)
    else:
        _mail("already_registered", person)


def mail_invitation(person: Person) -> None:
    """Mail the invitation's link, good for seven days, to somebody who is invited."""
    inviter = db.session.get(Person, person.invited_by_id) if person.invited_by_id else None
    token, by_id = tokens.make(Purpose.INVITATION, person), person.invited_by_id
    _mail("invitation", person, token=token, by=inviter.name if inviter else "", by_id=by_id)


def _mail(kind: str, person: Person, *, recipient: str | None = None, **values: str | int | None) -> None:
    """Post a mail to the person, at `recipient` or else the person's address; once a second at most."""
    address = recipient or person.email
    if address:
        mail.post(
            key=f"{kind}:{person.id}:{int(clock.now().timestamp())}",
            kind=kind,
            recipient=address,
            language=person.language,
            person_id=person.id,
            name=person.name,
            **values,
        )
