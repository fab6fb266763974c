"""One person's record: every course they were enrolled in, and every time through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person, PersonState
from app.core.errors import NotFound
from app.courses.editions import PublishedEdition, list_editions
from app.courses.models import Course
from app.extensions import db
from app.network.models import City
from app.progress.models import ActivityProgress, Certificate, Completion, Enrolment
from app.quizzes.models import Attempt

from .scope import Conditions, seen_by


@dataclass(frozen=True, slots=True)
class Cycle:
    """One time through a course. `minutes`: time spent, where it was measured; `attempts` at its quizzes.

    `state` is the enrolment's for the present cycle, and `completed` for the ones before. `certificate` is its code.
    """

    number: int
    state: str
    completed_at: datetime | None
    score: float | None
    minutes: int
    attempts: int
    certificate: str | None
    certificate_status: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A course as a person took it; the present cycle first."""

    slug: str
    edition: PublishedEdition
    enrolled_at: datetime
    touched_at: datetime
    due_at: datetime | None
    withdrawn_at: datetime | None
    done: int
    total: int
    cycles: tuple[Cycle, ...]

    @property
    def progress(self) -> float:
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """`own`: the reader's. Someone else's shows only the enrolments that the reader may see.

    To who is not of the person's present city, `email` and `city` are empty: a course, or a completion of long ago,
    says nothing of them.
    """

    id: int
    name: str
    email: str
    city: str | None
    taken: tuple[Taken, ...]
    own: bool


def get_record(reader: Identity, person_id: int, at: datetime) -> PersonRecord:
    """The record of a person of whom `reader` may see at least one enrolment. Raises `NotFound`. Six statements."""
    record, known = _record(person_id, seen_by(reader), at, own=False), _may_know(reader, person_id)
    if not record.taken and not known:
        raise NotFound
    return record if known else replace(record, email="", city=None)


def get_own_record(person: Identity, at: datetime) -> PersonRecord:
    """One's own record, with everything in it. Five statements."""
    return _record(person.id, (), at, own=True)


def _may_know(reader: Identity, person_id: int) -> bool:
    if reader.is_administrator:
        return True
    city = db.session.scalar(sa.select(Person.city_id).where(Person.id == person_id))
    return city is not None and city in reader.coordinates


def _record(person_id: int, conditions: Conditions, at: datetime, *, own: bool) -> PersonRecord:
    person = db.session.execute(
        sa.select(Person.id, Person.name, Person.email, City.name.label("city"))
        .outerjoin(City, City.id == Person.city_id)
        .where(Person.id == person_id, Person.state != PersonState.ERASED)
    ).one_or_none()
    if person is None:
        raise NotFound
    rows = db.session.execute(
        sa.select(*Enrolment.__table__.c, Course.slug, Course.edition_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.person_id == person_id, *conditions)
        .order_by(Enrolment.touched_at.desc(), Enrolment.id)
    ).all()
    cycles = _cycles(rows, at)
    editions = list_editions(row.edition_id or row.counted_edition_id for row in rows)
    taken = tuple(
        Taken(
            row.slug, edition, row.first_enrolled_at or row.enrolled_at, row.touched_at, row.due_at, row.withdrawn_at,
            row.done, row.total, cycles[row.id],
        )
        for row, edition in zip(rows, editions, strict=True)
    )  # fmt: skip
    return PersonRecord(person.id, person.name, person.email or "", person.city, taken, own)


def _cycles(rows: Sequence[Any], at: datetime) -> dict[int, tuple[Cycle, ...]]:
    ids = [row.id for row in rows]
    completed = {
        (completion.enrolment_id, completion.cycle): (completion, certificate)
        for completion, certificate in db.session.execute(
            sa.select(Completion, Certificate)
            .outerjoin(Certificate, Certificate.completion_id == Completion.id)
            .where(Completion.enrolment_id.in_(ids))
        )
    }
    seconds = _by_cycle(ActivityProgress, sa.func.sum(ActivityProgress.seconds), ids)
    attempts = _by_cycle(Attempt, sa.func.count(), ids)
    found = {}
    for row in rows:
        cycles = []
        for number in range(row.cycle, 0, -1):
            completion, certificate = completed.get((row.id, number), (None, None))
            present = number == row.cycle
            if not present and completion is None:
                continue
            cycles.append(
                Cycle(
                    number=number,
                    state=row.state if present else "completed",
                    completed_at=completion.completed_at if completion else row.completed_at,
                    score=row.score if present else completion.score if completion else None,
                    minutes=seconds.get((row.id, number), 0) // 60,
                    attempts=attempts.get((row.id, number), 0),
                    certificate=certificate.code if certificate else None,
                    certificate_status=certificate.status_at(at) if certificate else None,
                )
            )
        found[row.id] = tuple(cycles)
    return found


def _by_cycle(table: Any, figure: sa.ColumnElement[int], ids: Sequence[int]) -> dict[tuple[int, int], int]:
    statement = (
        sa.select(table.enrolment_id, table.cycle, figure)
        .where(table.enrolment_id.in_(ids))
        .group_by(table.enrolment_id, table.cycle)
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(statement)}
