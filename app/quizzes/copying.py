"""A quiz given to another, and put back to what an edition has."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import rank
from app.courses.models import Course
from app.extensions import db

from .bank import add_version, free_key
from .models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from .settings import QuizSettings


def copy_quiz(quiz: Quiz, into: Quiz, course: Course) -> None:
    """Settings and questions of `quiz` for `into`, a new quiz of `course`."""
    into.settings = quiz.settings
    for slot in quiz.ordered_slots():
        question, pinned = slot.question, slot.pinned_version_id
        if question.course_id != course.id:
            question, pinned = _brought_over(slot, course.id), None
        into.slots.append(QuizSlot(question=question, rank=slot.rank, marks=slot.marks, pinned_version_id=pinned))
    db.session.flush()


def _brought_over(slot: QuizSlot, course_id: int) -> Question:
    """The question in another course's bank, in the version that is asked, else its latest draft.

    It keeps its key unless another question has it there; the same one that came over before is taken.
    """
    theirs = slot.question
    version = slot.version or theirs.latest
    there = db.session.scalar(
        sa.select(Question)
        .where(Question.course_id == course_id, Question.key == theirs.key)
        .options(selectinload(Question.versions))
    )
    if there and version and any(own.content == version.content for own in there.versions[-1:]):
        return there
    question = Question(
        course_id=course_id,
        key=free_key(course_id, theirs.key) if there else theirs.key,
        category=theirs.category,
        tags=list(theirs.tags),
        source_language=theirs.source_language,
    )
    db.session.add(question)
    db.session.flush()
    if version:
        add_version(question, version.content, by=version.saved_by_id, state=VersionState(version.state))
    return question


def restore_quiz(quiz: Quiz, settings: QuizSettings, asked: Sequence[tuple[int, float]]) -> None:
    """Put `quiz` back to these settings, and to asking these versions, by id, for these marks, in this order.

    A question is pinned to its version where its latest ready one is another.
    """
    quiz.settings = settings
    versions = {
        version.id: version
        for version in db.session.scalars(
            sa.select(QuestionVersion)
            .where(QuestionVersion.id.in_([version_id for version_id, _marks in asked]))
            .options(selectinload(QuestionVersion.question).selectinload(Question.versions))
        )
    }
    stay = {slot.question_id: slot for slot in quiz.slots}
    for (version_id, marks), place in zip(asked, rank.spread(len(asked)), strict=True):
        question = versions[version_id].question
        slot = stay.pop(question.id, None)
        if slot is None:
            slot = QuizSlot(question=question)
            quiz.slots.append(slot)
        latest = question.latest_ready
        slot.rank, slot.marks = place, marks
        slot.pinned_version_id = None if latest and latest.id == version_id else version_id
    for slot in stay.values():
        quiz.slots.remove(slot)
    db.session.flush()
