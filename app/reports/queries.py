"""What is read for reports. Which enrolments a person may see at all is said once, in `_cohort`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person
from app.courses.editions import PublishedEdition, list_editions
from app.courses.models import Course
from app.extensions import db
from app.network.models import City, Region
from app.progress.models import ActivityProgress, Enrolment, EnrolmentState
from app.progress.standing import DONE_WITH

from .days import whole_days

NO_CITY = 0  # in place of a city's id: people who belong to none
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a report. `since`: enrolled then or later; `city_id` may be `NO_CITY`."""

    since: datetime | None = None
    region: Region | None = None
    course_id: int | None = None
    city_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReportedCourse:
    """A published course, with the edition in force."""

    id: int
    slug: str
    edition: PublishedEdition

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
    """One city in one course: enrolments, how many of them are completed, how many late."""

    city_id: int | None
    course_id: int
    enrolled: int
    completed: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far people came in a course, by the place of its activities from 0.

    `completed[place]`: enrolments that completed it; `furthest[place]`: enrolments that came so far and no further.
    Who completed the course stands at the place after the last.
    """

    completed: dict[int, int]
    furthest: dict[int, int]


def list_courses() -> list[ReportedCourse]:
    """Every published course, by id. One statement, and one more for editions this process has not read yet."""
    rows = db.session.execute(
        sa.select(Course.id, Course.slug, Course.edition_id).where(Course.edition_id.is_not(None)).order_by(Course.id)
    ).all()
    editions = list_editions([row.edition_id for row in rows])
    return [ReportedCourse(row.id, row.slug, edition) for row, edition in zip(rows, editions, strict=True)]


def list_cities(person: Identity) -> list[ReportedCity]:
    """The cities whose figures `person` may see, by name."""
    statement = sa.select(City.id, City.name, City.country, City.region).order_by(City.name, City.country)
    if not person.is_administrator:
        statement = statement.where(City.id.in_(sorted(person.coordinates)))
    return [ReportedCity(*row) for row in db.session.execute(statement)]


def list_counts(person: Identity, filters: Filters, at: datetime) -> list[Count]:
    """Enrolments by city and course, in no order. `at`: the moment that decides what is late."""
    statement = (
        sa.select(
            Enrolment.city_id,
            Enrolment.course_id,
            sa.func.count(),
            sa.func.count().filter(Enrolment.state == EnrolmentState.COMPLETED),
            sa.func.count().filter(Enrolment.state == EnrolmentState.OPEN, Enrolment.due_at < at),
        )
        .where(*_cohort(person, filters))
        .group_by(Enrolment.city_id, Enrolment.course_id)
    )
    return [Count(*row) for row in db.session.execute(statement)]


def count_practitioners(person: Identity, filters: Filters) -> int:
    """How many people the enrolments of a report belong to."""
    statement = sa.select(sa.func.count(Enrolment.person_id.distinct())).where(*_cohort(person, filters))
    return db.session.scalar(statement) or 0


def list_days_to_complete(person: Identity, filters: Filters) -> list[tuple[int, int]]:
    """Whole days from enrolment to completion, each with how many took so long, shortest first."""
    days = whole_days(Enrolment.enrolled_at, Enrolment.completed_at).label("days")
    statement = (
        sa.select(days, sa.func.count())
        .where(*_cohort(person, filters), Enrolment.state == EnrolmentState.COMPLETED)
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
    if not places:
        return Reach({}, {})
    cohort = (*_cohort(person, filters), Enrolment.course_id == edition.course_id)
    finished = sa.case((Enrolment.state == EnrolmentState.COMPLETED, 1), else_=0).label("finished")
    done = (
        sa.select(
            Enrolment.id,
            finished,
            sa.case(places, value=ActivityProgress.activity_id).label("place"),
            sa.case((ActivityProgress.state.in_(DONE_WITH), 1), else_=0).label("complete"),
        )
        .join(
            ActivityProgress,
            sa.and_(ActivityProgress.enrolment_id == Enrolment.id, ActivityProgress.cycle == Enrolment.cycle),
        )
        .where(*cohort, ActivityProgress.activity_id.in_(places))
    )
    opened = sa.select(Enrolment.id, finished, sa.case(places, value=Enrolment.last_activity_id), sa.literal(0)).where(
        *cohort, Enrolment.last_activity_id.in_(places)
    )
    seen = sa.union_all(done, opened).cte("seen")
    came = (
        sa.select(
            sa.case(
                (sa.func.max(seen.c.finished) == 1, len(places)), else_=sa.func.max(seen.c.place + seen.c.complete)
            ).label("place")
        )
        .group_by(seen.c.id)
        .subquery()
    )
    did = sa.select(sa.literal(True).label("complete"), seen.c.place, sa.func.sum(seen.c.complete).label("people"))
    stand = sa.select(sa.literal(False), came.c.place, sa.func.count())
    statement = sa.union_all(did.group_by(seen.c.place), stand.group_by(came.c.place))
    completed: dict[int, int] = {}
    furthest: dict[int, int] = {}
    for row in db.session.execute(statement):
        (completed if row.complete else furthest)[row.place] = row.people
    return Reach(completed, furthest)


def has_enrolments(person: Identity) -> bool:
    """Whether there is anything to report to `person`, whatever the filters."""
    return db.session.scalar(sa.select(Enrolment.id).where(*_cohort(person, Filters())).limit(1)) is not None


def stream_enrolments(person: Identity, filters: Filters) -> Iterator[Any]:
    """The enrolments of a report one by one, by city, name and course; never all in memory.

    On a connection of its own, since a streamed answer outlives the request's session. Rows have `name`, `city`,
    `course_id`, `state`, `enrolled_at`, `completed_at`, `due_at`, `done`, `total` and `score` (0 to 1, or None).
    """
    statement = (
        sa.select(
            Person.name,
            City.name.label("city"),
            Enrolment.course_id,
            Enrolment.state,
            Enrolment.enrolled_at,
            Enrolment.completed_at,
            Enrolment.due_at,
            Enrolment.done,
            Enrolment.total,
            Enrolment.score,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .where(*_cohort(person, filters))
        .order_by(City.id.is_(None), City.name, City.id, Person.name, Enrolment.course_id, Enrolment.id)
    )
    return _streamed(db.engine, statement)


def _streamed(engine: sa.Engine, statement: sa.Executable) -> Iterator[Any]:
    with engine.connect() as connection:
        yield from connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement)


def _cohort(person: Identity, filters: Filters) -> tuple[sa.ColumnElement[bool], ...]:
    """The enrolments a report counts: not withdrawn, for `person` to see, and as the filters ask.

    An administrator sees every city and people without one; a coordinator the cities they coordinate.
    """
    conditions: list[sa.ColumnElement[bool]] = [Enrolment.state != EnrolmentState.WITHDRAWN]
    if not person.is_administrator:
        conditions.append(Enrolment.city_id.in_(sorted(person.coordinates)))
    if filters.since is not None:
        conditions.append(Enrolment.enrolled_at >= filters.since)
    if filters.region is not None:
        conditions.append(Enrolment.city_id.in_(sa.select(City.id).where(City.region == filters.region)))
    if filters.course_id is not None:
        conditions.append(Enrolment.course_id == filters.course_id)
    if filters.city_id == NO_CITY:
        conditions.append(Enrolment.city_id.is_(None))
    elif filters.city_id is not None:
        conditions.append(Enrolment.city_id == filters.city_id)
    return tuple(conditions)
