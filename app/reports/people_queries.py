"""The list behind every number: enrolments with their people, a page at a time, or all of them one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person
from app.auth.names import PersonName, erased_name
from app.core.folding import fold
from app.extensions import db
from app.network.models import City
from app.progress.models import Enrolment, EnrolmentState

from .scope import Filters, State, cohort

PAGE_SIZE = 50
LAST_PAGE = 100_000
ROWS_AT_ONCE = 500


class Sort(StrEnum):
    NEWEST = "newest"
    NAME = "name"
    DUE = "due"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Row:
    """One enrolment as lists show it. `score`: 0 to 1, or None."""

    id: int
    person_id: int
    name: str
    city: str | None
    course_id: int
    state: str
    enrolled_at: datetime
    completed_at: datetime | None
    due_at: datetime | None
    touched_at: datetime
    done: int
    total: int
    score: float | None
    last_activity_id: int | None

    @property
    def progress(self) -> float:
        return self.done / self.total if self.total else 0.0

    def state_at(self, at: datetime) -> State:
        if self.state == EnrolmentState.COMPLETED:
            return State.COMPLETED
        if self.due_at is not None and self.due_at < at:
            return State.LATE
        return State.UNSTARTED if self.last_activity_id is None else State.OPEN


_COLUMNS = (
    Enrolment.id,
    Enrolment.person_id,
    Person.name,
    City.name.label("city"),
    Enrolment.course_id,
    Enrolment.state,
    Enrolment.enrolled_at,
    Enrolment.completed_at,
    Enrolment.due_at,
    Enrolment.touched_at,
    Enrolment.done,
    Enrolment.total,
    Enrolment.score,
    Enrolment.last_activity_id,
)
_ORDER: dict[Sort, tuple[Any, ...]] = {
    Sort.NEWEST: (Enrolment.id.desc(),),
    Sort.NAME: (fold(Person.name), Person.id, Enrolment.id),
    Sort.DUE: (Enrolment.due_at.is_(None), Enrolment.due_at, Enrolment.id),
    Sort.QUIET: (Enrolment.touched_at, Enrolment.id),
}


def _rows(person: Identity, filters: Filters, sort: Sort) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*_COLUMNS)
        .select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .where(*cohort(person, filters))
        .order_by(*_ORDER[sort])
    )


def count_rows(person: Identity, filters: Filters) -> int:
    """How many enrolments the list has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment).where(*cohort(person, filters))) or 0


def list_rows(person: Identity, filters: Filters, sort: Sort, page: int, size: int = PAGE_SIZE) -> list[Row]:
    """A page, from 1, of the enrolments that a report counts."""
    statement = _rows(person, filters, sort).limit(size).offset((page - 1) * size)
    return [Row(*row) for row in db.session.execute(statement)]


def stream_rows(person: Identity, filters: Filters, sort: Sort) -> Iterator[Row]:
    """All of them one by one, never all in memory.

    On a connection of its own, since a streamed answer outlives the request's session.
    """
    return (Row(*row) for row in streamed(db.engine, _rows(person, filters, sort)))


def streamed(engine: sa.Engine, statement: sa.Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """The rows of a statement as they are read, on a connection of its own.

    What the erased are called is asked now, since a file is read after the request, and with it its language, is over.
    """
    called = _Called(erased_name())
    columns = statement.selected_columns
    named = [sa.type_coerce(one, called) if isinstance(one.type, PersonName) else one for one in columns]
    return _read(engine, statement.with_only_columns(*named))


def _read(engine: sa.Engine, statement: sa.Executable) -> Iterator[Sequence[Any]]:
    with engine.connect() as connection:
        yield from connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement)


class _Called(sa.TypeDecorator[str]):
    """A person's name as `PersonName` reads it, with what the erased are called in one language."""

    impl = sa.String(120)
    cache_ok = True

    def __init__(self, erased: str = "") -> None:
        super().__init__()
        self.erased = erased

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return self.erased if value == "" else value
