"""What the tallies should be, and where they are not: counted from the enrolments themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.moments import utc_month, whole_days
from app.extensions import db

from .models import Enrolment, EnrolmentState, Learner, Tally, TallySubject

_standing = Enrolment.state != EnrolmentState.WITHDRAWN
_completed = Enrolment.state == EnrolmentState.COMPLETED


@dataclass(frozen=True, slots=True)
class Difference:
    """A tally that is not what the enrolments come to: (enrolled, completed) as kept, and as counted."""

    subject: str
    month: str
    number: int
    kept: tuple[int, int]
    counted: tuple[int, int]


def counted_anew() -> sa.CompoundSelect[Any]:
    """Every tally, one row each: subject, month, number, enrolled, completed."""
    month = utc_month(Enrolment.enrolled_at)
    one = sa.case((_completed, 1), else_=0)
    each = [
        sa.select(
            sa.literal(subject.value).label("subject"),
            month.label("month"),
            number.label("number"),
            sa.func.count().label("enrolled"),
            sa.func.sum(one).label("completed"),
        )
        .where(_standing)
        .group_by(month, number)
        for subject, number in (
            (TallySubject.COURSE, Enrolment.course_id),
            (TallySubject.CITY, sa.func.coalesce(Enrolment.city_id, sa.literal_column("0"))),
        )
    ]
    days = whole_days(Enrolment.enrolled_at, Enrolment.completed_at)
    by_days: Any = (
        sa.select(sa.literal(TallySubject.DAYS.value), month, days, sa.literal_column("0"), sa.func.count())
        .where(_completed, Enrolment.completed_at.is_not(None))
        .group_by(month, days)
    )
    return sa.union_all(*each, by_days)


def newest_anew() -> sa.Select[int, datetime]:
    """Every learner who stands in a course, with their newest enrolment."""
    return (
        sa.select(Enrolment.person_id, sa.func.max(Enrolment.enrolled_at).label("newest_at"))
        .where(_standing)
        .group_by(Enrolment.person_id)
    )


def list_differences() -> list[Difference]:
    """Where the tallies differ from the enrolments. Two statements over everything; none while all is well."""
    kept = {
        (row.subject, row.month, row.number): (int(row.enrolled), int(row.completed))
        for row in db.session.execute(
            sa.select(
                Tally.subject,
                Tally.month,
                Tally.number,
                sa.func.sum(Tally.enrolled).label("enrolled"),
                sa.func.sum(Tally.completed).label("completed"),
            ).group_by(Tally.subject, Tally.month, Tally.number)
        )
    }
    counted = {
        (subject, month, number): (int(enrolled), int(completed))
        for subject, month, number, enrolled, completed in db.session.execute(counted_anew())
    }
    return [
        Difference(*key, kept.get(key, (0, 0)), counted.get(key, (0, 0)))
        for key in sorted(kept.keys() | counted.keys())
        if kept.get(key, (0, 0)) != counted.get(key, (0, 0))
    ]


def list_wrong_learners() -> list[int]:
    """The people whose newest enrolment is not the one that is kept. One statement."""
    newest = newest_anew().subquery()
    missing = (
        sa.select(newest.c.person_id)
        .outerjoin(Learner, Learner.person_id == newest.c.person_id)
        .where(sa.or_(Learner.newest_at.is_(None), Learner.newest_at != newest.c.newest_at))
    )
    gone = (
        sa.select(Learner.person_id)
        .outerjoin(newest, newest.c.person_id == Learner.person_id)
        .where(newest.c.person_id.is_(None), Learner.newest_at.is_not(None))
    )
    return sorted(db.session.scalars(sa.union_all(missing, gone)))
