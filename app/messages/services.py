"""Telling people something, once, and how each wants to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.auth.models import LOCK, Person, PersonState
from app.core import clock
from app.core.errors import NotFound
from app.core.jobs import enqueue
from app.core.models import Outbox
from app.core.storing import insert_new
from app.core.transactions import after_commit
from app.extensions import db

from .kinds import KINDS, Kind
from .models import Notice, NoticeChoice, Way
from .timing import is_mailed, is_told, mail_at

BATCH = 500

_notice: Any = Notice.__table__

_WHOM = (
    sa.select(Person.id, Person.state, Person.time_zone, NoticeChoice.way)
    .outerjoin(
        NoticeChoice, sa.and_(NoticeChoice.person_id == Person.id, NoticeChoice.kind == sa.bindparam("kind"))
    )
    .where(Person.id.in_(sa.bindparam("people", expanding=True)))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is to be told: once for each `key`. `values` must be JSON-able.

    Who is named in them is `by`, with the id as `by_id`, so that the name can be taken out once they are erased.
    """

    key: str
    person_id: int
    values: Mapping[str, Any] = field(default_factory=dict)


def tell(*, key: str, kind: str, person_id: int, **values: Any) -> None:
    """Tell a person something, once for each `key`, within the present transaction. `values` must be JSON-able.

    Two statements. Who has left is told nothing, and who has not taken the account into use gets mail of what is fixed
    alone.
    Raises `LookupError` for a kind that nobody registered.
    """
    tell_many(kind, [Told(key, person_id, values)])


def tell_many(kind: str, told: Sequence[Told]) -> None:
    """As `tell`, for many people: two statements for each 500."""
    if kind not in KINDS:
        raise LookupError(f"no notices of kind {kind}")
    now = clock.now()
    for batch in _batches(told):
        whom = db.session.execute(_WHOM, {"kind": kind, "people": sorted({one.person_id for one in batch})})
        due = {
            row.id: mail_at(_way(KINDS[kind], row.way), now, row.time_zone)
            if is_mailed(KINDS[kind], PersonState(row.state))
            else None
            for row in whom
            if is_told(PersonState(row.state))
        }
        rows = [
            {
                "key": one.key,
                "person_id": one.person_id,
                "kind": kind,
                "values": dict(one.values),
                "created_at": now,
                "mail_at": due[one.person_id],
            }
            for one in batch
            if one.person_id in due
        ]
        if rows:
            db.session.execute(insert_new(_notice, "key"), rows)
            if any(at is not None and at <= now for at in due.values()):
                after_commit(_mail_soon)


def mark_read(*, person_id: int, notice_id: int) -> Notice:
    """Take a notice as read. Raises `NotFound` if it is not the person's."""
    notice = db.session.scalars(
        sa.select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id)
    ).one_or_none()
    if notice is None:
        raise NotFound
    notice.read_at = notice.read_at or clock.now()
    db.session.flush()
    return notice


def mark_all_read(*, person_id: int) -> None:
    """Take all of a person's notices as read."""
    db.session.execute(
        sa.update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None)).values(read_at=clock.now())
    )


def choose(*, person_id: int, ways: Mapping[str, Way]) -> None:
    """How the person wants notices of these kinds from now on, those included whose mail has not gone yet.

    What cannot be turned off is left as it is. The person's row is locked: mail programs send one stop several times.
    """
    person = db.session.get_one(Person, person_id, with_for_update=LOCK, populate_existing=True)
    kinds = {name: KINDS[name] for name in ways if name in KINDS and not KINDS[name].fixed}
    db.session.execute(sa.delete(NoticeChoice).where(NoticeChoice.person_id == person_id, NoticeChoice.kind.in_(kinds)))
    now = clock.now()
    for name, kind in kinds.items():
        way = Way(ways[name])
        if way is not kind.way:
            db.session.add(NoticeChoice(person_id=person_id, kind=name, way=way))
        db.session.execute(
            sa.update(Notice)
            .where(
                Notice.person_id == person_id,
                Notice.kind == name,
                Notice.mailed_at.is_(None),
                Notice.mail_at.is_not(None),
            )
            .values(mail_at=mail_at(way, now, person.time_zone))
        )
    db.session.flush()


def stop(*, person_id: int, kinds: Collection[str]) -> None:
    """No more mail of these kinds to the person; they go on standing in the site. Raises `NotFound` for the erased."""
    person = db.session.get(Person, person_id)
    if person is None or person.state == PersonState.ERASED:
        raise NotFound
    choose(person_id=person_id, ways=dict.fromkeys(kinds, Way.NOT))


def forget(*, people: Collection[int]) -> None:
    """Take the notices and wishes of erased people away, and the mail to them."""
    for table in (Notice, NoticeChoice, Outbox):
        db.session.execute(sa.delete(table).where(table.person_id.in_(people)))


def _mail_soon() -> None:
    enqueue("messages.mail")


def _way(kind: Kind, chosen: str | None) -> Way:
    return Way(chosen) if chosen is not None and not kind.fixed else kind.way


def _batches(told: Sequence[Told]) -> list[Sequence[Told]]:
    return [told[start : start + BATCH] for start in range(0, len(told), BATCH)]
