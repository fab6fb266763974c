"""Who teaches a course, as those who lead it see it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.models import Person, PersonState
from app.core.errors import NotFound
from app.core.folding import folded
from app.extensions import db

from ..models import CourseTrainer, TrainerRole


@dataclass(frozen=True, slots=True)
class TrainerLine:
    """One trainer of a course; `languages` those that a translator writes; `only_lead`: there is no other."""

    id: int
    person_id: int
    name: str
    email: str
    active: bool
    role: TrainerRole
    languages: tuple[str, ...]
    only_lead: bool


def list_lines(course_id: int) -> list[TrainerLine]:
    """The trainers of a course: leads, then authors, then translators, each by name. One statement."""
    rows = db.session.execute(
        sa.select(
            CourseTrainer.id,
            CourseTrainer.person_id,
            CourseTrainer.role,
            CourseTrainer.languages,
            Person.name,
            Person.email,
            Person.state,
        )
        .join(Person, Person.id == CourseTrainer.person_id)
        .where(CourseTrainer.course_id == course_id)
    ).all()
    leads = sum(row.role == TrainerRole.LEAD for row in rows)
    lines = [
        TrainerLine(
            id=row.id,
            person_id=row.person_id,
            name=row.name,
            email=row.email or "",
            active=row.state == PersonState.ACTIVE,
            role=TrainerRole(row.role),
            languages=tuple(row.languages),
            only_lead=row.role == TrainerRole.LEAD and leads == 1,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (list(TrainerRole).index(line.role), folded(line.name), line.id))


def get_line(course_id: int, trainer_id: int) -> TrainerLine:
    """One trainer of a course. Raises `NotFound`."""
    for line in list_lines(course_id):
        if line.id == trainer_id:
            return line
    raise NotFound
