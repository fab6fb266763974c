"""What can be done now, in SQL: as `rules.steps` tells it of one person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.courses.audience.queries import admitted
from app.courses.models import Course
from app.progress.certificates.renewal import WINDOW
from app.progress.models import Certificate, Completion, Enrolment, EnrolmentState
from app.quizzes.models import Attempt, AttemptState

from .subject import person_among


def is_offered(course_id: int, *also: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That a course is published, and what else is asked of it."""
    published = sa.select(Course.id).where(Course.id == course_id, Course.edition_id.is_not(None), *also)
    return published.correlate(None).exists()


def is_open(course_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """That a person can take the course, or go on with it, as `rules.steps.closed` tells it."""
    begun = sa.and_(
        is_offered(course_id, Course.archived_at.is_(None)), sa.or_(admitted(course_id), was_in(course_id, at))
    )
    return sa.or_(begun, sa.and_(is_offered(course_id), _goes_on(course_id, at)))


def was_in(course_id: int, at: datetime, *also: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That a person is or was in a course."""
    return person_among(
        sa.select(Enrolment.person_id).where(Enrolment.course_id == course_id, Enrolment.enrolled_at <= at, *also)
    )


def _goes_on(course_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """That a person is in the middle of a course, or left it there and may come back."""
    left = sa.and_(Enrolment.state == EnrolmentState.WITHDRAWN, Enrolment.completed_at.is_(None))
    return was_in(course_id, at, sa.or_(Enrolment.state == EnrolmentState.OPEN, left))


def is_barred(course_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """That a person has completed the course and cannot take it again, as `rules.steps.bar_again` tells it."""
    done = sa.select(Completion.person_id).where(Completion.course_id == course_id, Completion.completed_at <= at)
    renews = person_among(_renewable(course_id, at))
    return sa.and_(person_among(done), sa.not_(_goes_on(course_id, at)), sa.not_(renews))


def _renewable(course_id: int, at: datetime) -> sa.Select[Any]:
    """Whose last certificate of a course, which nothing was completed after, can be renewed."""
    later, done = aliased(Certificate), aliased(Completion)
    superseded = sa.exists().where(
        later.person_id == Certificate.person_id,
        later.course_id == course_id,
        later.issued_at <= at,
        sa.or_(
            later.issued_at > Certificate.issued_at,
            sa.and_(later.issued_at == Certificate.issued_at, later.code > Certificate.code),
        ),
    )
    outdone = sa.exists().where(
        done.person_id == Certificate.person_id,
        done.course_id == course_id,
        done.completed_at <= at,
        done.completed_at > Certificate.issued_at,
    )
    return sa.select(Certificate.person_id).where(
        Certificate.course_id == course_id,
        Certificate.issued_at <= at,
        Certificate.expires_at <= at + WINDOW,
        sa.or_(Certificate.revoked_at.is_(None), Certificate.revoked_at > at),
        sa.not_(superseded.correlate(Certificate)),
        sa.not_(outdone.correlate(Certificate)),
    )


def waits_for_marks(activity_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """That an attempt at the quiz was handed in and is not marked yet."""
    return person_among(
        sa.select(Enrolment.person_id)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .where(
            Attempt.activity_id == activity_id,
            Attempt.state == AttemptState.SUBMITTED,
            Attempt.finished_at <= at,
            Attempt.score.is_(None),
        )
    )
