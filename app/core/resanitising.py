"""Cleaning again what an older sanitising policy let through: the cleaner body takes the place of the other.

A hole in the policy is closed by raising `sanitise.POLICY`; then this reaches every body that is already stored,
and with it every edition and every kept version that names one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.extensions import db

from . import audit, content, sanitise
from .models import Content

MEDIA_TYPE = "text/html"


@dataclass(frozen=True, slots=True)
class Recleaned:
    """A body of an older policy, by its hash, and what cleaning it again gives."""

    digest: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after

    @property
    def cleaner(self) -> str:
        """The hash of the cleaner body."""
        return content.body_hash(MEDIA_TYPE, self.after)


def list_outdated(*, after: str, limit: int) -> list[tuple[str, str]]:
    """Hash and body of what an older policy cleaned and nothing has replaced, by hash from `after` on."""
    outdated = (
        sa.select(Content.hash, Content.body)
        .where(
            Content.media_type == MEDIA_TYPE,
            Content.policy < sanitise.POLICY,
            Content.replaced_by.is_(None),
            Content.hash > after,
        )
        .order_by(Content.hash)
        .limit(limit)
    )
    return [(row.hash, row.body) for row in db.session.execute(outdated)]


def clean_all(bodies: Sequence[tuple[str, str]]) -> list[Recleaned]:
    """Clean these by today's policy. Slow, and without a statement."""
    return [Recleaned(digest, body, sanitise.clean(body)) for digest, body in bodies]


def replace_all(cleaned: Sequence[Recleaned], *, by: int | None) -> None:
    """Write down what cleaning gave: the cleaner body where it differs, and that this policy has seen the rest.

    Whatever was replaced by such a body points at the cleaner one from now on, so that readers follow one step
    and never two; what was withdrawn stays so. Doing it again changes nothing.
    """
    differing = [one for one in cleaned if one.differs]
    content.store_all(content.NewBody(MEDIA_TYPE, one.after, sanitise.POLICY) for one in differing)
    seen = [one.digest for one in cleaned if not one.differs] + [one.cleaner for one in differing]
    # What comes out of cleaning is clean, also where an older policy had put something else in its place.
    _update(Content.hash.in_(seen), policy=sanitise.POLICY, replaced_by=None)
    for one in differing:
        _update(sa.or_(Content.hash == one.digest, Content.replaced_by == one.digest), replaced_by=one.cleaner)
        _pass_on_withdrawal(one)
        audit.record(
            "content.resanitise", f"content:{one.digest}", actor_id=by, policy=sanitise.POLICY, replaced_by=one.cleaner
        )


def _pass_on_withdrawal(one: Recleaned) -> None:
    """A text that was withdrawn in one state of cleaning is so in all of them."""
    family = sa.or_(Content.hash == one.cleaner, Content.replaced_by == one.cleaner)
    withdrawn = db.session.execute(
        sa.select(Content.withdrawn_at, Content.withdrawn_why)
        .where(family, Content.withdrawn_at.is_not(None))
        .order_by(Content.withdrawn_at, Content.hash)
        .limit(1)
    ).one_or_none()
    if withdrawn is not None:
        _update(
            sa.and_(family, Content.withdrawn_at.is_(None)),
            withdrawn_at=withdrawn.withdrawn_at,
            withdrawn_why=withdrawn.withdrawn_why,
        )


def _update(which: sa.ColumnElement[bool], **values: object) -> None:
    db.session.execute(sa.update(Content).where(which).values(**values))
