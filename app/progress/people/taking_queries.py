"""What those who teach a course read of all who are in it: counts and groups, for pages of courses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from app.auth.models import Person
from app.courses.models import Course, CourseInvitation
from app.extensions import db

from ..impact import Alike
from ..models import ActivityProgress, ActivityState, Assignment, Completion, Enrolment, EnrolmentState

_enrolment, _completion, _progress = Enrolment.__table__, Completion.__table__, ActivityProgress.__table__


def list_invited(invitation_ids: Sequence[int]) -> list[tuple[int, bool]]:
    """Those of these invitations whose person is enrolled in the course, and whether they completed it."""
    rows = db.session.execute(
        sa.select(CourseInvitation.id, sa.exists().where(Completion.enrolment_id == Enrolment.id).label("completed"))
        .join(Person, Person.email == CourseInvitation.email)
        .join(Enrolment, sa.and_(Enrolment.person_id == Person.id, Enrolment.course_id == CourseInvitation.course_id))
        .where(CourseInvitation.id.in_(invitation_ids), Enrolment.state != EnrolmentState.WITHDRAWN)
        .order_by(CourseInvitation.id)
    )
    return [(row.id, bool(row.completed)) for row in rows]


def list_under_way(course_ids: Collection[int], graded: Collection[int]) -> dict[int, list[Alike]]:
    """For each course, the people in the middle of it, those who stand alike together, so that many cost little.

    Scores are read of the activities with these ids. One statement.
    """
    columns = [
        sa.func.max(sa.case((_progress.c.activity_id == activity_id, _progress.c.score))).label(f"score_{activity_id}")
        for activity_id in sorted(graded)
    ]
    scored = sa.and_(
        _progress.c.enrolment_id == _enrolment.c.id,
        _progress.c.cycle == _enrolment.c.cycle,
        _progress.c.activity_id.in_(graded),
    )
    states = sa.cast(_enrolment.c.states, sa.Text)  # PostgreSQL does not compare JSON
    each = (
        sa.select(_enrolment.c.course_id, states.label("states"), *columns)
        .select_from(_enrolment.outerjoin(_progress, scored) if graded else _enrolment)
        .where(_enrolment.c.course_id.in_(course_ids), _enrolment.c.state == EnrolmentState.OPEN)
        .group_by(_enrolment.c.id, _enrolment.c.course_id, states)
        .subquery()
    )
    alike = sa.select(each, sa.func.count().label("people")).group_by(*each.c)
    groups: dict[int, list[Alike]] = {course_id: [] for course_id in course_ids}
    for course_id, stood, *scores, people in db.session.execute(alike):
        found = msgspec.json.decode(stood, type=dict[int, ActivityState], strict=False)
        groups[course_id].append(Alike(people, found, dict(zip(sorted(graded), scores, strict=True))))
    return groups


@dataclass(frozen=True, slots=True)
class Hanging:
    """How many people are under way in a course, and how many assignments of it go on, of them to cohorts."""

    course_id: int
    under_way: int
    assignments: int
    to_cohorts: int


def count_hanging(course_ids: Collection[int]) -> dict[int, Hanging]:
    """For each course, what hangs on its going on. One statement."""
    under_way = sa.select(sa.func.count()).where(
        _enrolment.c.course_id == Course.id, _enrolment.c.state == EnrolmentState.OPEN
    )
    given = sa.select(sa.func.count()).where(Assignment.course_id == Course.id, Assignment.ended_at.is_(None))
    rows = db.session.execute(
        sa.select(
            Course.id,
            under_way.correlate(Course).scalar_subquery(),
            given.correlate(Course).scalar_subquery(),
            given.where(Assignment.cohort_id.is_not(None)).correlate(Course).scalar_subquery(),
        ).where(Course.id.in_(course_ids))
    )
    return {row[0]: Hanging(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class CountedOn:
    """How many people are under way on an edition, by its last count of them, and how many completed on it."""

    under_way: int
    completed: int


def count_on_editions(edition_ids: Collection[int]) -> dict[int, CountedOn]:
    """For each edition, who is counted on it. One statement."""
    under_way = (
        sa.select(_enrolment.c.counted_edition_id.label("edition_id"), sa.literal(1).label("open"))
        .where(_enrolment.c.counted_edition_id.in_(edition_ids), _enrolment.c.state == EnrolmentState.OPEN)
    )  # fmt: skip
    completed = sa.select(_completion.c.edition_id, sa.literal(0)).where(_completion.c.edition_id.in_(edition_ids))
    both = sa.union_all(under_way, completed).subquery()
    rows = db.session.execute(
        sa.select(both.c.edition_id, sa.func.sum(both.c.open), sa.func.count()).group_by(both.c.edition_id)
    ).all()
    found = {edition_id: CountedOn(int(running), people - int(running)) for edition_id, running, people in rows}
    return {edition_id: found.get(edition_id, CountedOn(0, 0)) for edition_id in edition_ids}
