"""The list behind a number of practitioners: the people of a report's enrolments, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.identity import Identity
from app.auth.models import Person
from app.core.folding import fold
from app.extensions import db
from app.network.models import City
from app.progress.models import Enrolment, EnrolmentState

from .people_queries import PAGE_SIZE, streamed
from .scope import Filters, State, cohort, states_at


class Sort(StrEnum):
    NEWEST = "newest"
    NAME = "name"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Row:
    """A person, and their enrolments that the report counts: how many, how many completed, how many late.

    `city` is that of the newest of them, `last_at` when they last did something in any of them; None: never.
    """

    person_id: int
    name: str
    city: str | None
    enrolled: int
    completed: int
    overdue: int
    last_at: datetime | None


def _rows(
    person: Identity, filters: Filters, sort: Sort, limit: int | None = None, offset: int | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """The people in order. What is looked up for each is looked up for those of the page only."""
    touched_at = sa.func.max(Enrolment.touched_at)
    each = (
        sa.select(
            Enrolment.person_id,
            sa.func.count().label("enrolled"),
            sa.func.count().filter(Enrolment.state == EnrolmentState.COMPLETED).label("completed"),
            sa.func.count().filter(*states_at(filters.at)[State.LATE]).label("overdue"),
            touched_at.label("touched_at"),
            sa.func.max(sa.case((Enrolment.last_activity_id.is_not(None), Enrolment.touched_at))).label("last_at"),
            sa.func.max(Enrolment.id).label("newest_id"),
        )
        .where(*cohort(person, filters))
        .group_by(Enrolment.person_id)
    )
    if limit is not None:
        if sort is Sort.NAME:
            each = each.join(Person, Person.id == Enrolment.person_id).group_by(Person.name)
        each = each.order_by(*_order(sort, Enrolment.person_id, touched_at)).limit(limit).offset(offset)
    shown, newest = each.subquery(), aliased(Enrolment)
    return (
        sa.select(
            shown.c.person_id,
            Person.name,
            City.name,
            shown.c.enrolled,
            shown.c.completed,
            shown.c.overdue,
            shown.c.last_at,
        )
        .join_from(shown, Person, Person.id == shown.c.person_id)
        .join(newest, newest.id == shown.c.newest_id)
        .outerjoin(City, City.id == newest.city_id)
        .order_by(*_order(sort, shown.c.person_id, shown.c.touched_at))
    )


def _order(sort: Sort, person_id: Any, touched_at: Any) -> tuple[Any, ...]:
    return {
        Sort.NEWEST: (person_id.desc(),),
        Sort.NAME: (fold(Person.name), person_id),
        Sort.QUIET: (touched_at, person_id),
    }[sort]


def list_rows(person: Identity, filters: Filters, sort: Sort, page: int, size: int = PAGE_SIZE) -> list[Row]:
    """A page, from 1, of the people whose enrolments a report counts. How many there are: `count_practitioners`."""
    return [Row(*row) for row in db.session.execute(_rows(person, filters, sort, size, (page - 1) * size))]


def stream_rows(person: Identity, filters: Filters, sort: Sort) -> Iterator[Row]:
    """All of them one by one, on a connection of its own."""
    return (Row(*row) for row in streamed(db.engine, _rows(person, filters, sort)))
