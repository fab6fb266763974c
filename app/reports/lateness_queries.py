"""Who is late or soon due, and who has gone quiet, by course."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.identity import Identity
from app.extensions import db
from app.progress.models import Enrolment, EnrolmentState

from .scope import Filters, State, cohort, due_within, idle_for, states_at

DUE_WITHIN = (7, 14, 30)
IDLE_FOR = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Tally:
    """One course's open enrolments: `first`, and how many within (or for) each of three spans of days.

    `first` counts those late, or those never started. Each longer span holds the shorter one, or is held by it.
    """

    course_id: int
    first: int
    spans: tuple[int, int, int]

    @property
    def any(self) -> bool:
        return bool(self.first or any(self.spans))


def list_due(person: Identity, filters: Filters) -> list[Tally]:
    """For each course, who is late, and who is due within 7, 14 and 30 days. One statement."""
    conditions = [states_at(filters.at)[State.LATE], *(due_within(days, filters.at) for days in DUE_WITHIN)]
    return _tallies(person, filters, conditions)


def list_idle(person: Identity, filters: Filters) -> list[Tally]:
    """For each course, who never started, and who did nothing for 30, 60 and 90 days. One statement."""
    conditions = [states_at(filters.at)[State.UNSTARTED], *(idle_for(days, filters.at) for days in IDLE_FOR)]
    return _tallies(person, filters, conditions)


def _tallies(person: Identity, filters: Filters, conditions: list[tuple[sa.ColumnElement[bool], ...]]) -> list[Tally]:
    statement = (
        sa.select(Enrolment.course_id, *(sa.func.count().filter(*fits) for fits in conditions))
        .where(*cohort(person, filters), Enrolment.state == EnrolmentState.OPEN)
        .group_by(Enrolment.course_id)
        .order_by(Enrolment.course_id)
    )
    return [Tally(row[0], row[1], (row[2], row[3], row[4])) for row in db.session.execute(statement)]


def added(tallies: list[Tally]) -> Tally:
    """The sum over all courses."""
    spans = [sum(tally.spans[place] for tally in tallies) for place in range(3)]
    return Tally(0, sum(tally.first for tally in tallies), (spans[0], spans[1], spans[2]))
