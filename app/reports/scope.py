"""Which enrolments a report counts: for whom, and by which filters. Said here once, for every page and file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from app.auth.cohorts import queries as cohort_queries
from app.auth.cohorts.rules import CohortRule
from app.auth.identity import Identity
from app.auth.models import PersonRole
from app.core import clock
from app.courses.models import CourseTrainer, TrainerRole
from app.network.models import City, Region
from app.progress.models import ActivityProgress, Enrolment, EnrolmentState
from app.progress.standing import DONE_WITH

NO_CITY = 0  # in place of a city's id: people who belong to none
NO_ROLE = "none"  # in place of a role: practitioners who hold none besides

Conditions = tuple[sa.ColumnElement[bool], ...]

_STANDING = (EnrolmentState.OPEN, EnrolmentState.COMPLETED)


class Basis(StrEnum):
    """What must have happened within the period."""

    ENROLLED = "enrolled"
    COMPLETED = "completed"


class State(StrEnum):
    """How an enrolment stands at a moment. Late ones and those never started are under way too."""

    OPEN = "open"
    COMPLETED = "completed"
    LATE = "late"
    UNSTARTED = "unstarted"


def both(one: State, other: State) -> State | None:
    """The state of those who are in both; None where there are none, or no one state says it (late and unstarted)."""
    if one is other:
        return one
    narrower = {one, other} - {State.OPEN, State.COMPLETED}
    return narrower.pop() if State.OPEN in (one, other) and narrower else None


class Came(StrEnum):
    """How somebody stands to an activity: came to it, did it, or came to it and so far no further."""

    REACHED = "reached"
    COMPLETED = "completed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ReportedCohort:
    """A cohort. `rule` None: its members are listed; `city_id`: of this city's people only."""

    id: int
    name: str
    rule: CohortRule | None
    city_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """Those who came so far in a course. `activities` are its ids in order, `place` one of them, from 0."""

    activities: tuple[int, ...]
    place: int
    came: Came


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a report; None asks nothing. `at` is the moment that decides what is late.

    `since` (inclusive) and `before` bound the moment that `basis` names. `city_id` may be `NO_CITY`, `role` `NO_ROLE`.
    `due`: open and due within so many days from `at`, not late; `idle`: open and untouched for as many.
    """

    since: datetime | None = None
    region: Region | None = None
    course_id: int | None = None
    city_id: int | None = None
    before: datetime | None = None
    basis: Basis = Basis.ENROLLED
    country: str | None = None
    cohort: ReportedCohort | None = None
    role: str | None = None
    state: State | None = None
    due: int | None = None
    idle: int | None = None
    stand: Stand | None = None
    at: datetime = field(default_factory=clock.now)


def seen_by(person: Identity) -> Conditions:
    """The enrolments that `person` may know of at all, withdrawn ones too.

    An administrator: every one. A coordinator: those of the cities they coordinate. A trainer: those in the courses
    they lead or write. Who is both: either.
    """
    if person.is_administrator:
        return ()
    theirs: list[sa.ColumnElement[bool]] = []
    if person.is_coordinator:
        theirs.append(Enrolment.city_id.in_(sorted(person.coordinates)))
    if person.is_trainer:
        theirs.append(Enrolment.course_id.in_(taught_by(person)))
    return (sa.or_(sa.false(), *theirs),)


def taught_by(person: Identity) -> sa.Select[int]:
    """The ids of the courses that `person` leads or writes."""
    return sa.select(CourseTrainer.course_id).where(
        CourseTrainer.person_id == person.id, CourseTrainer.role.in_((TrainerRole.LEAD, TrainerRole.AUTHOR))
    )


def cohort(person: Identity, filters: Filters) -> Conditions:
    """The enrolments a report counts: not withdrawn, for `person` to see, and as the filters ask."""
    return (
        Enrolment.state.in_(_STANDING),  # and not "withdrawn or not": so an index finds where each state's days begin
        *seen_by(person),
        *_in_time(filters),
        *_of_place(filters),
        *_of_people(filters),
        *_in_state(filters),
    )


def _in_time(filters: Filters) -> Conditions:
    column = Enrolment.completed_at if filters.basis is Basis.COMPLETED else Enrolment.enrolled_at
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.basis is Basis.COMPLETED:
        conditions.append(Enrolment.state == EnrolmentState.COMPLETED)
    if filters.since is not None:
        conditions.append(column >= filters.since)
    if filters.before is not None:
        conditions.append(column < filters.before)
    return tuple(conditions)


def _of_place(filters: Filters) -> Conditions:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.region is not None:
        conditions.append(Enrolment.city_id.in_(sa.select(City.id).where(City.region == filters.region)))
    if filters.country is not None:
        conditions.append(Enrolment.city_id.in_(sa.select(City.id).where(City.country == filters.country)))
    if filters.course_id is not None:
        conditions.append(Enrolment.course_id == filters.course_id)
    if filters.city_id == NO_CITY:
        conditions.append(Enrolment.city_id.is_(None))
    elif filters.city_id is not None:
        conditions.append(Enrolment.city_id == filters.city_id)
    return tuple(conditions)


def _of_people(filters: Filters) -> Conditions:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.cohort is not None:
        conditions.append(Enrolment.person_id.in_(members_of(filters.cohort)))
    held = sa.select(PersonRole.person_id).where(PersonRole.to_at.is_(None))
    if filters.role == NO_ROLE:
        conditions.append(Enrolment.person_id.not_in(held))
    elif filters.role is not None:
        conditions.append(Enrolment.person_id.in_(held.where(PersonRole.role == filters.role)))
    return tuple(conditions)


def _in_state(filters: Filters) -> Conditions:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.state is not None:
        conditions += states_at(filters.at)[filters.state]
    if filters.due is not None:
        conditions += due_within(filters.due, filters.at)
    if filters.idle is not None:
        conditions += idle_for(filters.idle, filters.at)
    if filters.stand is not None:
        conditions.append(_stands(filters.stand, filters.course_id))
    return tuple(conditions)


def states_at(at: datetime) -> dict[State, Conditions]:
    """What each state asks of an enrolment at a moment."""
    is_open = Enrolment.state == EnrolmentState.OPEN
    return {
        State.OPEN: (is_open,),
        State.COMPLETED: (Enrolment.state == EnrolmentState.COMPLETED,),
        State.LATE: (is_open, Enrolment.due_at < at),
        State.UNSTARTED: (is_open, Enrolment.last_activity_id.is_(None)),
    }


def due_within(days: int, at: datetime) -> Conditions:
    """Open, not late, and due within so many days."""
    return (
        Enrolment.state == EnrolmentState.OPEN,
        Enrolment.due_at >= at,
        Enrolment.due_at < at + timedelta(days=days),
    )


def idle_for(days: int, at: datetime) -> Conditions:
    """Open, and the person did nothing in it for so many days."""
    return Enrolment.state == EnrolmentState.OPEN, Enrolment.touched_at < at - timedelta(days=days)


def members_of(cohort: ReportedCohort) -> sa.Select[int]:
    """The ids of who is in a cohort now, as its own page has them."""
    return cohort_queries.members_of(cohort.id, city_id=cohort.city_id, rule=cohort.rule)


def progress_seen(activities: tuple[int, ...], *conditions: sa.ColumnElement[bool]) -> sa.CTE:
    """Where the enrolments that fit were seen in the course of `activities`: `id`, `finished`, `place`, `complete`.

    A row for each activity in progress and one for the last opened; `finished` and `complete` are 0 or 1.
    """
    places = {activity: place for place, activity in enumerate(activities)}
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
        .where(*conditions, ActivityProgress.activity_id.in_(places))
    )
    opened = sa.select(Enrolment.id, finished, sa.case(places, value=Enrolment.last_activity_id), sa.literal(0)).where(
        *conditions, Enrolment.last_activity_id.in_(places)
    )
    return sa.union_all(done, opened).cte("seen")


def furthest(seen: sa.CTE, count: int) -> sa.ColumnElement[int]:
    """Of the rows of one enrolment: the place it came to; `count`, that after the last, where it was completed."""
    return sa.case((sa.func.max(seen.c.finished) == 1, count), else_=sa.func.max(seen.c.place + seen.c.complete))


def _stands(stand: Stand, course_id: int | None) -> sa.ColumnElement[bool]:
    if stand.came is Came.COMPLETED:
        did = sa.select(ActivityProgress.enrolment_id).where(
            ActivityProgress.enrolment_id == Enrolment.id,
            ActivityProgress.cycle == Enrolment.cycle,
            ActivityProgress.activity_id == stand.activities[stand.place],
            ActivityProgress.state.in_(DONE_WITH),
        )
        return did.correlate(Enrolment).exists()
    seen = progress_seen(stand.activities, Enrolment.course_id == course_id)
    came = furthest(seen, len(stand.activities))
    fits = came == stand.place if stand.came is Came.STOPPED else came >= stand.place
    return Enrolment.id.in_(sa.select(seen.c.id).group_by(seen.c.id).having(fits))
