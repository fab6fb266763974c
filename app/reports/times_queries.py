"""How long courses take: days from enrolment to completion, and time spent in them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.identity import Identity
from app.core.moments import whole_days
from app.extensions import db
from app.progress.models import ActivityProgress, Enrolment, EnrolmentState

from .report import median, quartiles
from .scope import Filters, cohort


@dataclass(frozen=True, slots=True)
class CourseTime:
    """Completions of a course, and the days that they took: lower quartile, median, upper quartile."""

    course_id: int
    completed: int
    days: tuple[float, float, float]


def list_times(person: Identity, filters: Filters) -> list[CourseTime]:
    """How long each course took those who completed it, in one statement."""
    days = whole_days(Enrolment.enrolled_at, Enrolment.completed_at).label("days")
    statement = (
        sa.select(Enrolment.course_id, days, sa.func.count())
        .where(*cohort(person, filters), Enrolment.state == EnrolmentState.COMPLETED)
        .group_by(Enrolment.course_id, days)
        .order_by(Enrolment.course_id, days)
    )
    counted: dict[int, list[tuple[float, int]]] = {}
    for course_id, took, times in db.session.execute(statement):
        counted.setdefault(course_id, []).append((took, times))
    found = []
    for course_id, values in counted.items():
        spread = quartiles(values)
        if spread is not None:
            found.append(CourseTime(course_id, sum(times for _days, times in values), spread))
    return found


def find_minutes_spent(person: Identity, filters: Filters) -> float | None:
    """The median minutes spent, of those who completed and whose time was measured. Ask it of one course only."""
    seconds = sa.func.sum(ActivityProgress.seconds)
    each = (
        sa.select(seconds.label("seconds"))
        .select_from(Enrolment)
        .join(
            ActivityProgress,
            sa.and_(ActivityProgress.enrolment_id == Enrolment.id, ActivityProgress.cycle == Enrolment.cycle),
        )
        .where(*cohort(person, filters), Enrolment.state == EnrolmentState.COMPLETED)
        .group_by(Enrolment.id)
        .having(seconds > 0)
        .subquery()
    )
    statement = sa.select(each.c.seconds, sa.func.count()).group_by(each.c.seconds).order_by(each.c.seconds)
    found = median([(row[0], row[1]) for row in db.session.execute(statement)])
    return None if found is None else found / 60
