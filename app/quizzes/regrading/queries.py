"""What is read to regrade: the questions of a quiz with their versions, the answers to one, and regrades made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person
from app.core import clock
from app.core.errors import NotFound
from app.courses.models import Activity
from app.extensions import db
from app.network.models import City
from app.progress.models import Enrolment

from .. import queries
from ..marking.attempt_queries import Who, hidden
from ..marking.queries import MarkedQuiz
from ..models import Attempt, AttemptState, Mark, Question, QuestionVersion, QuizSlot, Regrade, Response, VersionState
from ..settings import QuizSettings
from ..types import Content
from .grading import Answered, Plan, Taken, Tried, plan

_LAST = 1_000_000  # after all that have a place in the quiz
SILENCE = timedelta(minutes=2)  # after which a regrade under way is given up for lost


@dataclass(frozen=True, slots=True)
class Key:
    """A version of a question by whose key answers can be graded. `answers`: how many are graded by it now."""

    id: int
    number: int
    content: Content
    marks_hash: str
    created_at: datetime
    answers: int


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that submitted attempts at a quiz answered; its keys are the newest first.

    `number`: its place in the quiz as it is written now, from 1; none where it is drawn, or asked no more.
    """

    id: int
    number: int | None
    source_language: str
    keys: tuple[Key, ...]
    last_regraded_at: datetime | None

    @property
    def newest(self) -> Key:
        return self.keys[0]

    @property
    def used(self) -> Key:
        """The key that most answers are graded by."""
        return max(self.keys, key=lambda key: (key.answers, key.number))

    @property
    def answers(self) -> int:
        return sum(key.answers for key in self.keys)

    @property
    def behind(self) -> int:
        """How many answers are graded by another key than that of the newest version."""
        return sum(key.answers for key in self.keys if key.marks_hash != self.newest.marks_hash)

    def key(self, version_id: int | None) -> Key:
        """The key of a version; of the newest for None. Raises `NotFound`."""
        for key in self.keys:
            if version_id in (None, key.id):
                return key
        raise NotFound


@dataclass(frozen=True, slots=True)
class RegradeLine:
    """A regrade that was made. `done` of `responses` marks are changed so far."""

    id: int
    quiz_id: int
    question_id: int
    version: int
    content: Content
    source_language: str
    by: str | None
    at: datetime
    reason: str
    responses: int
    attempts: int
    done: int

    @property
    def under_way(self) -> bool:
        return self.done < self.responses


def list_questions(quiz: MarkedQuiz) -> list[AskedQuestion]:
    """The questions that submitted attempts at a quiz answered and a key decides, those to look at first.

    Then as they stand in the quiz. Two statements.
    """
    graded_by = sa.func.coalesce(Response.graded_version_id, Response.version_id)
    counted = (
        sa.select(graded_by.label("version_id"), sa.func.count().label("answers"))
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(Attempt.activity_id == quiz.id, Attempt.state == AttemptState.SUBMITTED)
        .group_by(graded_by)
        .subquery()
    )
    asked = (
        sa.select(QuestionVersion.question_id)
        .join(counted, counted.c.version_id == QuestionVersion.id)
        .scalar_subquery()
    )
    last = (
        sa.select(sa.func.max(Regrade.at))
        .where(Regrade.quiz_id == quiz.id, Regrade.question_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
    )
    places = (
        sa.select(
            QuizSlot.question_id, sa.func.row_number().over(order_by=(QuizSlot.rank, QuizSlot.id)).label("number")
        )
        .where(QuizSlot.quiz_id == quiz.id)
        .subquery()
    )
    place = (
        sa.select(sa.func.min(places.c.number))
        .where(places.c.question_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Question.id, place.label("place"), Question.source_language, QuestionVersion.id.label("version_id"),
            QuestionVersion.number, QuestionVersion.content, QuestionVersion.marks_hash, QuestionVersion.created_at,
            counted.c.answers, last.label("last"),
        )
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .outerjoin(counted, counted.c.version_id == QuestionVersion.id)
        .where(
            Question.course_id == quiz.course_id,
            Question.id.in_(asked),
            sa.or_(QuestionVersion.state == VersionState.READY, counted.c.answers.is_not(None)),
        )
        .order_by(Question.id, QuestionVersion.number.desc())
    ).all()  # fmt: skip
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    questions = [
        AskedQuestion(
            versions[0].id, versions[0].place, versions[0].source_language,
            tuple(
                Key(v.version_id, v.number, v.content, v.marks_hash, v.created_at, v.answers or 0) for v in versions
            ),
            versions[0].last,
        )
        for versions in found.values()
        if not versions[0].content.marked_by_hand
    ]  # fmt: skip
    return sorted(questions, key=lambda question: (-question.behind, question.number or _LAST, question.id))


def get_question(quiz: MarkedQuiz, question_id: int) -> AskedQuestion:
    """One of `list_questions`. Raises `NotFound`."""
    for question in list_questions(quiz):
        if question.id == question_id:
            return question
    raise NotFound


def make_plan(quiz: MarkedQuiz, question_id: int, version_id: int, content: Content) -> Plan:
    """What grading the answers to a question by the key of a version would change. Two statements."""
    return plan(version_id, content, quiz.settings, list_taken(quiz.id, question_id), _list_tried(quiz.id))


@dataclass(frozen=True, slots=True)
class Standing:
    """What tells a quiz's marks from any others: how many attempts are handed in, and the last mark that was given."""

    submitted: int
    last_mark: int


def get_standing(activity_id: int) -> Standing:
    """How the marks of a quiz stand. Two statements."""
    submitted = sa.select(sa.func.count()).where(
        Attempt.activity_id == activity_id, Attempt.state == AttemptState.SUBMITTED
    )
    last = (
        sa.select(sa.func.max(Mark.id))
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .where(Attempt.activity_id == activity_id)
    )
    return Standing(db.session.scalar(submitted) or 0, db.session.scalar(last) or 0)


def list_taken(activity_id: int, question_id: int, until: datetime | None = None) -> list[Taken]:
    """The answers to a question in submitted attempts at a quiz (finished by `until`), by attempt and slot."""
    chosen = (
        sa.select(
            Response.attempt_id, Response.slot, Response.marks, Response.answer, Response.tries, Response.certainty,
            Response.fraction, Response.waits, Response.marked_by_id, Attempt.language, Attempt.edition_id,
        )
        .join(Attempt, Attempt.id == Response.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == Response.version_id)
        .where(
            Attempt.activity_id == activity_id,
            Attempt.state == AttemptState.SUBMITTED,
            QuestionVersion.question_id == question_id,
        )
        .order_by(Response.attempt_id, Response.slot)
    )  # fmt: skip
    if until is not None:
        chosen = chosen.where(Attempt.finished_at <= until)
    return [
        taken(row, row.language, queries.taken_under(row.edition_id, activity_id))
        for row in db.session.execute(chosen).all()
    ]


def taken(row: Any, language: str, under: QuizSettings) -> Taken:
    """A response, or a row with its columns, as it is graded by the settings that its attempt was taken under."""
    return Taken(
        row.attempt_id, row.slot, row.marks, language, Answered(row.answer, tuple(row.tries or ()), row.certainty),
        row.fraction or 0.0, row.waits, row.marked_by_id is not None, under,
    )  # fmt: skip


def _list_tried(activity_id: int) -> list[Tried]:
    rows = db.session.execute(
        sa.select(
            Attempt.id, Attempt.enrolment_id, Attempt.cycle, Attempt.number, Attempt.score,
            sa.func.sum(Response.marks).label("whole"),
            sa.func.sum(sa.func.coalesce(Response.fraction, 0.0) * Response.marks).label("earned"),
        )
        .join(Response, Response.attempt_id == Attempt.id)
        .where(Attempt.activity_id == activity_id, Attempt.state == AttemptState.SUBMITTED)
        .group_by(Attempt.id)
    )  # fmt: skip
    return [
        Tried(row.id, (row.enrolment_id, row.cycle), row.number, row.whole or 0.0, row.earned or 0.0, row.score)
        for row in rows
    ]


def list_who(quiz: MarkedQuiz, attempt_ids: Iterable[int]) -> dict[int, Who]:
    """Whose attempts these are; those are left out whom whoever marks is not to know."""
    waiting = (
        sa.select(sa.func.count())
        .where(Response.attempt_id == Attempt.id, Response.waits)
        .correlate(Attempt)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Attempt.id, Attempt.state, Person.name, City.name.label("city"), waiting.label("waiting"))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .where(Attempt.activity_id == quiz.id, Attempt.id.in_(list(attempt_ids)))
    )
    return {row.id: Who(row.name, row.city) for row in rows if not hidden(quiz, row.state, row.waiting)}


_done = sa.select(sa.func.count()).where(Mark.regrade_id == Regrade.id).correlate(Regrade).scalar_subquery()


def _regrades() -> Any:
    return (
        sa.select(
            Regrade.id, Regrade.quiz_id, Regrade.question_id, QuestionVersion.number, QuestionVersion.content,
            Question.source_language, Person.name, Regrade.at, Regrade.reason, Regrade.responses, Regrade.attempts,
            _done.label("done"),
        )
        .join(QuestionVersion, QuestionVersion.id == Regrade.version_id)
        .join(Question, Question.id == Regrade.question_id)
        .join(Activity, Activity.id == Regrade.quiz_id)
        .outerjoin(Person, Person.id == Regrade.by_id)
    )  # fmt: skip


def list_regrades(activity_id: int) -> list[RegradeLine]:
    """The regrades of a quiz, the latest first."""
    rows = db.session.execute(_regrades().where(Regrade.quiz_id == activity_id).order_by(Regrade.id.desc()))
    return [RegradeLine(*row) for row in rows]


def get_regrade(course_id: int, regrade_id: int) -> RegradeLine:
    """A regrade in a course. Raises `NotFound`."""
    row = db.session.execute(_regrades().where(Regrade.id == regrade_id, Activity.course_id == course_id)).one_or_none()
    if row is None:
        raise NotFound
    return RegradeLine(*row)


def list_lost() -> Sequence[int]:
    """The regrades that have not changed every mark they are to, and changed none for a while."""
    last = sa.select(sa.func.max(Mark.at)).where(Mark.regrade_id == Regrade.id).correlate(Regrade).scalar_subquery()
    unheard = sa.func.coalesce(last, Regrade.at) < clock.now() - SILENCE
    return db.session.scalars(sa.select(Regrade.id).where(_done < Regrade.responses, unheard)).all()
