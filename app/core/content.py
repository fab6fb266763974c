"""Immutable bodies, stored once under their hash, and read with what has become of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.extensions import db

from . import clock
from .models import Content


@dataclass(frozen=True, slots=True)
class Body:
    """A body to show; `withdrawn_why` stands in its place where it was withdrawn."""

    html: str
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None


_table = Content.__table__
_cleaner = _table.alias("cleaner")
_BODY = (
    sa.select(
        sa.func.coalesce(_cleaner.c.body, _table.c.body).label("body"), _table.c.withdrawn_at, _table.c.withdrawn_why
    )
    .select_from(_table.outerjoin(_cleaner, _cleaner.c.hash == _table.c.replaced_by))
    .where(_table.c.hash == sa.bindparam("hash"))
)


def body_hash(media_type: str, body: str) -> str:
    """SHA-256, in hexadecimal, of the media type and the body."""
    return hashlib.sha256(f"{media_type}\n{body}".encode()).hexdigest()


def get_body(digest: str) -> Body:
    """The body under `digest`, following a cleaner one that took its place. One statement.

    Raises `LookupError` if there is none: an edition never names a body that is not stored.
    """
    row = db.session.execute(_BODY, {"hash": digest}).one_or_none()
    if row is None:
        raise LookupError(f"no content {digest}")
    if row.withdrawn_at is not None:
        return Body("", row.withdrawn_at, row.withdrawn_why)
    return Body(row.body)


def store(media_type: str, body: str, *, policy: int) -> str:
    """Keep `body` and return its hash; a body that is there already is kept once."""
    digest = body_hash(media_type, body)
    if db.session.get(Content, digest) is None:
        db.session.add(Content(hash=digest, media_type=media_type, body=body, policy=policy, created_at=clock.now()))
        db.session.flush()
    return digest
