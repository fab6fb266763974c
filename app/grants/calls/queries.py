"""Calls as administrators keep them: drafts too, with what each lacks and how many applications it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.core.errors import NotFound
from app.extensions import db

from ..models import Application, ApplicationAnswer, ApplicationFile, CallChange, Frozen, GrantCall, Occasion, Rule
from .checks import Lack, list_lacks


class Stage(StrEnum):
    """Where a call is, for those who keep it."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DeskCall:
    """A call as of `at`. `begun` and `submitted`: how many applications there are, and how many of them were sent.

    `ever_published`: whether people could see it at any time. `ever_submitted`: as `has_submissions`.
    """

    call: GrantCall
    at: datetime
    begun: int
    submitted: int
    ever_published: bool
    ever_submitted: bool

    @property
    def stage(self) -> Stage:
        if not self.is_published:
            return Stage.DRAFT
        if self.at < self.call.opens_at:
            return Stage.COMING
        return Stage.OPEN if self.at < self.call.closes_at else Stage.CLOSED

    @property
    def is_published(self) -> bool:
        return self.call.published_at is not None and self.call.published_at <= self.at

    @property
    def lacks(self) -> list[Lack]:
        """What keeps a draft from being published, but for the days of its rule; nothing for a call that is."""
        return [] if self.is_published else list_lacks(self.call, self.at)


def _counted(where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Application)
        .where(Application.call_id == GrantCall.id, where)
        .correlate(GrantCall)
        .scalar_subquery()
    )


# Whether people could see a call at any time: it is published, or has a public change log.
EVER_PUBLISHED = sa.or_(
    GrantCall.published_at.is_not(None), sa.exists().where(CallChange.call_id == GrantCall.id).correlate(GrantCall)
)
_SENT = (
    sa.exists()
    .where(
        Application.call_id == GrantCall.id,
        Frozen.application_id == Application.id,
        Frozen.occasion == Occasion.SUBMISSION,
    )
    .correlate(GrantCall)
)
_DESK = sa.select(
    GrantCall, _counted(sa.true()), _counted(Application.submitted_at.is_not(None)), EVER_PUBLISHED, _SENT
)


def list_desk(at: datetime) -> dict[Stage, list[DeskCall]]:
    """All calls by their stage: drafts by title, the rest by when they open or close. One statement."""
    rows = db.session.execute(_DESK.order_by(GrantCall.closes_at, GrantCall.id))
    desk = [_desk(row, at) for row in rows]
    groups = {stage: [one for one in desk if one.stage is stage] for stage in Stage}
    groups[Stage.CLOSED].reverse()
    return groups


def get_desk(slug: str, at: datetime) -> DeskCall:
    """The call at `slug`, published or not. Raises `NotFound`."""
    row = db.session.execute(_DESK.where(GrantCall.slug == slug)).one_or_none()
    if row is None:
        raise NotFound
    return _desk(row, at)


def _desk(row: Any, at: datetime) -> DeskCall:
    call, begun, submitted, ever_published, sent = row
    return DeskCall(call, at, begun, submitted, ever_published, sent)


def was_published(call: GrantCall) -> bool:
    """As `EVER_PUBLISHED`. A statement where it is not published now."""
    asked = sa.select(EVER_PUBLISHED).where(GrantCall.id == call.id)
    return call.published_at is not None or bool(db.session.scalar(asked))


def has_submissions(call_id: int) -> bool:
    """Whether a city has ever submitted an application to the call, also one that was withdrawn since."""
    return bool(db.session.scalar(sa.select(_SENT).where(GrantCall.id == call_id)))


def count_answers(call_id: int) -> dict[str, int]:
    """How many applications hold an answer or a file, by the key of the question. One statement."""
    answers = sa.select(ApplicationAnswer.key, ApplicationAnswer.application_id).where(
        ApplicationAnswer.application_id.in_(_of(call_id))
    )
    files = sa.select(ApplicationFile.key, ApplicationFile.application_id).where(
        ApplicationFile.application_id.in_(_of(call_id)), ApplicationFile.removed_at.is_(None)
    )
    held = sa.union(answers, files).subquery()
    rows = db.session.execute(sa.select(held.c.key, sa.func.count().label("applications")).group_by(held.c.key))
    return {row.key: row.applications for row in rows}


def _of(call_id: int) -> sa.Select[int]:
    return sa.select(Application.id).where(Application.call_id == call_id)


def list_rules(call_id: int) -> list[Rule]:
    """The versions of a call's rule that are or were in force, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(Rule).where(Rule.call_id == call_id, Rule.in_force_at.is_not(None)).order_by(
                Rule.in_force_at, Rule.number
            )
        )
    )  # fmt: skip


def list_changes(call_id: int) -> list[CallChange]:
    """The entries of a call's public change log, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(CallChange).where(CallChange.call_id == call_id).order_by(CallChange.at, CallChange.id)
        )
    )


def find_rule(rule_id: int | None) -> Rule | None:
    """The version of a rule with this id, if any."""
    return db.session.get(Rule, rule_id) if rule_id is not None else None
