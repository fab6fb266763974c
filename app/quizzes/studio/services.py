"""What trainers do with a quiz of the draft: its settings, and which questions it asks in which order.

Moving a question, and what it is worth, change the row of its place alone, so that they conflict with nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import msgspec
import sqlalchemy as sa

from app.core import rank
from app.core.errors import NotFound
from app.core.text import Phrase, Text
from app.courses.errors import EditedMeanwhile
from app.courses.models import Activity, Course
from app.extensions import db

from ..bank.versions import add_version, free_key
from ..errors import TooManyQuestions
from ..kind import minutes_of
from ..models import Draw, Question, Quiz, QuizSlot
from ..settings import Band, QuizSettings
from .queries import get_quiz

MOST_SLOTS = 200
LONGEST_RANK = 30  # beyond, all places of the quiz are ranked anew


def set_up(
    *, course_id: int, activity_id: int, settings: QuizSettings, made_from: QuizSettings,
    kept: Sequence[int | None] = (),
) -> None:  # fmt: skip
    """Change how a quiz is taken and graded. It leaves the version of the activity's words alone.

    What is said to scores comes in the course's own language; `kept` names for each of these words the place of those
    in `made_from` that they are made from, whose translations stay. Raises `EditedMeanwhile` if it was made from other
    settings than those that stand, translations apart.
    """
    quiz = _locked(course_id, activity_id)
    source = db.session.scalars(sa.select(Course.source_language).where(Course.id == course_id)).one()
    stands = quiz.settings
    if _bare(stands, source) == _bare(settings, source):
        return
    if _bare(stands, source) != _bare(made_from, source):
        raise EditedMeanwhile
    bands = []
    for band, was in zip_longest(settings.bands, kept[: len(settings.bands)]):
        former = Text({}) if was is None else stands.bands[was].text
        bands.append(Band(band.from_percent, former.with_phrase(source, band.text.best(source, source), source)))
    settings = msgspec.structs.replace(settings, bands=tuple(bands))
    table = Quiz.__table__
    db.session.execute(sa.update(table).where(table.c.id == quiz.id).values(settings=settings))  # type: ignore[arg-type]
    db.session.expire(quiz, ["settings"])
    _time(quiz)


def _bare(settings: QuizSettings, source: str) -> QuizSettings:
    """Settings without translations, which are made elsewhere."""
    bands = tuple(
        Band(band.from_percent, Text({source: Phrase(band.text.best(source, source))})) for band in settings.bands
    )
    return msgspec.structs.replace(settings, bands=bands)


def add_slot(
    *, course_id: int, activity_id: int, question_id: int, marks: float = 1.0, after: int | None = None,
    pinned: int | None = None, first: bool = False, new_page: bool = True,
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
    version = next((v for v in question.versions if v.number == pinned), None)
    added = QuizSlot(
        quiz_id=quiz.id, question_id=question.id, rank=_rank_at(slots, _place(slots, after, first)), marks=marks,
        new_page=new_page, pinned_version_id=version.id if version else None,
    )  # fmt: skip
    db.session.add(added)
    db.session.flush()
    _time(quiz)
    return added


def add_draws(
    *, course_id: int, activity_id: int, draw: Draw, count: int = 1, marks: float = 1.0, after: int | None = None,
    first: bool = False, new_page: bool = True,
) -> list[QuizSlot]:  # fmt: skip
    """Let a quiz draw `count` questions from its course's bank, each in a place of its own, where `add_slot` puts one.

    Raises `NotFound`, `TooManyQuestions`.
    """
    quiz = _locked(course_id, activity_id)
    slots = _ordered(quiz.id)
    if len(slots) + count > MOST_SLOTS:
        raise TooManyQuestions
    place = _place(slots, after, first)
    added = []
    for _again in range(count):
        slot = QuizSlot(quiz_id=quiz.id, draw=draw, rank=_rank_at(slots, place), marks=marks, new_page=new_page)
        db.session.add(slot)
        slots.insert(place, slot)
        place += 1
        added.append(slot)
    db.session.flush()
    _time(quiz)
    return added


def redraw_slot(*, course_id: int, activity_id: int, slot_id: int, draw: Draw) -> None:
    """Say from where a place draws. Raises `NotFound`, also for one that asks a question for sure."""
    slot = _of(_ordered(get_quiz(course_id, activity_id).id), slot_id)
    if slot.draw is None:
        raise NotFound
    slot.draw = draw
    db.session.flush()


def turn_page(*, course_id: int, activity_id: int, slot_id: int, new_page: bool) -> None:
    """Let a page begin with a place, or let it stand on the page of the one before. Raises `NotFound`."""
    _of(_ordered(get_quiz(course_id, activity_id).id), slot_id).new_page = new_page
    db.session.flush()


def paginate(*, course_id: int, activity_id: int, questions: int | None) -> None:
    """Put all places on pages of so many questions each; None: on one page."""
    quiz = _locked(course_id, activity_id)
    for number, slot in enumerate(_ordered(quiz.id)):
        slot.new_page = number == 0 if questions is None else number % questions == 0
    db.session.flush()


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
    if slot.question and slot.question.latest_ready:
        slot.pinned_version_id = None
    db.session.flush()


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What it takes to put a question, or a draw, back.

    `after` is the place before its own, `pinned` the number of the version that it kept to.
    """

    question_id: int | None
    draw: Draw | None
    marks: float
    new_page: bool
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
    after = slots[place - 1].id if place else None
    taken = TakenOut(gone.question_id, gone.draw, gone.marks, gone.new_page, after, pinned)
    db.session.delete(gone)
    db.session.flush()
    _time(quiz)
    return taken


def duplicate_slot(*, course_id: int, activity_id: int, slot_id: int, by: int) -> QuizSlot:
    """A question of its own with the same words, behind the one it is made from, for the same marks.

    Of a draw, another one of the same. Raises `NotFound`, `TooManyQuestions`.
    """
    # The course before its quiz, as where the bank is changed: the new question refers to it.
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
    quiz = _locked(course_id, activity_id)
    slots = _ordered(quiz.id)
    slot = _of(slots, slot_id)
    if len(slots) >= MOST_SLOTS:
        raise TooManyQuestions
    question = slot.question and _twin(slot, slot.question, by)
    copy = QuizSlot(
        quiz_id=quiz.id, question_id=question.id if question else None, draw=slot.draw,
        rank=_rank_at(slots, slots.index(slot) + 1), marks=slot.marks, new_page=slot.new_page,
    )  # fmt: skip
    db.session.add(copy)
    db.session.flush()
    _time(quiz)
    return copy


def _twin(slot: QuizSlot, question: Question, by: int) -> Question:
    """A question with the words of another, in the version that a place asks, else its latest draft."""
    version = slot.version or question.latest
    if version is None:
        raise NotFound
    twin = Question(
        course_id=question.course_id, key=free_key(question.course_id, question.key), category=question.category,
        tags=list(question.tags), source_language=question.source_language,
    )  # fmt: skip
    db.session.add(twin)
    db.session.flush()
    add_version(twin, version.content, by=by)
    return twin


def _locked(course_id: int, activity_id: int) -> Quiz:
    """The quiz, its rows held until the commit, so that nothing is added to it twice: first that of the activity, as
    whoever translates it does."""
    quiz = get_quiz(course_id, activity_id)
    for table in (Activity.__table__, Quiz.__table__):
        db.session.execute(sa.select(table.c.id).where(table.c.id == quiz.id).with_for_update())
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


def _place(slots: Sequence[QuizSlot], after: int | None, first: bool) -> int:
    """Where something new stands among these: at the beginning, behind one of them, or at the end."""
    if first:
        return 0
    return next((i for i, slot in enumerate(slots, 1) if slot.id == after), len(slots))


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
        .values(minutes=minutes_of(quiz.settings, count))
    )
    db.session.expire(quiz, ["minutes", "slots"])
