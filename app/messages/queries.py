"""What is read of notices: a person's own, and what waits for its mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person, PersonState
from app.core import clock
from app.core.models import AuditEvent
from app.extensions import db

from .kinds import KINDS, Kind
from .models import Notice, NoticeChoice, Way

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as its page shows it."""

    id: int
    kind: Kind
    values: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """One page of a person's notices. `page` counts from 1; `more`: there are older ones."""

    rows: list[NoticeRow]
    page: int
    more: bool


def list_notices(person_id: int, page: int = 1) -> NoticesPage:
    """A person's notices, newest first."""
    found = db.session.execute(
        sa.select(Notice.id, Notice.kind, Notice.values, Notice.created_at, Notice.read_at)
        .where(Notice.person_id == person_id, Notice.kind.in_(KINDS))
        .order_by(Notice.id.desc())
        .limit(PAGE_SIZE + 1)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    rows = [NoticeRow(row.id, KINDS[row.kind], row.values, row.created_at, row.read_at) for row in found[:PAGE_SIZE]]
    return NoticesPage(rows, page, len(found) > PAGE_SIZE)


def get_ways(person_id: int) -> dict[str, Way]:
    """How each kind of notice that can be turned off reaches a person, by its name, in the kinds' order."""
    rows = db.session.execute(
        sa.select(NoticeChoice.kind, NoticeChoice.way).where(NoticeChoice.person_id == person_id)
    ).all()
    chosen = {row.kind: Way(row.way) for row in rows}
    return {name: chosen.get(name, kind.way) for name, kind in KINDS.items() if not kind.fixed}


def list_to_mail(people: int) -> Sequence[Notice]:
    """The notices whose mail is due, by person and as they came, of so many people; the rows are held.

    For within a transaction that marks them: who comes at the same time waits, and then finds them mailed.
    """
    due = (Notice.mailed_at.is_(None), Notice.mail_at <= clock.now())
    first = sa.select(Notice.person_id).where(*due).group_by(Notice.person_id).order_by(Notice.person_id).limit(people)
    return db.session.scalars(
        sa.select(Notice)
        .where(*due, Notice.person_id.in_(first.correlate(None)))
        .order_by(Notice.person_id, Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def list_erased(since: datetime) -> list[int]:
    """Who was erased since a moment, by id."""
    erasing = sa.exists().where(
        AuditEvent.subject == sa.literal("person:").concat(sa.cast(Person.id, sa.String)),
        AuditEvent.action == "person.erase",
        AuditEvent.at >= since,
    )
    erased = sa.select(Person.id).where(Person.city_id.is_(None), Person.state == PersonState.ERASED, erasing)
    return list(db.session.scalars(erased.order_by(Person.id)))
