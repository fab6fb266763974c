"""Immutable bodies, stored once under their hash, and read with what has become of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.extensions import db

from . import audit, clock
from .errors import NotFound
from .models import Content


@dataclass(frozen=True, slots=True)
class Body:
    """A body to show; `withdrawn_why` stands in its place where it was withdrawn."""

    html: str
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None
    replaced_by: str | None = None

    @property
    def version(self) -> str:
        """Changes when a cleaner body takes this one's place, or when it is withdrawn."""
        return f"{self.replaced_by}{self.withdrawn_at}{self.withdrawn_why}"


@dataclass(frozen=True, slots=True)
class NewBody:
    """A body to keep; `policy` is the version of the sanitising policy that cleaned it."""

    media_type: str
    body: str
    policy: int

    @property
    def hash(self) -> str:
        """The key it is kept under."""
        return body_hash(self.media_type, self.body)


_table = Content.__table__
_cleaner = _table.alias("cleaner")
_BODY = (
    sa.select(
        sa.func.coalesce(_cleaner.c.body, _table.c.body).label("body"),
        _table.c.withdrawn_at,
        _table.c.withdrawn_why,
        _table.c.replaced_by,
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
    row = db.session.connection().execute(_BODY, {"hash": digest}).one_or_none()
    if row is None:
        raise LookupError(f"no content {digest}")
    if row.withdrawn_at is not None:
        return Body("", row.withdrawn_at, row.withdrawn_why)
    return Body(row.body, replaced_by=row.replaced_by)


def list_withdrawn(digests: Collection[str]) -> list[str]:
    """Those of these bodies that were withdrawn. One statement."""
    withdrawn = sa.select(_table.c.hash).where(_table.c.hash.in_(digests), _table.c.withdrawn_at.is_not(None))
    return sorted(db.session.scalars(withdrawn))


def list_family(digest: str) -> list[str]:
    """The hashes of a body and of every other state of cleaning that the same text is kept in. One statement.

    Raises `NotFound` if there is no such body.
    """
    end = (
        sa.select(sa.func.coalesce(_table.c.replaced_by, _table.c.hash))
        .where(_table.c.hash == digest)
        .scalar_subquery()
    )
    family = sa.select(_table.c.hash).where(sa.or_(_table.c.hash == end, _table.c.replaced_by == end))
    found = sorted(db.session.scalars(family))
    if not found:
        raise NotFound
    return found


def store_all(bodies: Iterable[NewBody]) -> None:
    """Keep these bodies; one that is there already is kept once. One statement, and one for each that is new."""
    wanted = {body.hash: body for body in bodies}
    known = set(db.session.scalars(sa.select(_table.c.hash).where(_table.c.hash.in_(wanted))))
    for digest in sorted(wanted.keys() - known):
        body = wanted[digest]
        row = Content(
            hash=digest, media_type=body.media_type, body=body.body, policy=body.policy, created_at=clock.now()
        )
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except sa.exc.IntegrityError:
            pass  # another publication was quicker with the same body


def store(media_type: str, body: str, *, policy: int) -> str:
    """Keep one body and return its hash."""
    new = NewBody(media_type, body, policy)
    store_all([new])
    return new.hash


def withdraw(digest: str, *, why: str, by: int) -> None:
    """Put the reason `why` in the place of a body, in whatever state of cleaning, wherever it is read.

    Withdrawing it again changes the reason alone. Raises `NotFound` if there is no such body.
    """
    family = list_family(digest)
    _set(family, withdrawn_at=sa.func.coalesce(_table.c.withdrawn_at, clock.now()), withdrawn_why=why.strip())
    audit.record("content.withdraw", f"content:{digest}", actor_id=by, why=why.strip(), bodies=len(family))


def restore(digest: str, *, by: int) -> None:
    """Let a withdrawn body be read again. Raises `NotFound` if there is no such body."""
    family = list_family(digest)
    _set(family, withdrawn_at=None, withdrawn_why=None)
    audit.record("content.restore", f"content:{digest}", actor_id=by, bodies=len(family))


def _set(digests: Collection[str], **values: object) -> None:
    db.session.execute(sa.update(Content).where(Content.hash.in_(digests)).values(**values))
