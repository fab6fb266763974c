"""What people are told of calls in time: one that they wait for has opened, one that they work on closes soon.

Each is told once: a worker that was down in that minute makes up for it. Days are calendar days where the person is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.auth.models import Affiliation, Person, PersonRole, PersonState, Role
from app.core import clock
from app.core.jobs import job
from app.core.text import source_first
from app.core.transactions import reading, unit_of_work
from app.extensions import db
from app.messages.models import Notice
from app.messages.services import Told, tell_many
from app.progress.reminders import SOON, soon_stage

from ..applications.access import WRITABLE, workers
from ..models import Application, CallReminder, GrantCall

BATCH = 500

_OPENED = (
    sa.select(
        CallReminder.call_id,
        CallReminder.person_id,
        GrantCall.slug,
        GrantCall.title,
        GrantCall.source_language,
        GrantCall.closes_at,
    )
    .join(GrantCall, GrantCall.id == CallReminder.call_id)
    .where(GrantCall.opens_at <= sa.bindparam("now"), GrantCall.published_at <= sa.bindparam("now"))
    .order_by(CallReminder.call_id, CallReminder.person_id)
    .limit(BATCH)
)


@job("grants.tell_opened", _l("Telling who asked that a call for grants has opened"), every_minute=True)
def tell_opened() -> int:
    """Tell who asked for it that a call has opened; returns how many were told.

    A reminder goes with its telling; one of a call that has closed meanwhile is no use to anyone.
    """
    count = 0
    while True:
        now = clock.now()
        with reading():
            rows = db.session.execute(_OPENED, {"now": now}).all()
        if not rows:
            return count
        told = [Told(f"grant:{row.call_id}:{row.person_id}", row.person_id, _values(row)) for row in rows
                if row.closes_at > now]  # fmt: skip
        with unit_of_work():
            tell_many("grant_opened", told)
            _forget(rows)
        count += len(told)


def _forget(rows: Sequence[Any]) -> None:
    by_call: dict[int, list[int]] = {}
    for row in rows:
        by_call.setdefault(row.call_id, []).append(row.person_id)
    for call_id, people in by_call.items():
        db.session.execute(
            sa.delete(CallReminder).where(CallReminder.call_id == call_id, CallReminder.person_id.in_(people))
        )


@job("grants.remind_closing", _l("Reminding of applications before their call closes"), every_hour_at=20)
def remind_closing() -> int:
    """Tell who works on a draft that its call closes in a week, and in a day; returns how many reminders stand."""
    now = clock.now()
    with reading():
        rows = db.session.execute(_closing(now, now + timedelta(days=max(SOON) + 1))).all()
        told = list(_told(rows, now))
    for start in range(0, len(told), BATCH):
        with unit_of_work():
            tell_many("grant_closing", told[start : start + BATCH])
    return len(told)


def still_closing(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices whose application is still a draft, of people who are still told of it, and whose call
    closes when they say, and has not closed.

    One statement. Older notices name no application: these hold if one of the person's for that call does.
    """
    now, people = clock.now(), {notice.person_id for notice in notices}
    rows = db.session.execute(_closing(now, now + timedelta(days=max(SOON) + 1)).where(Person.id.in_(people)))
    standing: set[tuple[int, int | str, str]] = set()
    for row in rows:
        closes_at = row.closes_at.isoformat()
        standing |= {(row.person_id, row.application_id, closes_at), (row.person_id, row.slug, closes_at)}
    return {
        notice.id
        for notice in notices
        if (notice.person_id, _about(notice.values), notice.values.get("closes_at")) in standing
    }


def _about(values: Mapping[str, Any]) -> int | str | None:
    """The application that a notice names, else its call."""
    found: int | str | None = values.get("application_id", values.get("slug"))
    return found


def _told(rows: Sequence[Any], now: datetime) -> Iterator[Told]:
    for row in rows:
        stage = soon_stage(row.closes_at, row.created_at, now, row.time_zone)
        if stage is not None:
            key = f"closing:{row.application_id}:{row.closes_at.date()}:{stage}:{row.person_id}"
            yield Told(
                key, row.person_id, _values(row) | {"application_id": row.application_id, "city_id": row.city_id}
            )


def _values(row: Any) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "titles": source_first(row.title, row.source_language),
        "closes_at": row.closes_at.isoformat(),
    }


def _closing(now: datetime, until: datetime) -> sa.Select[Any]:
    """What is not handed in though its call closes by `until`: an application that was withdrawn is a draft again.

    Each with the city's coordinators, and with who is of the city today and has worked on it, by what stands of theirs
    or by the audit log.
    """
    columns = {"application_id": Application.id, "city_id": Application.city_id}
    named = [column.label(name) for name, column in columns.items()]
    closing = sa.select(GrantCall.id).where(GrantCall.closes_at > now, GrantCall.closes_at <= until)
    of_drafts = (Application.state.in_(WRITABLE), Application.call_id.in_(closing))
    people = sa.union(
        sa.select(*named, PersonRole.person_id.label("person_id"))
        .join(PersonRole, PersonRole.city_id == Application.city_id)
        .where(*of_drafts, PersonRole.role == Role.COORDINATOR, PersonRole.to_at.is_(None)),
        *(
            sa.select(*named, who.label("person_id"))
            .select_from(joined)
            .join(Affiliation, sa.and_(Affiliation.person_id == who, Affiliation.city_id == Application.city_id))
            .where(*of_drafts, Affiliation.to_at.is_(None))
            for who, joined in workers()
        ),
    ).subquery()
    return (
        sa.select(
            people.c.application_id,
            people.c.person_id,
            people.c.city_id,
            Application.created_at,
            Person.time_zone,
            GrantCall.slug,
            GrantCall.title,
            GrantCall.source_language,
            GrantCall.closes_at,
        )
        .join(Application, Application.id == people.c.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(Person, Person.id == people.c.person_id)
        .where(Person.state == PersonState.ACTIVE)
        .order_by(people.c.application_id, people.c.person_id)
    )
