"""What is read of a bank for questions that come from a file, or go into one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core.errors import NotFound
from app.core.text import Text
from app.courses.models import Activity, Module
from app.extensions import db
from app.quizzes.models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from app.quizzes.types import Content

from .questions import OutgoingQuestion

AT_ONCE = 500  # how many ids one statement may name


@dataclass(frozen=True, slots=True)
class Existing:
    """A question of the bank in its latest version, `number`."""

    id: int
    key: str
    number: int
    state: str
    content: Content
    source_language: str
    category: str
    tags: tuple[str, ...]


def find_existing(course_id: int, keys: Collection[str]) -> dict[str, Existing]:
    """The questions of a course with these keys. One statement for each few hundred."""
    newest = (
        sa.select(QuestionVersion.question_id, sa.func.max(QuestionVersion.number).label("number"))
        .group_by(QuestionVersion.question_id)
        .subquery()
    )
    found = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), AT_ONCE):
        rows = db.session.execute(
            sa.select(Question, QuestionVersion.number, QuestionVersion.state, QuestionVersion.content)
            .join(newest, newest.c.question_id == Question.id)
            .join(
                QuestionVersion,
                sa.and_(QuestionVersion.question_id == Question.id, QuestionVersion.number == newest.c.number),
            )
            .where(Question.course_id == course_id, Question.key.in_(ordered[start : start + AT_ONCE]))
        )
        for question, number, state, content in rows:
            found[question.key] = Existing(
                question.id, question.key, number, state, content, question.source_language, question.category,
                tuple(question.tags),
            )  # fmt: skip
    return found


def list_outgoing(course_id: int, question_ids: Sequence[int]) -> list[OutgoingQuestion]:
    """These questions of a course, in this order, each in its latest ready version or else its latest draft."""
    found: dict[int, OutgoingQuestion] = {}
    for start in range(0, len(question_ids), AT_ONCE):
        rows = db.session.scalars(
            sa.select(Question)
            .where(Question.course_id == course_id, Question.id.in_(question_ids[start : start + AT_ONCE]))
            .options(selectinload(Question.versions))
        )
        for row in rows:
            if (version := row.latest_ready or row.latest or max(row.versions, key=_number, default=None)) is not None:
                found[row.id] = OutgoingQuestion(
                    row.key, version.content, row.source_language, 1.0, row.category, tuple(row.tags)
                )
    return [found[question_id] for question_id in dict.fromkeys(question_ids) if question_id in found]


def _number(version: QuestionVersion) -> int:
    return version.number


@dataclass(frozen=True, slots=True)
class AskedBy:
    """What a quiz asks: its questions with their marks; `drawn` counts the slots that draw theirs from the bank."""

    title: Text
    questions: list[OutgoingQuestion]
    drawn: int


def get_asked_by(course_id: int, quiz_id: int) -> AskedBy:
    """The questions of a quiz of the draft, in its order. Raises `NotFound`."""
    quiz = db.session.scalar(
        sa.select(Quiz)
        .join(Module, Module.id == Activity.module_id)
        .where(
            Quiz.id == quiz_id,
            Activity.course_id == course_id,
            Activity.removed_at.is_(None),
            Module.removed_at.is_(None),
        )
        .options(selectinload(Quiz.slots).selectinload(QuizSlot.question).selectinload(Question.versions))
    )
    if quiz is None:
        raise NotFound
    questions, drawn = [], 0
    for slot in quiz.ordered_slots():
        row = slot.question
        if row is None:
            drawn += 1
            continue
        version = slot.version or row.latest
        if version is None:
            continue
        questions.append(
            OutgoingQuestion(row.key, version.content, row.source_language, slot.marks, row.category, tuple(row.tags))
        )
    return AskedBy(quiz.title, questions, drawn)


def is_ready(existing: Existing) -> bool:
    """Whether quizzes may ask its latest version."""
    return existing.state == VersionState.READY
