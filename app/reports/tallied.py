"""What tallies answer: figures of everybody, at a cost that does not grow with the number of enrolments.

Tallies count by whole months of enrolment. What a period has besides, at either end, and what time decides (who is
late) is counted from the enrolments themselves, in the same statement, by indexes that hold no more than that. Each
function gives None where the filters, or what the person may see, ask for more than tallies know.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import PersonRole
from app.core.moments import whole_days
from app.extensions import db
from app.network.models import City
from app.progress.models import Enrolment, EnrolmentState, Learner, Tally, TallySubject

from .scope import NO_CITY, NO_ROLE, Basis, Filters, State, cohort, states_at

Sums = list[tuple[int, int, int, int]]


def list_sums(person: Identity, filters: Filters, subject: TallySubject) -> Sums | None:
    """(id of the course or city, enrolled, completed, late) of each that has any; 0 is no city. One statement."""
    months = _months(filters)
    if months is None or not _answers(person, replace(filters, state=None), subject):
        return None
    if filters.state not in (None, State.OPEN, State.COMPLETED):
        return None
    by = Enrolment.course_id if subject is TallySubject.COURSE else sa.func.coalesce(Enrolment.city_id, NO_CITY)
    everyone = replace(filters, role=None, state=None)
    done = sa.case((Enrolment.state == EnrolmentState.COMPLETED, 1), else_=0)
    late = sa.and_(*states_at(filters.at)[State.LATE])
    nothing: Any = sa.literal_column("0")
    one: Any = sa.literal_column("1")
    parts: list[sa.Select[*tuple[Any, ...]]] = [
        sa.select(Tally.number, Tally.enrolled, Tally.completed, nothing.label("late")).where(
            Tally.subject == subject, *months, *_places(filters, subject)
        ),
        *(sa.select(by, one, done, nothing).where(*cohort(person, everyone), *within) for within in _besides(filters)),
        sa.select(by, nothing, nothing, one).where(*cohort(person, everyone), late),
    ]
    if filters.role == NO_ROLE:
        is_late = sa.case((late, 1), else_=0)
        parts.append(
            sa.select(by, sa.literal_column("-1"), -done, -is_late).where(*cohort(person, everyone), _of_holders())
        )
    every = sa.union_all(*parts).subquery()
    key, *sums = every.c
    enrolled, completed, overdue = (sa.func.sum(column) for column in sums)
    statement = sa.select(key, enrolled, completed, overdue).group_by(key).having(enrolled > 0)
    found = [(row[0], int(row[1]), int(row[2]), int(row[3])) for row in db.session.execute(statement)]
    return _in_state(found, filters.state)


def count_practitioners(person: Identity, filters: Filters) -> int | None:
    """How many people: those whose newest enrolment is in the period, where it ends now. One statement."""
    if filters.course_id or filters.city_id is not None or filters.region or filters.country or filters.before:
        return None
    if not _answers(person, filters, TallySubject.COURSE):
        return None
    statement = sa.select(sa.func.count()).select_from(Learner).where(Learner.newest_at.is_not(None))
    if filters.since is not None:
        statement = statement.where(Learner.newest_at >= filters.since)
    if filters.role == NO_ROLE:
        statement = statement.where(Learner.person_id.not_in(_holders()))
    return db.session.scalar(statement) or 0


def list_days_to_complete(person: Identity, filters: Filters) -> list[tuple[int, int]] | None:
    """Whole days from enrolment to completion, each with how many took so long, shortest first. One statement."""
    if filters.course_id or filters.city_id is not None or filters.region or filters.country:
        return None
    if filters.state is State.OPEN:
        return None
    everyone = replace(filters, role=None, state=None)
    asked = replace(filters, state=None) if filters.state is State.COMPLETED else filters
    if not _answers(person, asked, TallySubject.COURSE):
        return None
    months = _months(filters)
    if months is None:
        return None
    days = whole_days(Enrolment.enrolled_at, Enrolment.completed_at)
    completed = Enrolment.state == EnrolmentState.COMPLETED
    parts: list[sa.Select[*tuple[Any, ...]]] = [
        sa.select(Tally.number.label("days"), Tally.completed.label("times")).where(
            Tally.subject == TallySubject.DAYS, *months
        ),
        *(
            sa.select(days, sa.literal_column("1")).where(*cohort(person, everyone), completed, *within)
            for within in _besides(filters)
        ),
    ]
    if filters.role == NO_ROLE:
        parts.append(
            sa.select(days, sa.literal_column("-1")).where(*cohort(person, everyone), completed, _of_holders())
        )
    every = sa.union_all(*parts).subquery()
    times = sa.func.sum(every.c.times)
    statement = sa.select(every.c.days, times).group_by(every.c.days).having(times > 0).order_by(every.c.days)
    return [(row[0], int(row[1])) for row in db.session.execute(statement)]


def _in_state(sums: Sums, state: State | None) -> Sums:
    if state is State.COMPLETED:
        return [(key, completed, completed, 0) for key, _all, completed, _late in sums if completed]
    if state is State.OPEN:
        return [(key, every - completed, 0, late) for key, every, completed, late in sums if every > completed]
    return sums


def _answers(person: Identity, filters: Filters, subject: TallySubject) -> bool:
    """Whether tallies of `subject` know what is asked, the period aside."""
    if not person.is_administrator or filters.basis is not Basis.ENROLLED or filters.role not in (None, NO_ROLE):
        return False
    if filters.cohort or filters.state or filters.stand or filters.due is not None or filters.idle is not None:
        return False
    placed = filters.city_id is not None or filters.region is not None or filters.country is not None
    return not placed if subject is TallySubject.COURSE else filters.course_id is None


def _places(filters: Filters, subject: TallySubject) -> list[sa.ColumnElement[bool]]:
    if subject is TallySubject.COURSE:
        return [] if filters.course_id is None else [Tally.number == filters.course_id]
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.city_id is not None:
        conditions.append(Tally.number == filters.city_id)
    for column, value in ((City.region, filters.region), (City.country, filters.country)):
        if value is not None:
            conditions.append(Tally.number.in_(sa.select(City.id).where(column == value)))
    return conditions


def _months(filters: Filters) -> list[sa.ColumnElement[bool]] | None:
    """The whole months of the period; None if it has none."""
    first, end = _whole(filters)
    if first and end and first >= end:
        return None
    conditions: list[sa.ColumnElement[bool]] = []
    if first:
        conditions.append(Tally.month >= f"{first:%Y-%m}")
    if end:
        conditions.append(Tally.month < f"{end:%Y-%m}")
    return conditions


def _besides(filters: Filters) -> list[tuple[sa.ColumnElement[bool], ...]]:
    """What the period has before its first whole month, and after its last."""
    first, end = _whole(filters)
    found: list[tuple[sa.ColumnElement[bool], ...]] = []
    if first and first != filters.since:
        found.append((Enrolment.enrolled_at < first,))
    if end and end != filters.before:
        found.append((Enrolment.enrolled_at >= end,))
    return found


def _whole(filters: Filters) -> tuple[datetime | None, datetime | None]:
    """When the first whole month of the period begins, and when the last ends, in UTC; None where it is open."""
    first = end = None
    if filters.since is not None:
        since = filters.since.astimezone(UTC)
        first = _month_of(since)
        if first < since:
            first = _month_of(first + timedelta(days=32))
    if filters.before is not None:
        end = _month_of(filters.before.astimezone(UTC))
    return first, end


def _month_of(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _holders() -> sa.Select[int]:
    return sa.select(PersonRole.person_id).where(PersonRole.to_at.is_(None))


def _of_holders() -> sa.ColumnElement[bool]:
    return Enrolment.person_id.in_(_holders())
