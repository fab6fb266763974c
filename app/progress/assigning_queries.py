"""Assignments: whom each reaches, what giving one would do, and how those stand whom it reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.cohort_queries import cohort_members
from app.auth.identity import Identity
from app.auth.models import Cohort, Person, PersonRole, PersonState, Role
from app.auth.people_queries import of_people
from app.core.errors import NotFound
from app.core.folding import fold
from app.core.text import Text
from app.courses import audience_queries
from app.courses.editions import get_edition
from app.courses.models import Course
from app.extensions import db
from app.network.models import City

from .giving import Due, Target
from .models import Assignment, Enrolment, EnrolmentState

PAGE_SIZE = 50
MOST_NAMED = 20  # of those who are left out, on the preview
STATES = (PersonState.ACTIVE, PersonState.INVITED)  # who can be enrolled by others


@dataclass(frozen=True, slots=True)
class GivenCourse:
    """A published course as the form offers it."""

    id: int
    slug: str
    title: Text
    source_language: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What giving a course would do, in numbers of people. `named`: some of those whom the course does not admit."""

    reached: int
    new: int
    already: int
    left: int
    refused: int
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """An assignment in a list. `enrolled`, `completed` and `late` count those whom it reaches or enrolled."""

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
    """Somebody whom an assignment reaches, and how they stand; `state` is None where they are not enrolled."""

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
    """The published courses, by address. Titles are of the editions in force."""
    rows = db.session.execute(
        sa.select(Course.id, Course.slug, Course.edition_id).where(Course.edition_id.is_not(None)).order_by(Course.slug)
    ).all()
    return [_given(row.id, row.slug, row.edition_id) for row in rows]


def get_course(course_id: int) -> GivenCourse:
    """A published course. Raises `NotFound`."""
    row = db.session.execute(
        sa.select(Course.slug, Course.edition_id).where(Course.id == course_id, Course.edition_id.is_not(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return _given(course_id, row.slug, row.edition_id)


def find_course_id(slug: str) -> int | None:
    """The published course at an address."""
    return db.session.scalar(sa.select(Course.id).where(Course.slug == slug, Course.edition_id.is_not(None)))


def _given(course_id: int, slug: str, edition_id: int) -> GivenCourse:
    outline = get_edition(edition_id).outline
    return GivenCourse(course_id, slug, outline.title, outline.source_language)


def preview(course_id: int, target: Target) -> Preview:
    """What giving the course to `target` would do now. Two statements besides the course and the cohort."""
    whom = audience_queries.get_audience(course_id)
    people = _standing(course_id, audience_queries.admitted(course_id, whom), target).subquery()
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


def _standing(course_id: int, admitted: sa.ColumnElement[bool], target: Target) -> sa.Select[Any]:
    """Who is reached, whether the course admits them, and the state of their enrolment, if they have one."""
    chosen: Any = sa.select(Person.id, Person.name, admitted.label("admitted"), Enrolment.state)
    there = sa.and_(Enrolment.person_id == Person.id, Enrolment.course_id == course_id)
    return chosen.outerjoin(Enrolment, there).where(Person.id.in_(reached(target)))


def list_missing(assignment: Assignment, *, limit: int, after: int = 0, only: int | None = None) -> Sequence[int]:
    """Ids of those whom the assignment reaches, the course admits and who were never in it; from `after` on.

    `only`: of one person.
    """
    whom = audience_queries.get_audience(assignment.course_id)
    people = _standing(
        assignment.course_id, audience_queries.admitted(assignment.course_id, whom), target_of(assignment)
    ).subquery()
    chosen = sa.select(people.c.id).where(people.c.state.is_(None), people.c.admitted, people.c.id > after)
    if only is not None:
        chosen = chosen.where(people.c.id == only)
    return db.session.scalars(chosen.order_by(people.c.id).limit(limit)).all()


def count_missing(assignment: Assignment) -> int:
    """How many an assignment would still enrol: what a job is at, or will do within the hour."""
    return 0 if assignment.ended_at else preview(assignment.course_id, target_of(assignment)).new


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


def list_of_person(person: Identity, person_id: int, at: datetime) -> list[AssignmentLine]:
    """The assignments that were given to this very person and go on."""
    where = [may_see(person), Assignment.person_id == person_id, Assignment.ended_at.is_(None)]
    return _page(person, where, 1, at).rows


def _page(person: Identity, where: list[sa.ColumnElement[bool]], page: int, at: datetime) -> AssignmentPage:
    shown = (
        sa.select(Assignment.id, sa.func.count().over().label("all"))
        .where(*where).order_by(Assignment.given_at.desc(), Assignment.id.desc())
        .limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE).subquery()
    )  # fmt: skip
    rows = db.session.execute(
        sa.select(
            Assignment, Course.slug, Course.edition_id, _Giver.name.label("giver"), _To.name.label("person"),
            Cohort.name.label("cohort"), City.name.label("city"), shown.c.all,
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
            count.filter(Enrolment.state == EnrolmentState.COMPLETED).label("completed"),
            count.filter(Enrolment.state == EnrolmentState.OPEN, Enrolment.due_at < at).label("late"),
        ).where(
            Enrolment.course_id == a.course_id, Enrolment.state != EnrolmentState.WITHDRAWN, _theirs(person),
            Enrolment.assignment_id == a.id if a.ended_at else
            sa.or_(Enrolment.assignment_id == a.id, Enrolment.person_id.in_(reached(target_of(a)))),
        )
        for a in assignments
    ]  # fmt: skip
    del cohorts
    if not parts:
        return {}
    return {row.id: (row.enrolled, row.completed, row.late) for row in db.session.execute(sa.union_all(*parts))}


def _theirs(person: Identity) -> sa.ColumnElement[bool]:
    """The enrolments of people whom `person` may see: whoever moved to another city is not their coordinator's."""
    if person.is_administrator:
        return sa.true()
    return Enrolment.person_id.in_(sa.select(Person.id).where(of_people(person)))


def _line(row: Any, enrolled: int, completed: int, late: int) -> AssignmentLine:
    a, outline = row.Assignment, get_edition(row.edition_id).outline
    return AssignmentLine(
        a.id, a.course_id, row.slug, outline.title, outline.source_language, row.person, a.person_id, row.cohort,
        a.cohort_id, row.city, a.city_id, Role(a.role) if a.role else None, due_of(a), row.giver, a.given_at,
        a.ended_at, enrolled, completed, late,
    )  # fmt: skip


def list_reached(person: Identity, assignment: Assignment, *, page: int, at: datetime) -> tuple[list[ReachedLine], int]:
    """A page of those whom an assignment reaches or enrolled and `person` may see, and of how many.

    Late first, then by name.
    """
    mine = sa.and_(Enrolment.person_id == Person.id, Enrolment.course_id == assignment.course_id)
    late = sa.and_(Enrolment.state == EnrolmentState.OPEN, Enrolment.due_at < at)
    belongs = Person.id.in_(reached(target_of(assignment)))
    which = Enrolment.assignment_id == assignment.id
    rows = db.session.execute(
        sa.select(
            Person.id, Person.name, City.name.label("city"), Person.state.label("of_person"), Enrolment.state,
            Enrolment.done, Enrolment.total, Enrolment.due_at, Enrolment.completed_at,
            sa.func.coalesce(late, sa.false()).label("late"), sa.func.count().over().label("all"),
        )
        .outerjoin(Enrolment, mine)
        .outerjoin(City, City.id == Person.city_id)
        .where(of_people(person), which if assignment.ended_at else sa.or_(belongs, which))
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
