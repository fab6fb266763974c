"""What the settings of a course are, in the draft."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.models import Person
from app.core.models import AuditEvent
from app.extensions import db

from ..models import Activity, Course, Edition, Module
from ..outline import Audience
from .facts import CourseFacts, facts_of


@dataclass(frozen=True, slots=True)
class Settings:
    """A course's settings as they stand; `minutes` is the length of its activities together.

    `edition` is the number of the edition in force, None before the first.
    """

    facts: CourseFacts
    audience: Audience
    minutes: int
    activities: int
    required: int
    edition: int | None


def find_last_writer(course_id: int) -> str | None:
    """The name of who saved the settings of a course last."""
    name: str | None = db.session.scalar(
        sa.select(Person.name)
        .join(AuditEvent, AuditEvent.actor_id == Person.id)
        .where(AuditEvent.subject == f"course:{course_id}", AuditEvent.action == "course.settings")
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return name


def get_settings(course_id: int) -> Settings:
    """The settings of a course that exists, in two statements."""
    course, number = db.session.execute(
        sa.select(Course, Edition.number)
        .outerjoin(Edition, Edition.id == Course.edition_id)
        .where(Course.id == course_id)
        .execution_options(populate_existing=True)
    ).one()
    counted = db.session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(Activity.minutes), 0).label("minutes"),
            sa.func.count().label("activities"),
            sa.func.coalesce(sa.func.sum(sa.case((Activity.required, 1), else_=0)), 0).label("required"),
        )
        .join(Module, Module.id == Activity.module_id)
        .where(Activity.course_id == course_id, Activity.removed_at.is_(None), Module.removed_at.is_(None))
    ).one()
    return Settings(facts_of(course), course.audience, counted.minutes, counted.activities, counted.required, number)
