"""Where questions stand: categories and tags, for the whole bank and of one question, and a question's double.

What quizzes of the draft draw from goes along when a category or a tag is renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import audit
from app.core.errors import NotFound
from app.core.folding import folded
from app.courses.errors import EditedMeanwhile
from app.courses.models import Activity, Course
from app.extensions import db

from ..models import Draw, Question, QuizSlot, VersionState
from .categories import LONGEST, is_within, moved
from .errors import IntoItself, MergesCategories, MergesTags, NameGone, PathTooLong, StillDrawn
from .tags import renamed, spelled, without_tags
from .versions import add_version, free_key

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a question stands."""

    category: str
    tags: tuple[str, ...]


def rename_category(*, course_id: int, old: str, new: str, merge: bool, by: int) -> int:
    """Call a category `new`, with all below it; "" takes its questions out of any. Gives how many questions moved.

    Raises `NameGone`, `IntoItself`, `PathTooLong`, `MergesCategories` where `new` holds questions and `merge` is not
    said, and `StillDrawn` where a quiz draws from what would have no name any more.
    """
    _lock(course_id)
    own = Question.course_id == course_id
    present = db.session.scalars(sa.select(Question.category).where(own).distinct()).all()
    within = [category for category in present if old and is_within(category, old)]
    if not within:
        raise NameGone
    if new == old:
        return 0
    if is_within(new, old):
        raise IntoItself
    if any(len(moved(category, old, new)) > LONGEST for category in within):
        raise PathTooLong
    if not merge and new and any(is_within(category, new) for category in set(present) - set(within)):
        raise MergesCategories
    _redraw(course_id, lambda draw: _redirected(draw, old, new))
    db.session.flush()
    rest: sa.ColumnElement[str] = sa.func.substr(Question.category, len(old) + (1 if new else 2), type_=sa.String())
    below = sa.func.substr(Question.category, 1, len(old) + 1) == f"{old}/"
    update = (
        sa.update(Question).where(own, sa.or_(Question.category == old, below)).values(category=sa.literal(new) + rest)
    )
    count: int = db.session.execute(update, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
    db.session.expire_all()
    audit.record("bank.rename_category", f"course:{course_id}", actor_id=by, before=old, after=new, questions=count)
    db.session.flush()
    return count


def rename_tag(*, course_id: int, old: str, new: str, merge: bool, by: int) -> int:
    """Call a tag `new` wherever it stands. Gives how many questions have it.

    Raises `NameGone`, and `MergesTags` where there is such a tag and `merge` is not said.
    """
    questions = _tagged(course_id)
    holders = [question for question in questions if _has(question.tags, old)]
    if not holders:
        raise NameGone
    others = {tag for question in questions for tag in question.tags if folded(tag) != folded(old)}
    if any(folded(tag) == folded(new) for tag in others):
        if not merge:
            raise MergesTags
        (new,) = spelled([new], others)
    for question in holders:
        question.tags = renamed(question.tags, old, new)
    _redraw(course_id, lambda draw: msgspec.structs.replace(draw, tags=tuple(renamed(draw.tags, old, new))))
    audit.record("bank.rename_tag", f"course:{course_id}", actor_id=by, before=old, after=new, questions=len(holders))
    db.session.flush()
    return len(holders)


def remove_tag(*, course_id: int, tag: str, by: int) -> int:
    """Take a tag off all questions. Gives how many had it. Raises `NameGone`, `StillDrawn`."""
    holders = [question for question in _tagged(course_id) if _has(question.tags, tag)]
    if not holders:
        raise NameGone
    if any(_has(slot.draw.tags, tag) for slot in _draws(course_id) if slot.draw):
        raise StillDrawn
    for question in holders:
        question.tags = without_tags(question.tags, [tag])
    ids = [question.id for question in holders]
    audit.record("bank.remove_tag", f"course:{course_id}", actor_id=by, tag=tag, questions=ids)
    db.session.flush()
    return len(holders)


def file_question(*, course_id: int, question_id: int, wanted: Filed, made_from: Filed, by: int) -> bool:
    """Say where one question stands. What only somebody else changed since `made_from` stays; False: all stood so.

    Raises `EditedMeanwhile` where both changed the same, and `NotFound`.
    """
    _lock(course_id)
    question = _question(course_id, question_id)
    stands = Filed(question.category, tuple(question.tags))
    known = [tag for have in db.session.scalars(_tags(course_id)) for tag in have]
    category = _brought_together(wanted.category, made_from.category, stands.category)
    tags = _brought_together(tuple(spelled(wanted.tags, known)), made_from.tags, stands.tags)
    if (category, tags) == (stands.category, stands.tags):
        return False
    question.category, question.tags = category, list(tags)
    audit.record("question.file", f"question:{question.id}", actor_id=by, category=category, tags=list(tags))
    db.session.flush()
    return True


def duplicate_question(*, course_id: int, question_id: int, by: int) -> Question:
    """A question of its own with the same words, state, category and tags. Raises `NotFound`."""
    _lock(course_id)
    question = _question(course_id, question_id)
    version = question.latest or max(question.versions, key=lambda version: version.number, default=None)
    if version is None:
        raise NotFound
    copy = Question(
        course_id=course_id, key=free_key(course_id, question.key), category=question.category,
        tags=list(question.tags), source_language=question.source_language,
    )  # fmt: skip
    db.session.add(copy)
    db.session.flush()
    state = VersionState.READY if version.state == VersionState.READY else VersionState.DRAFT
    add_version(copy, version.content, by=by, state=state)
    audit.record("question.create", f"question:{copy.id}", actor_id=by, course=course_id, copy_of=question.id)
    db.session.flush()
    return copy


def _brought_together(mine: T, before: T, theirs: T) -> T:
    """What stands of three states of one thing; where two changed it to different ones, `EditedMeanwhile`."""
    if theirs in (before, mine):
        return mine
    if mine == before:
        return theirs
    raise EditedMeanwhile


def _redirected(draw: Draw, old: str, new: str) -> Draw:
    if not draw.category or not is_within(draw.category, old):
        return draw
    category = moved(draw.category, old, new)
    if not category:
        raise StillDrawn
    return msgspec.structs.replace(draw, category=category)


def _redraw(course_id: int, change: Callable[[Draw], Draw]) -> None:
    for slot in _draws(course_id):
        if slot.draw is not None and (draw := change(slot.draw)) != slot.draw:
            slot.draw = draw


def _draws(course_id: int) -> Sequence[QuizSlot]:
    """The random places of all quizzes of a course, also of those that were taken out and may come back."""
    slots = sa.select(QuizSlot).join(Activity, Activity.id == QuizSlot.quiz_id)
    slots = slots.where(Activity.course_id == course_id, QuizSlot.draw.is_not(None)).order_by(QuizSlot.id)
    return db.session.scalars(slots.execution_options(populate_existing=True)).all()


def _tags(course_id: int) -> sa.Select[list[str]]:
    return sa.select(Question.tags).where(Question.course_id == course_id).order_by(Question.id)


def _tagged(course_id: int) -> Sequence[Question]:
    """The questions of a course, once nobody else is at its bank."""
    _lock(course_id)
    questions = sa.select(Question).where(Question.course_id == course_id).order_by(Question.id)
    return db.session.scalars(questions.execution_options(populate_existing=True)).all()


def _has(tags: Sequence[str], tag: str) -> bool:
    return folded(tag) in {folded(other) for other in tags}


def _question(course_id: int, question_id: int) -> Question:
    question = db.session.scalar(
        sa.select(Question)
        .where(Question.id == question_id, Question.course_id == course_id)
        .options(selectinload(Question.versions))
        .execution_options(populate_existing=True)
    )
    if question is None:
        raise NotFound
    return question


def _lock(course_id: int) -> None:
    db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update())
