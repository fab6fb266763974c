"""What is read of one question of the bank as its trainers edit it.

Never through the versions that `queries` keeps: a version that was not published may go, and its id come again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Person
from app.core.errors import NotFound
from app.courses.models import Edition
from app.extensions import db

from ..bank.naming import Filed
from ..bank.usage import Usage, usage_in
from ..models import Attempt, AttemptState, Question, QuestionVersion, Response, VersionState
from ..types import Content

MOST_VERSIONS = 30  # told of a question, the newest


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version of a question, who saved it and when."""

    number: int
    ready: bool
    content: Content
    created_at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class EditedQuestion:
    """A question with its versions, the newest first, where it stands and is used, and how many attempts answered it
    in each edition, by number. A hidden one has its hidden versions, another those that are not."""

    id: int
    key: str
    source_language: str
    filed: Filed
    hidden: bool
    versions: tuple[VersionLine, ...]
    usage: Usage
    answered: dict[int, int]

    @property
    def latest(self) -> VersionLine:
        return self.versions[0]

    def version(self, number: int) -> VersionLine:
        """The version of that number. Raises `NotFound`."""
        for version in self.versions:
            if version.number == number:
                return version
        raise NotFound


def get_question(course_id: int, question_id: int) -> EditedQuestion:
    """A question of a course's bank with its newest versions. At most eight statements. Raises `NotFound`."""
    question = db.session.execute(
        sa.select(Question.id, Question.key, Question.source_language, Question.category, Question.tags).where(
            Question.course_id == course_id, Question.id == question_id
        )
    ).one_or_none()
    if question is None:
        raise NotFound
    offered = sa.exists().where(
        QuestionVersion.question_id == question_id, QuestionVersion.state != VersionState.HIDDEN
    )
    versions = db.session.execute(
        sa.select(
            QuestionVersion.number, QuestionVersion.state, QuestionVersion.content, QuestionVersion.created_at,
            Person.name,
        )
        .outerjoin(Person, Person.id == QuestionVersion.saved_by_id)
        .where(
            QuestionVersion.question_id == question_id,
            sa.or_(QuestionVersion.state != VersionState.HIDDEN, ~offered.correlate(None)),
        )
        .order_by(QuestionVersion.number.desc())
        .limit(MOST_VERSIONS)
    ).all()  # fmt: skip
    if not versions:
        raise NotFound
    return EditedQuestion(
        question.id, question.key, question.source_language, Filed(question.category, tuple(question.tags)),
        versions[0].state == VersionState.HIDDEN,
        tuple(
            VersionLine(v.number, v.state != VersionState.DRAFT, v.content, v.created_at, v.name) for v in versions
        ),
        usage_in(course_id, among=[question_id]).of(question_id, question.category, question.tags),
        _answered(question_id),
    )  # fmt: skip


def _answered(question_id: int) -> dict[int, int]:
    """Number of an edition to how many attempts at it answered the question and were handed in."""
    rows = db.session.execute(
        sa.select(Edition.number, sa.func.count().label("attempts"))
        .select_from(Response)
        .join(QuestionVersion, QuestionVersion.id == Response.version_id)
        .join(Attempt, Attempt.id == Response.attempt_id)
        .join(Edition, Edition.id == Attempt.edition_id)
        .where(
            QuestionVersion.question_id == question_id, Attempt.state == AttemptState.SUBMITTED,
            Response.answer.is_not(None),
        )
        .group_by(Edition.number)
    )  # fmt: skip
    return {row.number: row.attempts for row in rows}
