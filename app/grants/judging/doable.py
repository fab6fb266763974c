"""What can be done now, in SQL: as `rules.steps` tells it of one person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.models import Person
from app.courses.audience.queries import admitted
from app.courses.models import Course
from app.progress.certificates.renewal import WINDOW
from app.progress.models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.standing import DONE_WITH, ROUNDING
from app.quizzes.models import Attempt, AttemptState, Extension

from .rows import stands, this_time
from .shapes import QuizFact
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
    return sa.or_(begun, sa.and_(is_offered(course_id), goes_on(course_id, at)))


def was_in(course_id: int, at: datetime, *also: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That a person is or was in a course."""
    return person_among(
        sa.select(Enrolment.person_id).where(Enrolment.course_id == course_id, Enrolment.enrolled_at <= at, *also)
    )


def goes_on(course_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """That a person is in the middle of a course, or left it there and may come back."""
    left = sa.and_(Enrolment.state == EnrolmentState.WITHDRAWN, Enrolment.completed_at.is_(None))
    return was_in(course_id, at, sa.or_(Enrolment.state == EnrolmentState.OPEN, left))


def is_barred(course_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """That a person has completed the course and cannot take it again, as `rules.steps.bar_again` tells it."""
    done = sa.select(Completion.person_id).where(Completion.course_id == course_id, Completion.completed_at <= at)
    return sa.and_(person_among(done), sa.not_(goes_on(course_id, at)), sa.not_(may_renew(course_id, at)))


def may_renew(course_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """That the time has come to renew a person's last certificate of a course."""
    return person_among(_renewable(course_id, at))


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
        stands(at),
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


def is_over(quiz: QuizFact, at: datetime) -> sa.ColumnElement[bool]:
    """That a person who is in the course cannot begin another attempt, nor end one, as `rules.steps.over` tells it."""
    under_way = person_among(_tries(quiz.id, at).where(Attempt.state == AttemptState.OPEN))
    return sa.and_(sa.or_(is_closed(quiz, at), _is_used_up(quiz, at)), sa.not_(under_way))


def is_closed(quiz: QuizFact, at: datetime) -> sa.ColumnElement[bool]:
    """That a quiz has closed for a person."""
    if quiz.closes_at is None or quiz.closes_at > at:
        return sa.false()
    holder = aliased(Person)
    longer = sa.select(holder.id).join(Extension, _is_for(holder, quiz.id)).where(Extension.closes_at > at)
    return sa.not_(person_among(longer))


def _is_used_up(quiz: QuizFact, at: datetime) -> sa.ColumnElement[bool]:
    if quiz.attempts is None:
        return sa.false()
    holder = aliased(Person)
    more = sa.select(sa.func.max(Extension.attempts)).where(_is_for(holder, quiz.id)).correlate(holder)
    return person_among(
        _tries(quiz.id, at, holder)
        .group_by(holder.id, holder.city_id)
        .having(sa.func.count() >= quiz.attempts + sa.func.coalesce(more.scalar_subquery(), 0))
    )


def _tries(quiz_id: int, at: datetime, holder: Any = None) -> sa.Select[Any]:
    """Who tried a quiz this time through its course, a row for each attempt; with `holder` as the person."""
    chosen = sa.select(Enrolment.person_id if holder is None else holder.id).select_from(Enrolment)
    if holder is not None:
        chosen = chosen.join(holder, holder.id == Enrolment.person_id)
    return chosen.join(Attempt, this_time()).where(
        Attempt.activity_id == quiz_id, Attempt.started_at <= at, Enrolment.enrolled_at <= at
    )


def _is_for(holder: Any, quiz_id: int) -> sa.ColumnElement[bool]:
    """That an extension at a quiz holds for a person."""
    theirs = sa.or_(Extension.person_id == holder.id, Extension.city_id == holder.city_id)
    return sa.and_(Extension.quiz_id == quiz_id, Extension.withdrawn_at.is_(None), theirs)


def lacks_score(course_id: int, min_score: float, at: datetime) -> sa.ColumnElement[bool]:
    """That a person in a course has not the score, in percent, that it asks for."""
    return was_in(course_id, at, sa.or_(Enrolment.score.is_(None), Enrolment.score * 100 < min_score - ROUNDING))


def waits_this_time(quiz_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """As `waits_for_marks`, of the present time through the course."""
    waiting = sa.and_(Attempt.state == AttemptState.SUBMITTED, Attempt.score.is_(None))
    return person_among(_tries(quiz_id, at).where(waiting))


def is_done(
    activity_ids: Collection[int], at: datetime, states: Collection[ActivityState] = DONE_WITH
) -> sa.ColumnElement[bool]:
    """That a person is done with one of the activities this time through their course, or in one of other `states`."""
    done = (
        sa.select(Enrolment.person_id)
        .join(
            ActivityProgress,
            sa.and_(ActivityProgress.enrolment_id == Enrolment.id, ActivityProgress.cycle == Enrolment.cycle),
        )
        .where(
            ActivityProgress.activity_id.in_(activity_ids),
            ActivityProgress.state.in_(states),
            Enrolment.enrolled_at <= at,
        )
    )
    return person_among(done)
