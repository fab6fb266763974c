"""What is read of enrolments, progress and certificates. Hot pages read plain rows by statements built once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.courses.editions import PublishedEdition, get_edition, list_editions
from app.courses.models import Course, CourseSlugHistory
from app.extensions import db

from .models import ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment as pages need it; its standing is counted against the edition in force, whatever was stored."""

    id: int
    cycle: int
    language: str  # one that the edition in force is offered in
    due_at: datetime | None
    enrolled_at: datetime
    touched_at: datetime
    completed_at: datetime | None
    score: float | None
    version: int
    certificate: str | None
    standing: Standing

    @property
    def late(self) -> bool:
        return self.due_at is not None and self.completed_at is None and self.due_at < clock.now()


@dataclass(frozen=True, slots=True)
class Place:
    """A published course, and how one person stands in it (None: not enrolled, or a visitor)."""

    course_id: int
    slug: str
    edition: PublishedEdition
    enrolled: Enrolled | None


# Plain tables: read on every page of learning, so nothing of the mapper's work is done.
_course, _enrolment = Course.__table__, Enrolment.__table__
_completion, _certificate = Completion.__table__, Certificate.__table__
_mine = sa.and_(_enrolment.c.course_id == _course.c.id, _enrolment.c.person_id == sa.bindparam("person"))
_current = sa.and_(_completion.c.enrolment_id == _enrolment.c.id, _completion.c.cycle == _enrolment.c.cycle)

# Courses, each with the enrolment of one person if there is one, and the certificate of its cycle.
_COURSES = sa.select(
    _course.c.id.label("course_id"),
    _course.c.slug,
    _course.c.edition_id,
    _enrolment.c.id,
    _enrolment.c.cycle,
    _enrolment.c.language,
    _enrolment.c.due_at,
    _enrolment.c.enrolled_at,
    _enrolment.c.touched_at,
    _enrolment.c.completed_at,
    _enrolment.c.score,
    _enrolment.c.version_id,
    _enrolment.c.states,
    _enrolment.c.last_activity_id,
    _certificate.c.code,
).select_from(
    _course.outerjoin(_enrolment, _mine)
    .outerjoin(_completion, _current)
    .outerjoin(_certificate, _certificate.c.completion_id == _completion.c.id)
)
_PLACE = _COURSES.where(_course.c.slug == sa.bindparam("slug"), _course.c.edition_id.is_not(None))
_HOME = (
    _COURSES.where(_course.c.edition_id.is_not(None))
    .order_by(_enrolment.c.id.is_(None), _enrolment.c.touched_at.desc(), _course.c.id)
    .limit(200)
)


def find_place(*, slug: str, person_id: int | None) -> Place | None:
    """The published course at `slug` and how the person stands in it, in one statement."""
    row = db.session.connection().execute(_PLACE, {"slug": slug, "person": person_id}).one_or_none()
    return _place(row, get_edition(row.edition_id)) if row else None


def list_home(person_id: int) -> list[Place]:
    """Every course the person is enrolled in, last touched first, then those they could begin; 200 in all.

    One statement.
    """
    rows = db.session.connection().execute(_HOME, {"person": person_id}).all()
    return [
        _place(row, edition) for row, edition in zip(rows, list_editions(row.edition_id for row in rows), strict=True)
    ]


def _place(row: Any, edition: PublishedEdition) -> Place:
    enrolled = None
    if row.id is not None:
        states: dict[int, ActivityState] = row.states
        enrolled = Enrolled(
            id=row.id,
            cycle=row.cycle,
            language=edition.offered(row.language),
            due_at=row.due_at,
            enrolled_at=row.enrolled_at,
            touched_at=row.touched_at,
            completed_at=row.completed_at,
            score=row.score,
            version=row.version_id,
            certificate=row.code,
            standing=Standing(edition, states, row.last_activity_id),
        )
    return Place(course_id=row.course_id, slug=row.slug, edition=edition, enrolled=enrolled)


def find_moved(slug: str) -> str | None:
    """Where a course that was once at `slug` is now."""
    return db.session.scalar(
        sa.select(Course.slug)
        .join(CourseSlugHistory, CourseSlugHistory.course_id == Course.id)
        .where(CourseSlugHistory.slug == slug)
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate with the edition it was earned on."""

    certificate: Certificate
    edition_id: int
    slug: str


_proof = (
    sa.select(Certificate, Completion.edition_id, Course.slug)
    .join(Completion, Completion.id == Certificate.completion_id)
    .join(Course, Course.id == Certificate.course_id)
)


def find_certificate(code: str) -> Proof | None:
    """The certificate with this code, whoever holds it: for the public page."""
    row = db.session.execute(_proof.where(Certificate.code == code)).one_or_none()
    return Proof(*row) if row else None


def list_certificates(person_id: int) -> list[Proof]:
    """A person's certificates, newest first."""
    rows = db.session.execute(
        _proof.where(Certificate.person_id == person_id).order_by(Certificate.issued_at.desc(), Certificate.id)
    )
    return [Proof(*row) for row in rows]


def count_open(course_ids: Sequence[int]) -> dict[int, int]:
    """For each course, how many people are in the middle of it. One statement."""
    open_ones = (
        sa.select(Enrolment.course_id, sa.func.count())
        .where(Enrolment.course_id.in_(course_ids), Enrolment.state == EnrolmentState.OPEN)
        .group_by(Enrolment.course_id)
    )
    counted: dict[int, int] = dict(db.session.execute(open_ones).all())
    return {course_id: counted.get(course_id, 0) for course_id in course_ids}
