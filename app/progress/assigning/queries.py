"""Assignments: whom each reaches, what giving one would do, and whom one still misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.cohorts.queries import cohort_members
from app.auth.models import Cohort, Person, PersonRole, PersonState, Role
from app.core.errors import NotFound
from app.core.folding import fold
from app.core.text import Text
from app.courses.archiving import refusing
from app.courses.audience import queries as audience_queries
from app.courses.editions import get_edition
from app.courses.models import Course
from app.extensions import db

from ..models import Assignment, Enrolment, EnrolmentState
from .giving import Due, Target

MOST_NEW = 50  # of those who will be enrolled, by name on the preview
MOST_NAMED = 20  # of those who are left out
STATES = (PersonState.ACTIVE, PersonState.INVITED)  # who can be enrolled by others
_PUBLISHED = sa.select(Course.id, Course.slug, Course.edition_id, Course.archived_at).where(
    Course.edition_id.is_not(None)
)


@dataclass(frozen=True, slots=True)
class GivenCourse:
    """A published course as the form offers it."""

    id: int
    slug: str
    title: Text
    source_language: str
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What giving a course would do, in numbers of people. `named`: some of those whom the course does not admit."""

    reached: int
    new: int
    already: int
    left: int
    refused: int
    named: tuple[str, ...]


def reached(target: Target) -> sa.Select[int]:
    """The ids of who belongs to a target now and can be enrolled by others, as a select to use within others."""
    chosen: sa.Select[int] = sa.select(Person.id).where(Person.state.in_(STATES))
    if target.person_id is not None:
        return chosen.where(Person.id == target.person_id)
    if target.city_id is not None:
        return chosen.where(Person.city_id == target.city_id)
    if target.cohort_id is not None:
        cohort = db.session.get(Cohort, target.cohort_id)
        if cohort is None or cohort.ended_at is not None:
            return chosen.where(sa.false())
        return chosen.where(Person.id.in_(cohort_members(cohort)))
    holds = sa.select(PersonRole.person_id).where(PersonRole.role == target.role, PersonRole.to_at.is_(None))
    return chosen.where(Person.id.in_(holds))


def target_of(assignment: Assignment) -> Target:
    return Target(
        assignment.person_id, assignment.cohort_id, assignment.city_id,
        Role(assignment.role) if assignment.role else None,
    )  # fmt: skip


def due_of(assignment: Assignment) -> Due:
    return Due(assignment.due_at, assignment.due_days)


def list_courses() -> list[GivenCourse]:
    """The published courses, archived ones too, by address. Titles are of the editions in force."""
    return [_given(row) for row in db.session.execute(_PUBLISHED.order_by(Course.slug)).all()]


def list_open_courses() -> list[GivenCourse]:
    """As `list_courses`, without those that were archived: nobody can be enrolled in these."""
    return [course for course in list_courses() if course.archived_at is None]


def require_open(course_id: int) -> None:
    """Raise `CourseArchived` for a course that was archived."""
    if (course := db.session.get(Course, course_id)) is not None:
        refusing.require_open(course)


def get_course(course_id: int) -> GivenCourse:
    """A published course. Raises `NotFound`."""
    row = db.session.execute(_PUBLISHED.where(Course.id == course_id)).one_or_none()
    if row is None:
        raise NotFound
    return _given(row)


def find_course_id(slug: str) -> int | None:
    """The published course at an address."""
    return db.session.scalar(sa.select(Course.id).where(Course.slug == slug, Course.edition_id.is_not(None)))


def _given(row: Any) -> GivenCourse:
    outline = get_edition(row.edition_id).outline
    return GivenCourse(row.id, row.slug, outline.title, outline.source_language, row.archived_at)


def preview(course_id: int, target: Target) -> Preview:
    """What giving the course to `target` would do now. Two statements besides the cohort."""
    people = _standing(course_id, target).subquery()
    absent = people.c.state.is_(None)
    count = sa.func.count()
    row = db.session.execute(
        sa.select(
            count.label("reached"),
            count.filter(absent, people.c.admitted).label("new"),
            count.filter(people.c.state.in_((EnrolmentState.OPEN, EnrolmentState.COMPLETED))).label("already"),
            count.filter(people.c.state == EnrolmentState.WITHDRAWN).label("left"),
            count.filter(absent, sa.not_(people.c.admitted)).label("refused"),
        ).select_from(people)
    ).one()
    named = sa.select(people.c.name).where(absent, sa.not_(people.c.admitted))
    names = (
        db.session.scalars(named.order_by(fold(people.c.name), people.c.id).limit(MOST_NAMED)) if row.refused else ()
    )
    return Preview(*row, tuple(names))


def list_new_names(course_id: int, target: Target) -> Sequence[str]:
    """The names of those whom giving the course to `target` would enrol now, the first of them by name."""
    people = _standing(course_id, target).subquery()
    new = sa.select(people.c.name).where(people.c.state.is_(None), people.c.admitted)
    return db.session.scalars(new.order_by(fold(people.c.name), people.c.id).limit(MOST_NEW)).all()


def _standing(course_id: int, target: Target) -> sa.Select[Any]:
    """Who is reached, whether the course admits them, and the state of their enrolment, if they have one."""
    admitted = audience_queries.admitted(course_id)
    chosen: Any = sa.select(Person.id, Person.name, admitted.label("admitted"), Enrolment.state)
    there = sa.and_(Enrolment.person_id == Person.id, Enrolment.course_id == course_id)
    return chosen.outerjoin(Enrolment, there).where(Person.id.in_(reached(target)))


def list_missing(assignment: Assignment, *, limit: int, after: int = 0, only: int | None = None) -> Sequence[int]:
    """Ids of those whom the assignment reaches, the course admits and who were never in it; from `after` on.

    `only`: of one person.
    """
    people = _standing(assignment.course_id, target_of(assignment)).subquery()
    chosen = sa.select(people.c.id).where(people.c.state.is_(None), people.c.admitted, people.c.id > after)
    if only is not None:
        chosen = chosen.where(people.c.id == only)
    return db.session.scalars(chosen.order_by(people.c.id).limit(limit)).all()


def count_missing(assignment: Assignment) -> int:
    """How many an assignment would still enrol: what a job is at, or will do within the hour."""
    return 0 if assignment.ended_at else preview(assignment.course_id, target_of(assignment)).new


def list_open_ids(
    *, course_id: int | None = None, cohort_id: int | None = None, people: sa.Select[int] | None = None
) -> Sequence[int]:
    """Ids of the assignments that go on, the oldest first: all, those of a course, or those to a cohort.

    `people`, a select of ids: only those that may reach one of them; whether one to a cohort does is not asked here.
    """
    chosen = sa.select(Assignment.id).where(Assignment.ended_at.is_(None)).order_by(Assignment.id)
    if course_id is not None:
        chosen = chosen.where(Assignment.course_id == course_id)
    if cohort_id is not None:
        chosen = chosen.where(Assignment.cohort_id == cohort_id)
    if people is not None:
        cities = sa.select(Person.city_id).where(Person.id.in_(people))
        roles = sa.select(PersonRole.role).where(PersonRole.person_id.in_(people), PersonRole.to_at.is_(None))
        chosen = chosen.where(
            sa.or_(
                Assignment.person_id.in_(people), Assignment.city_id.in_(cities), Assignment.role.in_(roles),
                Assignment.cohort_id.is_not(None),
            )
        )  # fmt: skip
    return db.session.scalars(chosen).all()
