"""A quiz given to another, and put back to what an edition has."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import rank
from app.courses.models import Course
from app.extensions import db

from ..bank.versions import add_version, free_key
from ..freezing import SlotData, draft_slots
from ..models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from ..settings import QuizSettings


def copy_quiz(quiz: Quiz, into: Quiz, course: Course) -> None:
    """Settings and questions of `quiz` for `into`, a new quiz of `course`. Delivery is each quiz's own.

    A draw brings with it into another course what it could draw.
    """
    into.settings = quiz.settings
    places = draft_slots(quiz)
    for place in places:
        slot, question, pinned = place.slot, place.slot.question, place.slot.pinned_version_id
        if question is not None and question.course_id != course.id:
            question, pinned = _brought_over(question, slot.version or question.latest, course.id), None
        into.slots.append(
            QuizSlot(
                question=question, draw=slot.draw, rank=slot.rank, marks=slot.marks, new_page=slot.new_page,
                pinned_version_id=pinned,
            )
        )  # fmt: skip
    if quiz.course_id != course.id:
        pool = {version.id: version for place in places if place.draw is not None for version in place.versions}
        for version in pool.values():
            _brought_over(version.question, version, course.id)
    db.session.flush()


def _brought_over(theirs: Question, version: QuestionVersion | None, course_id: int) -> Question:
    """The question in another course's bank, in this version.

    It keeps its key unless another question has it there; the same one that came over before is taken.
    """
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


def restore_quiz(quiz: Quiz, settings: QuizSettings, asked: Sequence[SlotData]) -> None:
    """Put `quiz` back to these settings, and to asking this in this order. What is delivery stays.

    A question is pinned to its version where its latest ready one is another.
    """
    quiz.settings = settings
    versions = {
        version.id: version
        for version in db.session.scalars(
            sa.select(QuestionVersion)
            .where(QuestionVersion.id.in_([slot.version_id for slot in asked if slot.draw is None]))
            .options(selectinload(QuestionVersion.question).selectinload(Question.versions))
        )
    }
    stay = list(quiz.slots)
    for data, place in zip(asked, rank.spread(len(asked)), strict=True):
        question = versions[data.version_id].question if data.draw is None else None
        slot = next((s for s in stay if s.question is question and s.draw == data.draw), None)
        if slot is None:
            slot = QuizSlot(question=question, draw=data.draw)
            quiz.slots.append(slot)
        else:
            stay.remove(slot)
        ready = question.latest_ready if question else None
        follows = question is None or (ready is not None and ready.id == data.version_id)
        slot.rank, slot.marks, slot.new_page = place, data.marks, data.new_page
        slot.pinned_version_id = None if follows else data.version_id
    for slot in stay:
        quiz.slots.remove(slot)
    db.session.flush()
