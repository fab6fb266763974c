"""The courses of a person, as their coordinator and administrators see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person
from app.auth.people.queries import of_people
from app.core.errors import NotFound
from app.core.text import Text
from app.courses.editions import list_editions
from app.courses.models import Course
from app.extensions import db

from ..models import Enrolment, EnrolmentState


@dataclass(frozen=True, slots=True)
class EnrolmentLine:
    """Somebody's enrolment in a course, in a list."""

    id: int
    person_id: int
    slug: str
    title: Text
    source_language: str
    state: EnrolmentState
    done: int
    total: int
    due_at: datetime | None
    late: bool
    completed_at: datetime | None
    withdrawn_at: datetime | None


def list_enrolments(person: Identity, people: Sequence[int], at: datetime) -> dict[int, list[EnrolmentLine]]:
    """For each of these people whom `person` may see, their enrolments: open ones first. One statement."""
    rows = db.session.execute(
        sa.select(
            Enrolment.id, Enrolment.person_id, Enrolment.state, Enrolment.done, Enrolment.total, Enrolment.due_at,
            Enrolment.completed_at, Enrolment.withdrawn_at, Course.slug, Course.edition_id,
        )
        .join(Course, Course.id == Enrolment.course_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.person_id.in_(people), of_people(person), Course.edition_id.is_not(None))
        .order_by(Enrolment.state != EnrolmentState.OPEN, Enrolment.enrolled_at.desc(), Enrolment.id)
    ).all()  # fmt: skip
    found: dict[int, list[EnrolmentLine]] = defaultdict(list)
    for row, edition in zip(rows, list_editions(row.edition_id for row in rows), strict=True):
        late = row.state == EnrolmentState.OPEN and row.due_at is not None and row.due_at < at
        found[row.person_id].append(
            EnrolmentLine(
                row.id, row.person_id, row.slug, edition.outline.title, edition.outline.source_language,
                EnrolmentState(row.state), row.done, row.total, row.due_at, late, row.completed_at, row.withdrawn_at,
            )
        )  # fmt: skip
    return found


def get_enrolment_id(person: Identity, person_id: int, enrolment_id: int) -> int:
    """The id of an enrolment of somebody whom `person` may see. Raises `NotFound`."""
    found = db.session.scalar(
        sa.select(Enrolment.id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id == enrolment_id, Enrolment.person_id == person_id, of_people(person))
    )
    if found is None:
        raise NotFound
    return found
