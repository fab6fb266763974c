"""The rows that facts are made of: one select for each kind, all in one shape, so that they come in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.models import Affiliation, Person, PersonRole
from app.core.base import Instant
from app.courses.audience.queries import is_for_anyone, takes_in
from app.courses.models import Activity, Course
from app.network.models import City
from app.progress.models import ActivityProgress, Certificate, Completion, Enrolment, LiftedRevocation, RisenScore
from app.quizzes.models import Attempt, AttemptState, Extension, Quiz

from ..models import Declaration
from .subject import belongs, has_come

_SHAPE: dict[str, Any] = {
    "kind": sa.String(12), "person_id": sa.Integer, "course_id": sa.Integer, "other_id": sa.Integer,
    "began": Instant, "ended": Instant, "revoked": Instant, "first_on": sa.Date, "last_on": sa.Date,
    "score": sa.Float, "better": sa.Float, "number": sa.Integer, "words": sa.String(255), "language": sa.String(35),
    "region": sa.String(40), "size": sa.String(20), "document": sa.JSON,
}  # fmt: skip


def _row(kind: str, **values: Any) -> sa.Select[Any]:
    """A select in the one shape; what a kind does not have is NULL, typed so that PostgreSQL unites them."""
    columns = {"kind": sa.literal(kind, _SHAPE["kind"]), **values}
    return sa.select(*(columns.get(name, sa.cast(sa.null(), shape)).label(name) for name, shape in _SHAPE.items()))


def subjects(people: Any, at: datetime) -> sa.Select[Any]:
    """The people, each with their city as of `at`."""
    return (
        _row("subject", person_id=Person.id, other_id=Affiliation.city_id)
        .select_from(Person)
        .outerjoin(Affiliation, sa.and_(Affiliation.person_id == Person.id, belongs(at)))
        .where(Person.id.in_(people))
    )


def cities(people: Any, also: Collection[int], at: datetime) -> sa.Select[Any]:
    """The cities of the people, and those of `also`, with how many practitioners belong to each as of `at`."""
    practitioners = (
        sa.select(sa.func.count())
        .select_from(Affiliation)
        .where(Affiliation.city_id == City.id, belongs(at), has_come())
        .correlate(City)
        .scalar_subquery()
    )
    return _row(
        "city",
        other_id=City.id,
        number=practitioners,
        words=City.name,
        language=City.country,
        region=City.region,
        size=City.size_band,
        first_on=City.joined_on,
        last_on=City.left_on,
    ).where(City.id.in_(_cities_of(people, also, at)))


def courses(ids: Collection[int], quizzes: Collection[int]) -> sa.Select[Any]:
    """The courses with these ids, and those that hold the quizzes; the number is 1 of those not for everybody."""
    return _row(
        "course",
        course_id=Course.id,
        other_id=Course.edition_id,
        ended=Course.archived_at,
        number=sa.case((is_for_anyone(), 0), else_=1),
        words=Course.slug,
        language=Course.source_language,
        document=sa.type_coerce(Course.title, sa.JSON),
    ).where(_named(Course.id, ids, quizzes))


def refused(people: Any, ids: Collection[int], quizzes: Collection[int]) -> sa.Select[Any]:
    """The courses that do not take a person in, as it stands today."""
    return (
        _row("refused", person_id=Person.id, course_id=Course.id)
        .select_from(sa.join(Person, Course, sa.true()))
        .where(Person.id.in_(people), _named(Course.id, ids, quizzes), sa.not_(is_for_anyone()), sa.not_(takes_in()))
    )


def quizzes(ids: Collection[int]) -> sa.Select[Any]:
    return _row(
        "quiz",
        course_id=Activity.course_id,
        other_id=Activity.id,
        words=Activity.kind,
        document=sa.type_coerce(Activity.title, sa.JSON),
    ).where(Activity.id.in_(ids))


def times(ids: Collection[int], quizzes: Collection[int]) -> sa.Select[Any]:
    """When the quizzes open and close of the courses with these ids, and of those that hold the quizzes."""
    opens_at, closes_at = Quiz.__table__.c.opens_at, Quiz.__table__.c.closes_at
    return (
        _row("times", other_id=Activity.id, began=opens_at, ended=closes_at)
        .select_from(sa.join(Activity.__table__, Quiz.__table__, Quiz.__table__.c.id == Activity.id))
        .where(sa.or_(opens_at.is_not(None), closes_at.is_not(None)), _named(Activity.course_id, ids, quizzes))
    )


def extensions(people: Any, ids: Collection[int], quizzes: Collection[int]) -> sa.Select[Any]:
    """What the people, or their city, are given at quizzes of these courses, as it stands today."""
    given = sa.or_(Extension.person_id == Person.id, Extension.city_id == Person.city_id)
    named = sa.select(Activity.id).where(_named(Activity.course_id, ids, quizzes)).correlate(None)
    return (
        _row(
            "extension",
            person_id=Person.id,
            other_id=Extension.quiz_id,
            number=Extension.attempts,
            ended=Extension.closes_at,
        )
        .select_from(sa.join(Person, Extension, given))
        .where(Person.id.in_(people), Extension.quiz_id.in_(named), Extension.withdrawn_at.is_(None))
    )


def tries(people: Any, ids: Collection[int], quizzes: Collection[int], at: datetime) -> sa.Select[Any]:
    """The attempts that the people began by `at` this time through these courses, in whichever state they are today."""
    return (
        _row(
            "try",
            person_id=Enrolment.person_id,
            other_id=Attempt.activity_id,
            words=Attempt.state,
            score=Attempt.score,
        )
        .select_from(sa.join(Enrolment, Attempt, this_time()))
        .where(
            Enrolment.person_id.in_(people),
            _named(Enrolment.course_id, ids, quizzes),
            Enrolment.enrolled_at <= at,
            Attempt.started_at <= at,
        )
    )


def this_time() -> sa.ColumnElement[bool]:
    """That an attempt is of the present time through the course."""
    return sa.and_(Attempt.enrolment_id == Enrolment.id, Attempt.cycle == Enrolment.cycle)


def completions(people: Any, ids: Collection[int], quizzes: Collection[int], at: datetime) -> sa.Select[Any]:
    risen = sa.select(sa.func.max(RisenScore.score)).where(has_risen(at)).correlate(Completion).scalar_subquery()
    return _row(
        "completion",
        person_id=Completion.person_id,
        course_id=Completion.course_id,
        began=Completion.completed_at,
        score=Completion.score,
        better=risen,
    ).where(Completion.person_id.in_(people), _named(Completion.course_id, ids, quizzes), Completion.completed_at <= at)


def has_risen(at: datetime) -> sa.ColumnElement[bool]:
    """That a `RisenScore` is of a `Completion`, by `at`."""
    return sa.and_(
        RisenScore.enrolment_id == Completion.enrolment_id, RisenScore.cycle == Completion.cycle, RisenScore.at <= at
    )


def certificates(people: Any, ids: Collection[int], quizzes: Collection[int], at: datetime) -> sa.Select[Any]:
    return _row(
        "certificate",
        person_id=Certificate.person_id,
        course_id=Certificate.course_id,
        began=Certificate.issued_at,
        ended=Certificate.expires_at,
        revoked=sa.func.coalesce(_was_revoked(at), Certificate.revoked_at),
        words=Certificate.code,
    ).where(Certificate.person_id.in_(people), _named(Certificate.course_id, ids, quizzes), Certificate.issued_at <= at)


def stands(at: datetime) -> sa.ColumnElement[bool]:
    """That a `Certificate` was not revoked as of `at`, whatever was undone since."""
    lifted = sa.select(LiftedRevocation.certificate_id).where(_holds(at)).correlate(None)
    return sa.and_(sa.or_(Certificate.revoked_at.is_(None), Certificate.revoked_at > at), Certificate.id.not_in(lifted))


def _was_revoked(at: datetime) -> sa.ScalarSelect[datetime]:
    """Since when a `Certificate` was revoked as of `at`, if that was undone since."""
    lifted = sa.select(sa.func.max(LiftedRevocation.from_at))
    return (
        lifted.where(_holds(at), LiftedRevocation.certificate_id == Certificate.id)
        .correlate(Certificate)
        .scalar_subquery()
    )


def _holds(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(LiftedRevocation.from_at <= at, LiftedRevocation.to_at > at)


def enrolments(people: Any, ids: Collection[int], quizzes: Collection[int], at: datetime) -> sa.Select[Any]:
    """How the people stand this time through the courses, where that had begun by `at`."""
    return _row(
        "enrolment",
        person_id=Enrolment.person_id,
        course_id=Enrolment.course_id,
        score=Enrolment.score,
        words=Enrolment.state,
        ended=Enrolment.completed_at,
        document=sa.type_coerce(Enrolment.states, sa.JSON),
    ).where(Enrolment.person_id.in_(people), _named(Enrolment.course_id, ids, quizzes), Enrolment.enrolled_at <= at)


def colleagues(people: Any, also: Collection[int], ids: Collection[int], at: datetime) -> sa.Select[Any]:
    """Who of the people's cities, and of those of `also`, completed the courses, and when last.

    Looked up for each who belongs there: a course may have been completed by many more than a city has people.
    """
    last = (
        sa.select(sa.func.max(Completion.completed_at))
        .where(
            Completion.person_id == Affiliation.person_id,
            Completion.course_id == Course.id,
            Completion.completed_at <= at,
        )
        .correlate(Affiliation, Course)
        .scalar_subquery()
    )
    return (
        _row(
            "colleague",
            person_id=Affiliation.person_id,
            course_id=Course.id,
            other_id=Affiliation.city_id,
            began=last,
        )
        .select_from(Affiliation)
        .join(Course, Course.id.in_(ids))
        .where(Affiliation.city_id.in_(_cities_of(people, also, at)), belongs(at), has_come(), last.is_not(None))
    )


def attempts(people: Any, quizzes: Collection[int], at: datetime) -> sa.Select[Any]:
    """The attempts handed in by `at`."""
    return (
        _row(
            "attempt",
            person_id=Enrolment.person_id,
            other_id=Attempt.activity_id,
            began=Attempt.finished_at,
            score=Attempt.score,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Enrolment.person_id.in_(people),
            Attempt.activity_id.in_(quizzes),
            Attempt.state == AttemptState.SUBMITTED,
            Attempt.finished_at <= at,
        )
    )


def passes(people: Any, quizzes: Collection[int], at: datetime) -> sa.Select[Any]:
    """The quizzes passed by `at`."""
    return (
        _row(
            "pass",
            person_id=Enrolment.person_id,
            other_id=ActivityProgress.activity_id,
            began=ActivityProgress.passed_at,
            score=ActivityProgress.score,
        )
        .join(Enrolment, Enrolment.id == ActivityProgress.enrolment_id)
        .where(
            Enrolment.person_id.in_(people), ActivityProgress.activity_id.in_(quizzes), ActivityProgress.passed_at <= at
        )
    )


def roles(people: Any, names: Sequence[str], at: datetime) -> sa.Select[Any]:
    """The roles of these names that the people hold as of `at`."""
    return _row(
        "role",
        person_id=PersonRole.person_id,
        other_id=PersonRole.city_id,
        began=PersonRole.from_at,
        ended=PersonRole.to_at,
        words=PersonRole.role,
    ).where(PersonRole.person_id.in_(people), PersonRole.role.in_(names), holds_role(at))


def holds_role(at: datetime) -> sa.ColumnElement[bool]:
    """That a role is held as of `at`."""
    return sa.and_(PersonRole.from_at <= at, sa.or_(PersonRole.to_at.is_(None), PersonRole.to_at > at))


def declarations(people: Any, keys: Collection[str], at: datetime) -> sa.Select[Any]:
    """What the people stated last by `at`, of each of these keys."""
    return _row(
        "declaration",
        person_id=Declaration.person_id,
        number=sa.cast(Declaration.holds, sa.Integer),
        began=Declaration.at,
        words=Declaration.key,
    ).where(Declaration.person_id.in_(people), Declaration.key.in_(keys), Declaration.at <= at, is_last_word(at))


def is_last_word(at: datetime) -> sa.ColumnElement[bool]:
    """That the person stated nothing else of the same key later, by `at`."""
    later = aliased(Declaration)
    return sa.not_(
        sa.exists()
        .where(
            later.key == Declaration.key,
            later.person_id == Declaration.person_id,
            later.at <= at,
            sa.or_(later.at > Declaration.at, sa.and_(later.at == Declaration.at, later.id > Declaration.id)),
        )
        .correlate(Declaration)
    )


def _named(column: Any, ids: Collection[int], quizzes: Collection[int]) -> sa.ColumnElement[bool]:
    """That a course is one of `ids`, or holds one of the quizzes."""
    if not quizzes:
        return column.in_(ids)
    holding = sa.select(Activity.course_id).where(Activity.id.in_(quizzes)).correlate(None)
    return sa.or_(column.in_(ids), column.in_(holding))


def _cities_of(people: Any, also: Collection[int], at: datetime) -> Any:
    """The ids of the people's cities, and of those of `also`."""
    theirs = sa.select(Affiliation.city_id).where(Affiliation.person_id.in_(people), belongs(at)).correlate(None)
    return theirs.union(sa.select(City.id).where(City.id.in_(also)).correlate(None)) if also else theirs
