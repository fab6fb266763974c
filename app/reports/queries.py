"""What is read for reports: choices, and counts. Which enrolments a person may see is said in `scope`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from app.auth.cohorts.queries import NOT_LISTED, RULES_AT_ONCE
from app.auth.identity import Identity
from app.auth.models import Cohort, CohortMember, Person, PersonRole
from app.core.moments import whole_days
from app.courses.archiving.words import marked
from app.courses.editions import PublishedEdition, list_editions
from app.courses.models import Course
from app.extensions import db
from app.network.models import City
from app.progress.models import ActivityState, Enrolment, EnrolmentState, TallySubject
from app.progress.standing import DONE_WITH

from . import scope, tallied
from .scope import NO_CITY, NO_ROLE, Basis, Filters, ReportedCohort, cohort, states_at

__all__ = ["NO_CITY", "Filters"]


@dataclass(frozen=True, slots=True)
class ReportedCourse:
    """A published course, with the edition in force."""

    id: int
    slug: str
    edition: PublishedEdition
    archived: bool = False

    def label(self, language: str) -> str:
        """The title as filters list it: archived courses are counted as before, and say so."""
        return marked(self.title(language)) if self.archived else self.title(language)

    def title(self, language: str) -> str:
        return self.edition.outline.title.best(language, self.edition.outline.source_language)


@dataclass(frozen=True, slots=True)
class ReportedCity:
    id: int
    name: str
    country: str
    region: str


@dataclass(frozen=True, slots=True)
class Count:
    """Enrolments of one city, course, role or the like: how many, how many of them completed, how many late."""

    key: Any
    enrolled: int
    completed: int
    overdue: int

    @property
    def share(self) -> float:
        return self.completed / self.enrolled if self.enrolled else 0.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.key,
            self.enrolled + other.enrolled,
            self.completed + other.completed,
            self.overdue + other.overdue,
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """The main figures. `soon`: due within 30 days; `idle`: untouched for 30; `unstarted`: of those under way."""

    enrolled: int
    completed: int
    overdue: int
    soon: int
    idle: int
    unstarted: int

    @property
    def share(self) -> float:
        return self.completed / self.enrolled if self.enrolled else 0.0


@dataclass(frozen=True, slots=True)
class Reach:
    """How far people came in a course, by the place of its activities from 0.

    `completed[place]`: enrolments that completed it; `furthest[place]`: enrolments that came so far and no further.
    Who completed the course stands at the place after the last.
    """

    completed: dict[int, int]
    furthest: dict[int, int]


def list_courses(person: Identity) -> list[ReportedCourse]:
    """The published courses that `person` may see figures of, by id: to a trainer, those they lead or write.

    One statement, and one more for editions this process has not read yet.
    """
    statement = sa.select(Course.id, Course.slug, Course.edition_id, Course.archived_at).where(
        Course.edition_id.is_not(None)
    )
    if not person.is_administrator and not person.is_coordinator:
        statement = statement.where(Course.id.in_(scope.taught_by(person)))
    rows = db.session.execute(statement.order_by(Course.id)).all()
    editions = list_editions([row.edition_id for row in rows])
    return [
        ReportedCourse(row.id, row.slug, edition, row.archived_at is not None)
        for row, edition in zip(rows, editions, strict=True)
    ]


def list_cities(person: Identity) -> list[ReportedCity]:
    """The cities whose figures `person` may see, by name. A trainer's courses are taken in every city."""
    statement = sa.select(City.id, City.name, City.country, City.region).order_by(City.name, City.country)
    if not person.is_administrator and not person.is_trainer:
        statement = statement.where(City.id.in_(sorted(person.coordinates)))
    return [ReportedCity(*row) for row in db.session.execute(statement)]


def list_cohorts(person: Identity) -> list[ReportedCohort]:
    """The cohorts that `person` may report on, by name: all of them, or those of the cities they coordinate."""
    statement = sa.select(Cohort.id, Cohort.name, Cohort.rule, Cohort.city_id).where(Cohort.ended_at.is_(None))
    if not person.is_administrator:
        statement = statement.where(Cohort.city_id.in_(sorted(person.coordinates)))
    return [ReportedCohort(*row) for row in db.session.execute(statement.order_by(Cohort.name, Cohort.id))]


def _counts(at: datetime) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """The figures of a `Count`: how many, how many completed, how many late."""
    return (
        sa.func.count(),
        sa.func.count().filter(Enrolment.state == EnrolmentState.COMPLETED),
        sa.func.count().filter(*states_at(at)[scope.State.LATE]),
    )


def get_totals(person: Identity, filters: Filters) -> Count:
    """How many enrolments in all, how many completed, how many late; its key is None. One statement."""
    placed = filters.city_id is not None or filters.region is not None or filters.country is not None
    sums = tallied.list_sums(person, filters, TallySubject.CITY if placed else TallySubject.COURSE)
    if sums is not None:
        return _total(None, sums)
    return Count(None, *db.session.execute(sa.select(*_counts(filters.at)).where(*cohort(person, filters))).one())


def total_of(counts: Iterable[Count]) -> Count:
    """The sum of counts of which no enrolment stands in two; its key is None."""
    return sum(counts, Count(None, 0, 0, 0))


def _total(key: Any, sums: tallied.Sums) -> Count:
    return Count(key, sum(one[1] for one in sums), sum(one[2] for one in sums), sum(one[3] for one in sums))


def get_overview(person: Identity, filters: Filters) -> Overview:
    """The main figures, in one statement."""
    statement: sa.Select[*tuple[Any, ...]] = sa.select(
        *_counts(filters.at),
        sa.func.count().filter(*scope.due_within(30, filters.at)),
        sa.func.count().filter(*scope.idle_for(30, filters.at)),
        sa.func.count().filter(*states_at(filters.at)[scope.State.UNSTARTED]),
    ).where(*cohort(person, filters))
    return Overview(*db.session.execute(statement).one())


def list_by_city(person: Identity, filters: Filters) -> list[Count]:
    """Enrolments by city id (None: those without a city), in no order."""
    sums = tallied.list_sums(person, filters, TallySubject.CITY)
    if sums is not None:
        return [Count(key or None, *figures) for key, *figures in sums]
    return _list_by(person, filters, Enrolment.city_id)


def list_by_course(person: Identity, filters: Filters) -> list[Count]:
    """Enrolments by course id, in no order."""
    sums = tallied.list_sums(person, filters, TallySubject.COURSE)
    if sums is not None:
        return [Count(*figures) for figures in sums]
    return _list_by(person, filters, Enrolment.course_id)


def get_sizes(person: Identity, filters: Filters) -> dict[int, int]:
    """How many enrolments each course has that has any, by its id."""
    sums = tallied.list_sums(person, filters, TallySubject.COURSE, late=False)
    if sums is not None:
        return {course_id: enrolled for course_id, enrolled, _completed, _late in sums}
    statement = sa.select(Enrolment.course_id, sa.func.count()).where(*cohort(person, filters))
    return {row[0]: row[1] for row in db.session.execute(statement.group_by(Enrolment.course_id))}


def _list_by(person: Identity, filters: Filters, column: Any) -> list[Count]:
    statement = sa.select(column, *_counts(filters.at)).where(*cohort(person, filters)).group_by(column)
    return [Count(*row) for row in db.session.execute(statement)]


def list_by_role(person: Identity, filters: Filters) -> list[Count]:
    """Enrolments by the role that the person holds now, `NO_ROLE` without one; who holds two counts in both."""
    held = sa.select(PersonRole.person_id, PersonRole.role).where(PersonRole.to_at.is_(None)).distinct().subquery()
    others = None if filters.role else replace(filters, role=NO_ROLE)
    without = others and tallied.list_sums(person, others, TallySubject.COURSE)
    role = sa.func.coalesce(held.c.role, NO_ROLE)
    statement = (
        sa.select(role, *_counts(filters.at))
        .select_from(Enrolment)
        .join(held, held.c.person_id == Enrolment.person_id, isouter=without is None)
        .where(*cohort(person, filters))
        .group_by(role)
    )
    found = [Count(*row) for row in db.session.execute(statement)]
    return found + [_total(NO_ROLE, without)] if without else found


def list_by_cohort(person: Identity, filters: Filters, cohorts: Sequence[ReportedCohort]) -> list[Count]:
    """Enrolments by the id of these cohorts; who belongs to two counts in both.

    One statement for those that are listed, and one for each hundred that a rule finds.
    """
    conditions = cohort(person, filters)
    listed = [one.id for one in cohorts if one.rule is None]
    found: list[Count] = []
    if listed:
        statement = (
            sa.select(CohortMember.cohort_id, *_counts(filters.at))
            .select_from(Enrolment)
            .join(CohortMember, CohortMember.person_id == Enrolment.person_id)
            .join(Cohort, Cohort.id == CohortMember.cohort_id)
            .join(Person, Person.id == CohortMember.person_id)
            .where(
                *conditions,
                CohortMember.cohort_id.in_(listed),
                sa.or_(Cohort.city_id.is_(None), Cohort.city_id == Person.city_id),
                Person.state.not_in(NOT_LISTED),
            )
            .group_by(CohortMember.cohort_id)
        )
        found += [Count(*row) for row in db.session.execute(statement)]
    each = [
        sa.select(sa.literal(one.id).label("cohort_id"), *_counts(filters.at)).where(
            *conditions, Enrolment.person_id.in_(scope.members_of(one))
        )
        for one in cohorts
        if one.rule is not None
    ]
    for start in range(0, len(each), RULES_AT_ONCE):
        some = sa.union_all(*each[start : start + RULES_AT_ONCE])
        found += [Count(*row) for row in db.session.execute(some) if row[1]]
    return found


def list_by_month(person: Identity, filters: Filters, begins: Sequence[datetime]) -> list[Count]:
    """Enrolments by the place, from 0, of the month in which they were enrolled (or completed, by the filters' basis).

    `begins` are the moments at which months begin, in order; what was earlier counts to the first.
    """
    sums = tallied.list_months(person, filters, begins)
    if sums is not None:
        return [Count(*figures) for figures in sums]
    column = Enrolment.completed_at if filters.basis is Basis.COMPLETED else Enrolment.enrolled_at
    ends = list(enumerate(begins[1:]))
    month: sa.ColumnElement[int] = sa.literal(0)
    if ends:
        month = sa.case(*((column < end, place) for place, end in ends), else_=len(ends))
    placed = (
        sa.select(month.label("month"), Enrolment.state, Enrolment.due_at).where(*cohort(person, filters)).subquery()
    )
    late = sa.and_(placed.c.state == EnrolmentState.OPEN, placed.c.due_at < filters.at)
    statement = sa.select(
        placed.c.month,
        sa.func.count(),
        sa.func.count().filter(placed.c.state == EnrolmentState.COMPLETED),
        sa.func.count().filter(late),
    ).group_by(placed.c.month)
    return [Count(*row) for row in db.session.execute(statement.order_by(placed.c.month))]


def find_first(person: Identity, filters: Filters) -> datetime | None:
    """The earliest moment of the filters' basis."""
    column = Enrolment.completed_at if filters.basis is Basis.COMPLETED else Enrolment.enrolled_at
    return db.session.scalar(sa.select(sa.func.min(column)).where(*cohort(person, filters)))


def list_cells(
    person: Identity, filters: Filters, city_ids: Collection[int | None], course_ids: Collection[int]
) -> list[Count]:
    """Enrolments by (city id, course id), of these cities (None: those without one) and courses."""
    named = [city for city in city_ids if city is not None]
    in_city = Enrolment.city_id.in_(named)
    statement = (
        sa.select(Enrolment.city_id, Enrolment.course_id, *_counts(filters.at))
        .where(
            *cohort(person, filters),
            Enrolment.course_id.in_(course_ids),
            sa.or_(in_city, Enrolment.city_id.is_(None)) if None in city_ids else in_city,
        )
        .group_by(Enrolment.city_id, Enrolment.course_id)
    )
    return [Count((row[0], row[1]), *row[2:]) for row in db.session.execute(statement)]


def count_practitioners(person: Identity, filters: Filters) -> int:
    """How many people the enrolments of a report belong to."""
    known = tallied.count_practitioners(person, filters)
    if known is not None:
        return known
    if filters.course_id is not None:  # where nobody is in twice, and so counting is enough
        return db.session.scalar(sa.select(sa.func.count()).where(*cohort(person, filters))) or 0
    statement = sa.select(sa.func.count(Enrolment.person_id.distinct())).where(*cohort(person, filters))
    return db.session.scalar(statement) or 0


def list_days_to_complete(person: Identity, filters: Filters) -> list[tuple[int, int]]:
    """Whole days from enrolment to completion, each with how many took so long, shortest first."""
    known = tallied.list_days_to_complete(person, filters)
    if known is not None:
        return known
    days = whole_days(Enrolment.enrolled_at, Enrolment.completed_at).label("days")
    statement = (
        sa.select(days, sa.func.count())
        .where(*cohort(person, filters), Enrolment.state == EnrolmentState.COMPLETED)
        .group_by(days)
        .order_by(days)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def get_reach(person: Identity, filters: Filters, edition: PublishedEdition) -> Reach:
    """How far the people of a report came in the course of `edition`, in their present cycle.

    A person came as far as the last activity in the course's order that they opened or did, and to the one after
    it if they completed it, since that is the page they were then shown.
    """
    places = {activity.id: place for place, activity in enumerate(edition.activities)}
    completed, furthest = Counter[int](), Counter[int]()
    for state, last, stood, people in _list_stands(person, filters, edition.course_id):
        found = msgspec.json.decode(stood, type=dict[int, ActivityState], strict=False)
        done = [places[activity] for activity in found if activity in places and found[activity] in DONE_WITH]
        seen = [places[activity] for activity in (*found, last) if activity in places]
        for place in done:
            completed[place] += people
        if seen:
            furthest[_furthest(seen, done, EnrolmentState(state), len(places))] += people
    return Reach(dict(completed), dict(furthest))


def _list_stands(person: Identity, filters: Filters, course_id: int) -> tallied.Stands:
    known = tallied.list_stands(person, filters, course_id)
    if known is not None:
        return known
    states = sa.cast(Enrolment.states, sa.Text)  # those who stand alike together; PostgreSQL does not compare JSON
    statement = (
        sa.select(Enrolment.state, Enrolment.last_activity_id, states, sa.func.count())
        .where(*cohort(person, filters), Enrolment.course_id == course_id)
        .group_by(Enrolment.state, Enrolment.last_activity_id, states)
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(statement)]


def _furthest(seen: Sequence[int], done: Sequence[int], state: EnrolmentState, count: int) -> int:
    return count if state is EnrolmentState.COMPLETED else max([*seen, *(place + 1 for place in done)])


def has_enrolments(person: Identity) -> bool:
    """Whether there is anything to report to `person`, whatever the filters."""
    return db.session.scalar(sa.select(Enrolment.id).where(*cohort(person, Filters())).limit(1)) is not None
