"""The list behind the figures of quizzes: attempts that were handed in and marked, with their people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person
from app.core.folding import fold
from app.extensions import db
from app.network.models import City
from app.progress.models import Enrolment
from app.quizzes.models import Attempt

from .people_queries import PAGE_SIZE, streamed
from .quiz_queries import ReportedQuiz, marked, reaches
from .scope import Conditions, Filters, cohort


class Outcome(StrEnum):
    """Which attempts at a quiz: those that passed, those that were the first, or both."""

    PASSED = "passed"
    FIRST = "first"
    FIRST_PASSED = "first-passed"


class Sort(StrEnum):
    NEWEST = "newest"
    NAME = "name"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which attempts of a report's enrolments: at one quiz, by how they went; None asks nothing."""

    quiz: ReportedQuiz | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt. `number` counts those at the quiz in one time through the course; `score`: 0 to 1."""

    id: int
    person_id: int
    name: str
    city: str | None
    course_id: int
    activity_id: int
    number: int
    finished_at: datetime | None
    score: float


_COLUMNS = (
    Attempt.id,
    Enrolment.person_id,
    Person.name,
    City.name.label("city"),
    Enrolment.course_id,
    Attempt.activity_id,
    Attempt.number,
    Attempt.finished_at,
    Attempt.score,
)
_ORDER: dict[Sort, tuple[Any, ...]] = {
    Sort.NEWEST: (Attempt.id.desc(),),
    Sort.NAME: (fold(Person.name), Person.id, Attempt.id),
    Sort.SCORE: (Attempt.score, Attempt.id),
}


def _conditions(person: Identity, filters: Filters, chosen: Chosen) -> Conditions:
    conditions: list[sa.ColumnElement[bool]] = [*cohort(person, filters), *marked()]
    if chosen.quiz is not None:
        conditions.append(Attempt.activity_id == chosen.quiz.activity.id)
        if chosen.outcome in (Outcome.FIRST, Outcome.FIRST_PASSED):
            conditions.append(Attempt.number == 1)
        if chosen.outcome in (Outcome.PASSED, Outcome.FIRST_PASSED):
            conditions.append(reaches([chosen.quiz]))
    return tuple(conditions)


def _rows(person: Identity, filters: Filters, chosen: Chosen, sort: Sort) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*_COLUMNS)
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .where(*_conditions(person, filters, chosen))
        .order_by(*_ORDER[sort])
    )


def count_rows(person: Identity, filters: Filters, chosen: Chosen) -> int:
    """How many attempts the list has."""
    statement = (
        sa.select(sa.func.count())
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*_conditions(person, filters, chosen))
    )
    return db.session.scalar(statement) or 0


def list_rows(
    person: Identity, filters: Filters, chosen: Chosen, sort: Sort, page: int, size: int = PAGE_SIZE
) -> list[Row]:
    """A page, from 1, of the attempts."""
    statement = _rows(person, filters, chosen, sort).limit(size).offset((page - 1) * size)
    return [Row(*row) for row in db.session.execute(statement)]


def stream_rows(person: Identity, filters: Filters, chosen: Chosen, sort: Sort) -> Iterator[Row]:
    """All of them one by one, on a connection of its own."""
    return (Row(*row) for row in streamed(db.engine, _rows(person, filters, chosen, sort)))
