"""On what terms somebody may take a quiz now, and what of it they have met before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from app.auth.models import Person
from app.extensions import db
from app.progress.models import Enrolment

from ..models import Attempt, Extension, QuestionVersion, Quiz, Response
from .drawing import Met
from .timing import Allowance


def slack() -> timedelta:
    """How long after its deadline an attempt still takes what was on its way."""
    return timedelta(seconds=current_app.config["SETTINGS"].quiz_slack)


NOTHING_MORE = Allowance()


@dataclass(frozen=True, slots=True)
class Terms:
    """When and how one person may take a quiz: its delivery, and what extensions give them."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    access_code: str | None = None
    allowance: Allowance = NOTHING_MORE

    @property
    def closing(self) -> datetime | None:
        """When the quiz closes for the person."""
        return self.allowance.closing(self.closes_at)


_quiz, _extension, _person = Quiz.__table__, Extension.__table__, Person.__table__
_attempt, _response, _enrolment = Attempt.__table__, Response.__table__, Enrolment.__table__
_theirs = sa.and_(
    _extension.c.quiz_id == _quiz.c.id,
    _extension.c.withdrawn_at.is_(None),
    sa.or_(
        _extension.c.person_id == sa.bindparam("person"),
        _extension.c.city_id
        == sa.select(_person.c.city_id).where(_person.c.id == sa.bindparam("person")).scalar_subquery(),
    ),
)
_TERMS = (
    sa.select(
        _quiz.c.opens_at, _quiz.c.closes_at, _quiz.c.access_code,
        sa.func.max(_extension.c.seconds).label("seconds"), sa.func.max(_extension.c.closes_at).label("closing"),
        sa.func.max(_extension.c.attempts).label("attempts"),
    )
    .select_from(_quiz.outerjoin(_extension, _theirs))
    .where(_quiz.c.id == sa.bindparam("quiz"))
    .group_by(_quiz.c.id)
)  # fmt: skip


def hold(quiz_id: int) -> None:
    """Hold a quiz’s delivery as it is until the commit; on SQLite only one transaction writes at a time anyway."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(sa.select(_quiz.c.id).where(_quiz.c.id == quiz_id).with_for_update(read=True))


def get_terms(quiz_id: int, *, person_id: int) -> Terms:
    """On what terms a person may take a quiz, each part of their extensions at its most generous. One statement."""
    row = db.session.connection().execute(_TERMS, {"quiz": quiz_id, "person": person_id}).one_or_none()
    if row is None:
        return Terms()
    allowance = Allowance(row.seconds or 0, row.closing, row.attempts or 0)
    return Terms(row.opens_at, row.closes_at, row.access_code, allowance)


def list_allowances(quiz_id: int) -> dict[int, Allowance]:
    """What the extensions at a quiz give each person whom one is for, by their id. One statement."""
    rows = db.session.execute(
        sa.select(
            _person.c.id,
            sa.func.max(_extension.c.seconds).label("seconds"),
            sa.func.max(_extension.c.closes_at).label("closes_at"),
            sa.func.max(_extension.c.attempts).label("attempts"),
        )
        .select_from(
            _extension.join(
                _person, sa.or_(_extension.c.person_id == _person.c.id, _extension.c.city_id == _person.c.city_id)
            )
        )
        .where(_extension.c.quiz_id == quiz_id, _extension.c.withdrawn_at.is_(None))
        .group_by(_person.c.id)
    )
    return {row.id: Allowance(row.seconds, row.closes_at, row.attempts) for row in rows}


def list_met(version_ids: Iterable[int], *, person_id: int) -> dict[int, Met]:
    """For each version its question, and how often this person has been asked that question. One statement."""
    asked = sa.alias(QuestionVersion.__table__, "asked")
    times = (
        sa.select(asked.c.question_id, sa.func.count().label("times"))
        .select_from(
            _enrolment.join(_attempt, _attempt.c.enrolment_id == _enrolment.c.id)
            .join(_response, _response.c.attempt_id == _attempt.c.id)
            .join(asked, asked.c.id == _response.c.version_id)
        )
        .where(_enrolment.c.person_id == person_id)
        .group_by(asked.c.question_id)
        .subquery()
    )
    version = QuestionVersion.__table__
    rows = db.session.execute(
        sa.select(version.c.id, version.c.question_id, times.c.times)
        .select_from(version.outerjoin(times, times.c.question_id == version.c.question_id))
        .where(version.c.id.in_(set(version_ids)))
    )
    return {row.id: Met(row.question_id, row.times or 0) for row in rows}
