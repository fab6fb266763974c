"""What people are told of their courses in time: what is due soon, what is late, which certificate is about to expire.

Days are calendar days where the person is. Each reminder has a stage, and is told in the days that its stage covers,
so that a worker which was down for a day still tells it, and a date that was changed is told anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.auth.models import Person, PersonState
from app.core import clock
from app.core.jobs import job
from app.core.text import source_first
from app.core.transactions import reading, unit_of_work
from app.courses.editions import list_editions
from app.courses.models import Course
from app.extensions import db
from app.messages.models import Notice
from app.messages.services import Told, tell_many

from .models import Certificate, Enrolment, EnrolmentState
from .standing import Standing

BATCH = 500
SOON = (1, 7)  # days before
WEEKLY = 3  # times after the first word that a course is late
EXPIRING = (14, 60)
EXPIRED = 30  # days after, in which it is still said

_DUE = (
    sa.select(
        Enrolment.id,
        Enrolment.person_id,
        Enrolment.cycle,
        Enrolment.due_at,
        Enrolment.due_at.label("reached"),
        Enrolment.enrolled_at,
        Enrolment.states,
        Enrolment.last_activity_id,
        Enrolment.score,
        Course.slug,
        Course.edition_id,
        Person.time_zone,
    )
    .join(Course, Course.id == Enrolment.course_id)
    .join(Person, Person.id == Enrolment.person_id)
    .where(
        Enrolment.state == sa.literal_column(f"'{EnrolmentState.OPEN}'"),  # as the index on due dates says it
        Enrolment.due_at.between(sa.bindparam("since"), sa.bindparam("until")),
        Course.edition_id.is_not(None),
        Person.state == PersonState.ACTIVE,
        sa.or_(Enrolment.due_at > sa.bindparam("since"), Enrolment.id > sa.bindparam("last")),
    )
    .order_by(Enrolment.due_at, Enrolment.id)
    .limit(BATCH)
)
_later = sa.alias(Certificate.__table__, "later")
_STANDS = (
    Certificate.revoked_at.is_(None),
    ~sa.exists().where(
        _later.c.person_id == Certificate.person_id,
        _later.c.course_id == Certificate.course_id,
        _later.c.issued_at > Certificate.issued_at,
        _later.c.revoked_at.is_(None),
    ),
)
_EXPIRING = (
    sa.select(
        Certificate.id,
        Certificate.person_id,
        Certificate.code,
        Certificate.issued_at,
        Certificate.expires_at,
        Certificate.expires_at.label("reached"),
        Certificate.course_title,
        Certificate.language,
        Person.time_zone,
    )
    .join(Person, Person.id == Certificate.person_id)
    .where(
        Certificate.expires_at.between(sa.bindparam("since"), sa.bindparam("until")),
        *_STANDS,
        Person.state == PersonState.ACTIVE,
        sa.or_(Certificate.expires_at > sa.bindparam("since"), Certificate.id > sa.bindparam("last")),
    )
    .order_by(Certificate.expires_at, Certificate.id)
    .limit(BATCH)
)


@job("progress.remind_due", _l("Reminding of courses that are due soon"), every_hour_at=5)
def remind_due() -> int:
    """Tell whose course is due soon; returns how many reminders stand, told now or before."""
    now = clock.now()
    return _remind(
        _DUE, "due_soon", _due_soon, since=now - timedelta(days=1), until=now + timedelta(days=max(SOON) + 1)
    )


@job("progress.remind_late", _l("Reminding of courses that are late"), every_hour_at=10)
def remind_late() -> int:
    """Tell whose course is late; returns as `remind_due`."""
    now = clock.now()
    return _remind(_DUE, "late", _late, since=now - timedelta(days=7 * (WEEKLY + 1) + 2), until=now)


@job("progress.remind_expiring", _l("Reminding of certificates that expire"), every_hour_at=15)
def remind_expiring() -> int:
    """Tell whose certificate expires soon, or has; returns as `remind_due`."""
    now = clock.now()
    since, until = now - timedelta(days=EXPIRED + 1), now + timedelta(days=max(EXPIRING) + 1)
    return _remind(_EXPIRING, "certificate_expiring", _expiring, since=since, until=until)


def still_due(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices, of courses that are due soon or late, whose enrolment is open and due as they say.

    One statement. What names no enrolment holds.
    """
    named = {notice.values["enrolment"] for notice in notices if "enrolment" in notice.values}
    rows = db.session.execute(
        sa.select(Enrolment.id, Enrolment.cycle, Enrolment.due_at).where(
            Enrolment.id.in_(named), Enrolment.state == EnrolmentState.OPEN, Enrolment.due_at.is_not(None)
        )
    )
    due = {(row.id, row.cycle, row.due_at.isoformat()) for row in rows}
    return {
        notice.id
        for notice in notices
        if "enrolment" not in notice.values
        or (notice.values["enrolment"], notice.values["cycle"], notice.values["due_at"]) in due
    }


def still_expiring(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices whose certificate was not revoked, and no later one given for the course.

    One statement.
    """
    codes = {notice.values.get("code") for notice in notices}
    standing = set(db.session.scalars(sa.select(Certificate.code).where(Certificate.code.in_(codes), *_STANDS)))
    return {notice.id for notice in notices if notice.values.get("code") in standing}


def soon_stage(due_at: datetime, enrolled_at: datetime, now: datetime, time_zone: str) -> int | None:
    """Which reminder holds of a course that is due: 7 or 1 (days before); None: none, or it is past.

    Who was enrolled within the days of a stage knows the date from then.
    """
    days = days_between(now, due_at, time_zone)
    for stage in SOON:
        if days <= stage:
            known = days_between(enrolled_at, due_at, time_zone)
            return stage if due_at > now and known > stage else None
    return None


def late_stage(due_at: datetime, now: datetime, time_zone: str) -> int | None:
    """How many weeks ago, 0 to 3, a course came to be late; None: not before today, or it was said often enough."""
    days = days_between(due_at, now, time_zone)
    weeks = (days - 1) // 7
    return weeks if days >= 1 and weeks <= WEEKLY else None


def expiry_stage(expires_at: datetime, issued_at: datetime, now: datetime, time_zone: str) -> int | None:
    """Which reminder holds of a certificate: 60 or 14 (days before), 0 once it has expired; None: none."""
    if expires_at <= now:
        return 0 if days_between(expires_at, now, time_zone) <= EXPIRED else None
    days = days_between(now, expires_at, time_zone)
    for stage in EXPIRING:
        if days <= stage:
            return stage if days_between(issued_at, expires_at, time_zone) > stage else None
    return None


def days_between(start: datetime, end: datetime, time_zone: str) -> int:
    """Calendar days from one moment to another where the clocks are those of `time_zone`."""
    zone = ZoneInfo(time_zone)
    return (end.astimezone(zone).date() - start.astimezone(zone).date()).days


def _due_soon(rows: Sequence[Any]) -> Iterator[Told]:
    now = clock.now()
    for row, values in _with_course(rows):
        stage = soon_stage(row.due_at, row.enrolled_at, now, row.time_zone)
        if stage is not None:
            yield Told(f"due:{row.id}:{row.cycle}:{row.due_at.date()}:{stage}", row.person_id, values)


def _late(rows: Sequence[Any]) -> Iterator[Told]:
    now = clock.now()
    for row, values in _with_course(rows):
        stage = late_stage(row.due_at, now, row.time_zone)
        if stage is not None:
            yield Told(f"late:{row.id}:{row.cycle}:{row.due_at.date()}:{stage}", row.person_id, values)


def _expiring(rows: Sequence[Any]) -> Iterator[Told]:
    now = clock.now()
    for row in rows:
        stage = expiry_stage(row.expires_at, row.issued_at, now, row.time_zone)
        if stage is not None:
            values = {
                "code": row.code,
                "titles": {row.language: row.course_title},
                "expires_at": row.expires_at.isoformat(),
                "expired": stage == 0,
            }
            yield Told(f"expiry:{row.id}:{stage}", row.person_id, values)


def _with_course(rows: Sequence[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each enrolment with what its notice says: the course, the date, and the activity to go on with.

    And which enrolment it is, in which cycle, for `still_due`.
    """
    editions = list_editions(row.edition_id for row in rows)
    for row, edition in zip(rows, editions, strict=True):
        following = Standing(edition, row.states, row.last_activity_id, row.score).next
        yield (
            row,
            {
                "slug": row.slug,
                "titles": source_first(edition.outline.title, edition.outline.source_language),
                "due_at": row.due_at.isoformat(),
                "activity": following.key if following else None,
                "enrolment": row.id,
                "cycle": row.cycle,
            },
        )


def _remind(
    statement: sa.Executable,
    kind: str,
    told_of: Callable[[Sequence[Any]], Iterator[Told]],
    *,
    since: datetime,
    until: datetime,
) -> int:
    """Tell in batches what `told_of` makes of the rows: one statement to read each, outside the writing."""
    count, last = 0, 0
    while True:
        with reading():
            rows = db.session.execute(statement, {"since": since, "until": until, "last": last}).all()
            told = list(told_of(rows))
        if told:
            with unit_of_work():
                tell_many(kind, told)
        count += len(told)
        if len(rows) < BATCH:
            return count
        since, last = rows[-1].reached, rows[-1].id
