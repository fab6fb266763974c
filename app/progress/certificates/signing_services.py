"""Making the keys that sign badges."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.exc import IntegrityError

from app.core import audit, clock
from app.extensions import db

from ..badges import keys
from ..models import SigningKey
from .queries import list_keys


def ensure_key() -> None:
    """Make the first key, unless there is one. At once with others it still makes one."""
    if not list_keys():
        _make(1)


def rotate_key(*, by: int | None) -> int:
    """Make a new key, which signs from now on, and retire those before it; returns its number.

    Old ones go on verifying what they signed. One that cannot be unsealed any more is stood in for by this one.
    """
    held = list_keys()
    for key in held:
        key.retired_at = key.retired_at or clock.now()
    number = held[-1].id + 1 if held else 1
    _make(number)
    audit.record("signing_key.rotate", f"signing_key:{number}", actor_id=by)
    return number


def _make(number: int) -> None:
    public, sealed = keys.new_key(current_app.config["SETTINGS"].secret_key)
    try:
        with db.session.begin_nested():
            db.session.add(SigningKey(id=number, public=public, private=sealed, created_at=clock.now()))
    except IntegrityError:
        return  # another was quicker, and that key serves as well
