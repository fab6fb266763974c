"""What trainers do with a quiz of the draft: its settings, and which questions it asks in which order.

Moving a question, and what it is worth, change the row of its place alone, so that they conflict with nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core import rank
from app.core.errors import NotFound
from app.courses.errors import EditedMeanwhile
from app.courses.models import Activity
from app.extensions import db

from .bank import add_version, free_key
from .errors import TooManyQuestions
from .kind import MINUTES_A_QUESTION
from .models import Question, Quiz, QuizSlot
from .settings import QuizSettings
from .studio_queries import get_quiz

MOST_SLOTS = 200
LONGEST_RANK = 30  # beyond, all places of the quiz are ranked anew


def set_up(*, course_id: int, activity_id: int, settings: QuizSettings, made_from: QuizSettings) -> None:
    """Change how a quiz is taken and graded. It leaves the version of the activity's words alone.

    Raises `EditedMeanwhile` if it was made from other settings than those that stand.
    """
    quiz = _locked(course_id, activity_id)
    if quiz.settings == settings:
        return
    if quiz.settings != made_from:
        raise EditedMeanwhile
    table = Quiz.__table__
    db.session.execute(sa.update(table).where(table.c.id == quiz.id).values(settings=settings))  # type: ignore[arg-type]
    db.session.expire(quiz, ["settings"])


def add_slot(
    *, course_id: int, activity_id: int, question_id: int, marks: float = 1.0, after: int | None = None,
    pinned: int | None = None, first: bool = False,
) -> QuizSlot:  # fmt: skip
    """Let a quiz ask a question of its course's bank: behind the place `after`, at the beginning, or at the end.

    One that it asks already stays where it is. `pinned` is the number of the version to keep to, if to one.
    Raises `NotFound`, `TooManyQuestions`.
    """
    quiz = _locked(course_id, activity_id)
    question = db.session.scalar(sa.select(Question).where(Question.id == question_id, Question.course_id == course_id))
    if question is None:
        raise NotFound
    slots = _ordered(quiz.id)
    for slot in slots:
        if slot.question_id == question.id:
            return slot
    if len(slots) >= MOST_SLOTS:
        raise TooManyQuestions
    place = len(slots)
    if first:
        place = 0
    elif after is not None:
        place = next((i for i, slot in enumerate(slots, 1) if slot.id == after), place)
    version = next((v for v in question.versions if v.number == pinned), None)
    added = QuizSlot(
        quiz_id=quiz.id, question_id=question.id, rank=_rank_at(slots, place), marks=marks,
        pinned_version_id=version.id if version else None,
    )  # fmt: skip
    db.session.add(added)
    db.session.flush()
    _time(quiz)
    return added


def move_slot(*, course_id: int, activity_id: int, slot_id: int, after: int | None) -> None:
    """Put a place behind another, or at the beginning. One that is gone by now counts as the end. Raises `NotFound`."""
    slots = _ordered(get_quiz(course_id, activity_id).id)
    moved = _of(slots, slot_id)
    others = [slot for slot in slots if slot.id != moved.id]
    place = 0
    if after is not None:
        place = next((i for i, slot in enumerate(others, 1) if slot.id == after), len(others))
    if slots.index(moved) != place:
        moved.rank = _rank_at(others, place)
        db.session.flush()


def step_slot(*, course_id: int, activity_id: int, slot_id: int, down: bool) -> None:
    """Put a place one further up or down; at the end it stays. Raises `NotFound`."""
    slots = _ordered(get_quiz(course_id, activity_id).id)
    here = slots.index(_of(slots, slot_id))
    others = [slot for slot in slots if slot.id != slot_id]
    place = min(here + 1, len(others)) if down else max(here - 1, 0)
    if place != here:
        slots[here].rank = _rank_at(others, place)
        db.session.flush()


def weigh_slot(*, course_id: int, activity_id: int, slot_id: int, marks: float) -> None:
    """Say what a question is worth in a quiz. Raises `NotFound`."""
    _of(_ordered(get_quiz(course_id, activity_id).id), slot_id).marks = marks
    db.session.flush()


def follow_latest(*, course_id: int, activity_id: int, slot_id: int) -> None:
    """Let a quiz ask the latest ready version of a question from now on. Raises `NotFound`."""
    slot = _of(_ordered(get_quiz(course_id, activity_id).id), slot_id)
    if slot.question.latest_ready:
        slot.pinned_version_id = None
    db.session.flush()


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What it takes to put a question back: `after` is the place before its own, `pinned` the number it kept to."""

    question_id: int
    marks: float
    after: int | None
    pinned: int | None


def remove_slot(*, course_id: int, activity_id: int, slot_id: int) -> TakenOut | None:
    """Take a question out of a quiz; it stays in the bank. None where it was out already."""
    quiz = _locked(course_id, activity_id)
    slots = _ordered(quiz.id)
    gone = next((slot for slot in slots if slot.id == slot_id), None)
    if gone is None:
        return None
    place = slots.index(gone)
    pinned = gone.version.number if gone.pinned_version_id and gone.version else None
    taken = TakenOut(gone.question_id, gone.marks, slots[place - 1].id if place else None, pinned)
    db.session.delete(gone)
    db.session.flush()
    _time(quiz)
    return taken


def duplicate_slot(*, course_id: int, activity_id: int, slot_id: int, by: int) -> QuizSlot:
    """A question of its own with the same words, behind the one it is made from, for the same marks.

    Raises `NotFound`, `TooManyQuestions`.
    """
    quiz = _locked(course_id, activity_id)
    slots = _ordered(quiz.id)
    slot = _of(slots, slot_id)
    version = slot.version or slot.question.latest
    if version is None:
        raise NotFound
    if len(slots) >= MOST_SLOTS:
        raise TooManyQuestions
    question = Question(
        course_id=course_id, key=free_key(course_id, slot.question.key), category=slot.question.category,
        tags=list(slot.question.tags), source_language=slot.question.source_language,
    )  # fmt: skip
    db.session.add(question)
    db.session.flush()
    add_version(question, version.content, by=by)
    copy = QuizSlot(
        quiz_id=quiz.id, question_id=question.id, rank=_rank_at(slots, slots.index(slot) + 1), marks=slot.marks
    )
    db.session.add(copy)
    db.session.flush()
    _time(quiz)
    return copy


def _locked(course_id: int, activity_id: int) -> Quiz:
    """The quiz, its row held until the commit, so that nothing is added to it twice."""
    quiz = get_quiz(course_id, activity_id)
    db.session.execute(sa.select(Quiz.__table__.c.id).where(Quiz.__table__.c.id == quiz.id).with_for_update())
    db.session.refresh(quiz, ["settings"])
    return quiz


def _ordered(quiz_id: int) -> list[QuizSlot]:
    slots = sa.select(QuizSlot).where(QuizSlot.quiz_id == quiz_id).order_by(QuizSlot.rank, QuizSlot.id)
    return list(db.session.scalars(slots.execution_options(populate_existing=True)))


def _of(slots: Sequence[QuizSlot], slot_id: int) -> QuizSlot:
    for slot in slots:
        if slot.id == slot_id:
            return slot
    raise NotFound


def _rank_at(slots: Sequence[QuizSlot], place: int) -> str:
    """A rank for what is to stand at `place` among these, which are ranked anew where there is no room."""
    before = slots[place - 1].rank if place else None
    after = slots[place].rank if place < len(slots) else None
    if before is None or after is None or before < after:
        between = rank.between(before, after)
        if len(between) <= LONGEST_RANK:
            return between
    ranks = rank.spread(len(slots) + 1)
    own = ranks.pop(place)
    for slot, new in zip(slots, ranks, strict=True):
        slot.rank = new
    return own


def _time(quiz: Quiz) -> None:
    """Count how long the quiz takes anew, unless somebody said so; the version of its words stays."""
    table = Activity.__table__
    count = db.session.scalar(sa.select(sa.func.count()).where(QuizSlot.quiz_id == quiz.id)) or 0
    db.session.execute(
        sa.update(table)  # type: ignore[arg-type]
        .where(table.c.id == quiz.id, table.c.minutes_given.is_(False))
        .values(minutes=max(1, count * MINUTES_A_QUESTION))
    )
    db.session.expire(quiz, ["minutes", "slots"])
