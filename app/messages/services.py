"""Telling people something, once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.extensions import db

from .kinds import KINDS
from .models import Notice


def tell(*, key: str, kind: str, person_id: int, **values: Any) -> None:
    """Tell a person something, once for each `key`, within the present transaction. `values` must be JSON-able.

    Raises `LookupError` for a kind that nobody registered.
    """
    if kind not in KINDS:
        raise LookupError(f"no notices of kind {kind}")
    if db.session.scalar(sa.select(Notice.id).where(Notice.key == key)) is not None:
        return
    try:
        with db.session.begin_nested():
            db.session.add(Notice(key=key, kind=kind, person_id=person_id, values=values, created_at=clock.now()))
    except IntegrityError:
        return  # another request was quicker with the same
