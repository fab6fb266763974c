"""Assignments as pages list them: those a person may see, how they go, and how each one stands whom they reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.identity import Identity
from app.auth.models import Cohort, Person, PersonState, Role
from app.auth.people.queries import of_people
from app.core.errors import NotFound
from app.core.folding import fold
from app.core.text import Text
from app.courses.editions import get_edition
from app.courses.models import Course
from app.extensions import db
from app.network.models import City

from ..models import Assignment, Completion, Enrolment, EnrolmentState
from .giving import Due
from .queries import due_of, reached, target_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """An assignment in a list. `enrolled`, `completed` and `late` count those whom it reaches or enrolled.

    Who completed the course since it was given stays completed, and is not late, when they renew.
    """

    id: int
    course_id: int
    slug: str
    title: Text
    source_language: str
    person: str | None
    person_id: int | None
    cohort: str | None
    cohort_id: int | None
    city: str | None
    city_id: int | None
    role: Role | None
    due: Due
    given_by: str
    given_at: datetime
    ended_at: datetime | None
    enrolled: int
    completed: int
    late: int
    archived_at: datetime | None = None  # the course, which it enrols nobody into any more


@dataclass(frozen=True, slots=True)
class AssignmentPage:
    """A page of assignments, with how many there are in all."""

    rows: list[AssignmentLine]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class AssignmentFilters:
    """What a list is narrowed to; `ended`: those that are over instead of those that go on."""

    course_id: int | None = None
    ended: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class ReachedLine:
    """Somebody whom an assignment reaches, and how they stand; `state` is None where they are not enrolled.

    `completed_at`: when they completed the course, also where they did so since it was given and renew it by now;
    `done`, `total` and `due_at` are then those of the renewal.
    """

    person_id: int
    name: str
    city: str | None
    invited: bool
    state: EnrolmentState | None
    done: int
    total: int
    due_at: datetime | None
    completed_at: datetime | None
    late: bool


_Giver = aliased(Person)
_To = aliased(Person)


def may_see(person: Identity) -> sa.ColumnElement[bool]:
    """The assignments whom `person` may see: administrators all, coordinators those within their cities.

    Of a statement that reads `Assignment`.
    """
    if person.is_administrator:
        return sa.true()
    of_person = sa.exists().where(Person.id == Assignment.person_id, Person.city_id.in_(person.coordinates))
    of_cohort = sa.exists().where(Cohort.id == Assignment.cohort_id, Cohort.city_id.in_(person.coordinates))
    return sa.or_(
        Assignment.city_id.in_(person.coordinates), of_person.correlate(Assignment), of_cohort.correlate(Assignment)
    )


def get_assignment(person: Identity, assignment_id: int) -> Assignment:
    """An assignment that `person` may see. Raises `NotFound`."""
    found: Assignment | None = db.session.scalars(
        sa.select(Assignment).where(Assignment.id == assignment_id, may_see(person))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_assignments(person: Identity, filters: AssignmentFilters, at: datetime) -> AssignmentPage:
    """A page of the assignments that `person` may see, the latest first.

    In two statements, besides cohorts and editions not read yet.
    """
    where = [may_see(person), Assignment.ended_at.is_not(None) if filters.ended else Assignment.ended_at.is_(None)]
    if filters.course_id is not None:
        where.append(Assignment.course_id == filters.course_id)
    return _page(person, where, max(1, min(filters.page, 100_000)), at)


def get_line(person: Identity, assignment_id: int, at: datetime) -> AssignmentLine:
    """One assignment as the list shows it. Raises `NotFound`."""
    page = _page(person, [may_see(person), Assignment.id == assignment_id], 1, at)
    if not page.rows:
        raise NotFound
    return page.rows[0]


def _page(person: Identity, where: list[sa.ColumnElement[bool]], page: int, at: datetime) -> AssignmentPage:
    shown = (
        sa.select(Assignment.id, sa.func.count().over().label("all"))
        .where(*where).order_by(Assignment.given_at.desc(), Assignment.id.desc())
        .limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE).subquery()
    )  # fmt: skip
    rows = db.session.execute(
        sa.select(
            Assignment, Course.slug, Course.edition_id, Course.archived_at, _Giver.name.label("giver"),
            _To.name.label("person"), Cohort.name.label("cohort"), City.name.label("city"), shown.c.all,
        )
        .join(shown, shown.c.id == Assignment.id)
        .join(Course, Course.id == Assignment.course_id)
        .join(_Giver, _Giver.id == Assignment.given_by_id)
        .outerjoin(_To, _To.id == Assignment.person_id)
        .outerjoin(Cohort, Cohort.id == Assignment.cohort_id)
        .outerjoin(City, City.id == Assignment.city_id)
        .order_by(Assignment.given_at.desc(), Assignment.id.desc())
    ).all()  # fmt: skip
    counts = _counts(person, [row.Assignment for row in rows], at)
    return AssignmentPage([_line(row, *counts[row.Assignment.id]) for row in rows], rows[0].all if rows else 0, page)


def _counts(person: Identity, assignments: Sequence[Assignment], at: datetime) -> dict[int, tuple[int, int, int]]:
    """Id to how many are in the course, completed it and are late, of those whom each reaches or enrolled.

    Of them, those whom `person` may see. One statement, and one for the cohorts.
    """
    count = sa.func.count()
    cohorts = db.session.scalars(  # read at once, and held while `reached` asks for each
        sa.select(Cohort).where(Cohort.id.in_({a.cohort_id for a in assignments if a.cohort_id is not None}))
    ).all()
    parts = [
        sa.select(
            sa.literal(a.id).label("id"),
            count.label("enrolled"),
            count.filter(_completed(a)).label("completed"),
            count.filter(_late(a, at)).label("late"),
        ).where(
            Enrolment.course_id == a.course_id, Enrolment.state != EnrolmentState.WITHDRAWN, _theirs(person),
            sa.or_(
                Enrolment.assignment_id == a.id,
                sa.and_(Enrolment.person_id.in_(reached(target_of(a))), _begun_in_time(a)),
            ),
        )
        for a in assignments
    ]  # fmt: skip
    del cohorts
    if not parts:
        return {}
    return {row.id: (row.enrolled, row.completed, row.late) for row in db.session.execute(sa.union_all(*parts))}


def _begun_in_time(assignment: Assignment) -> sa.ColumnElement[bool]:
    """That an enrolment, whoever brought it about, began before the assignment ended, if it has."""
    if assignment.ended_at is None:
        return sa.true()
    return sa.func.coalesce(Enrolment.first_enrolled_at, Enrolment.enrolled_at) <= assignment.ended_at


def _completed(assignment: Assignment) -> sa.ColumnElement[bool]:
    """That an enrolment is completed, or was since the assignment was given and is being renewed."""
    return sa.or_(
        Enrolment.state == EnrolmentState.COMPLETED,
        sa.and_(Enrolment.cycle > 1, _since(assignment).correlate(Enrolment).exists()),
    )


def _late(assignment: Assignment, at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Enrolment.state == EnrolmentState.OPEN, Enrolment.due_at < at, sa.not_(_completed(assignment)))


def _since(assignment: Assignment) -> sa.Select[datetime]:
    """When an enrolment was completed since the assignment was given, in any cycle."""
    return sa.select(Completion.completed_at).where(
        Completion.enrolment_id == Enrolment.id, Completion.completed_at >= assignment.given_at
    )


def _theirs(person: Identity) -> sa.ColumnElement[bool]:
    """The enrolments of people whom `person` may see: neither the erased nor, for coordinators, who moved away."""
    return Enrolment.person_id.in_(sa.select(Person.id).where(of_people(person)))


def _line(row: Any, enrolled: int, completed: int, late: int) -> AssignmentLine:
    a, outline = row.Assignment, get_edition(row.edition_id).outline
    return AssignmentLine(
        a.id, a.course_id, row.slug, outline.title, outline.source_language, row.person, a.person_id, row.cohort,
        a.cohort_id, row.city, a.city_id, Role(a.role) if a.role else None, due_of(a), row.giver, a.given_at,
        a.ended_at, enrolled, completed, late, row.archived_at,
    )  # fmt: skip


def list_reached(person: Identity, assignment: Assignment, *, page: int, at: datetime) -> tuple[list[ReachedLine], int]:
    """A page of those whom an assignment reaches or enrolled and `person` may see, and of how many.

    Late first, then by name.
    """
    mine = sa.and_(Enrolment.person_id == Person.id, Enrolment.course_id == assignment.course_id)
    late, latest = _late(assignment, at), _since(assignment).with_only_columns(sa.func.max(Completion.completed_at))
    completed_at = sa.func.coalesce(Enrolment.completed_at, latest.correlate(Enrolment).scalar_subquery())
    belongs = sa.and_(Person.id.in_(reached(target_of(assignment))), _begun_in_time(assignment))
    which = Enrolment.assignment_id == assignment.id
    rows = db.session.execute(
        sa.select(
            Person.id, Person.name, City.name.label("city"), Person.state.label("of_person"), Enrolment.state,
            Enrolment.done, Enrolment.total, Enrolment.due_at, completed_at.label("completed_at"),
            sa.func.coalesce(late, sa.false()).label("late"), sa.func.count().over().label("all"),
        )
        .outerjoin(Enrolment, mine)
        .outerjoin(City, City.id == Person.city_id)
        .where(of_people(person), sa.or_(belongs, which))
        .order_by(sa.func.coalesce(late, sa.false()).desc(), fold(Person.name), Person.id)
        .limit(PAGE_SIZE).offset((max(1, page) - 1) * PAGE_SIZE)
    ).all()  # fmt: skip
    return [
        ReachedLine(
            row.id, row.name, row.city, row.of_person == PersonState.INVITED,
            EnrolmentState(row.state) if row.state else None, row.done or 0, row.total or 0, row.due_at,
            row.completed_at, bool(row.late),
        )
        for row in rows
    ], rows[0].all if rows else 0  # fmt: skip
