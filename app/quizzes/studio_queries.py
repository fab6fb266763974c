"""What is read of quizzes and of the bank as trainers edit them.

Never through the versions that `queries` keeps: a version that was not published may go, and its id come again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.errors import NotFound
from app.courses import queries as courses
from app.extensions import db

from .kind import untranslated
from .models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from .types import Content


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A place in a quiz as its editor lists it. `version` is what it asks, else the latest draft."""

    id: int
    question_id: int
    source_language: str
    content: Content
    marks: float
    version: int
    latest: int
    ready: bool
    pinned: bool
    latest_ready: int | None
    behind: tuple[str, ...]  # the languages of the course that it is not, or no longer, translated into

    @property
    def newer_draft(self) -> bool:
        """Whether somebody is at work on a version that is not ready."""
        return self.ready and self.latest > max(self.version, self.latest_ready or 0)

    @property
    def held_back(self) -> bool:
        """Whether it keeps asking an older version than the latest that is ready."""
        return self.pinned and self.latest_ready is not None and self.latest_ready > self.version


def get_quiz(course_id: int, activity_id: int) -> Quiz:
    """A quiz that stands in the draft. Raises `NotFound`."""
    activity = courses.get_draft_activity(course_id, activity_id)
    if not isinstance(activity, Quiz):
        raise NotFound
    return activity


def find_quiz(course_id: int, activity_id: int | None) -> Quiz | None:
    """As `get_quiz`; None where there is no such quiz."""
    try:
        return get_quiz(course_id, activity_id) if activity_id else None
    except NotFound:
        return None


def list_slots(quiz: Quiz, languages: Sequence[str]) -> list[SlotLine]:
    """The places of a quiz in order, with what each asks, and what it lacks of `languages`. Three statements."""
    rows = db.session.execute(
        sa.select(
            QuizSlot.id, QuizSlot.question_id, QuizSlot.marks, QuizSlot.pinned_version_id, Question.source_language
        )
        .join(Question, Question.id == QuizSlot.question_id)
        .where(QuizSlot.quiz_id == quiz.id)
        .order_by(QuizSlot.rank, QuizSlot.id)
    ).all()
    numbers: dict[int, list[Any]] = {}
    for version in db.session.execute(
        sa.select(QuestionVersion.question_id, QuestionVersion.id, QuestionVersion.number, QuestionVersion.state)
        .where(QuestionVersion.question_id.in_({row.question_id for row in rows}))
        .order_by(QuestionVersion.number)
    ).all():
        numbers.setdefault(version.question_id, []).append(version)
    asked = {}
    for row in rows:
        versions = numbers[row.question_id]
        pinned = [version for version in versions if version.id == row.pinned_version_id]
        ready = [version for version in versions if version.state == VersionState.READY]
        shown = [version for version in versions if version.state != VersionState.HIDDEN]
        asked[row.id] = ((pinned or ready or versions)[-1], (shown or versions)[-1], ready[-1] if ready else None)
    contents = _contents(version.id for version, _latest, _ready in asked.values())
    lines = []
    for row in rows:
        version, latest, ready_version = asked[row.id]
        content = contents[version.id]
        lines.append(
            SlotLine(
                id=row.id, question_id=row.question_id, source_language=row.source_language, content=content,
                marks=row.marks, version=version.number, latest=latest.number,
                ready=version.id == row.pinned_version_id or version.state == VersionState.READY,
                pinned=row.pinned_version_id is not None,
                latest_ready=ready_version.number if ready_version else None,
                behind=tuple(
                    tag for tag in languages
                    if tag != row.source_language and untranslated(content, row.source_language, tag)
                ),
            )
        )  # fmt: skip
    return lines


def _contents(ids: Iterable[int]) -> dict[int, Content]:
    wanted = set(ids)
    rows = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.content).where(QuestionVersion.id.in_(wanted))
    )
    return {row.id: row.content for row in rows}
