"""Links that are sent by mail: signed, for one purpose, for a while, and once.

A token carries a fingerprint of what changes when it is used (state, address, password), so that using it,
or anything else that changes those, makes it worthless; nothing has to be remembered.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app.core import clock

from .models import Person


class Purpose(StrEnum):
    CONFIRM = "confirm"
    RESET_PASSWORD = "reset-password"
    CHANGE_EMAIL = "change-email"
    INVITATION = "invitation"


AGES = {
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.RESET_PASSWORD: timedelta(hours=2),
    Purpose.CHANGE_EMAIL: timedelta(days=1),
    Purpose.INVITATION: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine token says. Whether it still holds is for `is_current` to tell, with the person's row.

    `email` is the new address for a change of address, else empty.
    """

    purpose: Purpose
    person_id: int
    email: str
    fingerprint: str


def make(purpose: Purpose, person: Person, *, email: str = "") -> str:
    """A token for `person`, good for `AGES[purpose]` from now."""
    expires = int((clock.now() + AGES[purpose]).timestamp())
    return str(_serializer(purpose).dumps([person.id, expires, fingerprint_of(person), email]))


def read(purpose: Purpose, token: str) -> Claim | None:
    """What the token claims; None if it is forged, made for something else, or too old."""
    try:
        person_id, expires, fingerprint, email = _serializer(purpose).loads(token)
    except BadData:
        return None
    if clock.now() >= datetime.fromtimestamp(expires, tz=clock.now().tzinfo):
        return None
    return Claim(purpose=purpose, person_id=person_id, email=email, fingerprint=fingerprint)


def is_current(claim: Claim, person: Person | None) -> bool:
    """Whether nothing that the token rests on has changed since it was made."""
    return person is not None and hmac.compare_digest(claim.fingerprint, fingerprint_of(person))


def fingerprint_of(person: Person) -> str:
    """Changes with the person's address, password or state."""
    return fingerprint(str(person.id), person.email or "", person.password_hash or "", person.state)


def fingerprint(*parts: str) -> str:
    """A short keyed hash of `parts`, which tells nobody what they are."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def _serializer(purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"link-{purpose}")
