"""Where the questions of a bank are used: by quizzes of the draft, by what these draw from, and in editions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.core.text import Text
from app.courses import editions
from app.courses.models import Activity, Edition, Module
from app.extensions import db

from ..kind import data_of
from ..models import Draw, Question, QuestionVersion, QuizSlot
from ..studio.draws import holds


@dataclass(frozen=True, slots=True)
class AskingQuiz:
    """A quiz of the draft."""

    id: int
    title: Text


@dataclass(frozen=True, slots=True)
class Usage:
    """Where one question is used. `removed`: a quiz that was taken out of the course, and may come back, asks it."""

    quizzes: tuple[AskingQuiz, ...] = ()
    drawn: tuple[AskingQuiz, ...] = ()
    editions: tuple[int, ...] = ()
    removed: bool = False

    @property
    def in_draft(self) -> bool:
        return bool(self.quizzes or self.drawn)

    @property
    def can_go(self) -> bool:
        """Whether the question may be deleted: no quiz asks it, not even a removed one, and no edition ever had it."""
        return not (self.quizzes or self.editions or self.removed)


@dataclass(frozen=True, slots=True)
class BankUsage:
    """What a course uses of its bank, read once for all questions; `quizzes` are those of the draft, in its order."""

    quizzes: tuple[AskingQuiz, ...] = ()
    asked: dict[int, list[AskingQuiz]] = field(default_factory=dict)
    removed: frozenset[int] = frozenset()
    draws: tuple[tuple[Draw, AskingQuiz], ...] = ()
    editions: dict[int, set[int]] = field(default_factory=dict)

    def of(self, question_id: int, category: str, tags: Collection[str]) -> Usage:
        """Where a question that stands in `category` with `tags` is used."""
        drawn = {quiz.id: quiz for draw, quiz in self.draws if holds(draw, category, tags)}
        return Usage(
            tuple(self.asked.get(question_id, ())), tuple(drawn.values()),
            tuple(sorted(self.editions.get(question_id, ()))), question_id in self.removed,
        )  # fmt: skip


def usage_in(course_id: int, *, among: Collection[int] | None = None) -> BankUsage:
    """What a course uses of its bank; editions only for the questions `among`, if given. At most five statements, two
    where these are none."""
    quizzes = {
        row.id: AskingQuiz(row.id, row.title)
        for row in db.session.execute(
            sa.select(Activity.id, Activity.title)
            .join(Module, Module.id == Activity.module_id)
            .where(
                Activity.course_id == course_id, Activity.kind == "quiz", Activity.removed_at.is_(None),
                Module.removed_at.is_(None),
            )
            .order_by(Module.rank, Module.id, Activity.rank, Activity.id)
        )
    }  # fmt: skip
    order = {quiz_id: place for place, quiz_id in enumerate(quizzes)}
    rows = db.session.execute(
        sa.select(QuizSlot.question_id, QuizSlot.draw, QuizSlot.quiz_id)
        .join(Activity, Activity.id == QuizSlot.quiz_id)
        .where(Activity.course_id == course_id)
        .order_by(QuizSlot.rank, QuizSlot.id)
    ).all()
    asked: dict[int, list[AskingQuiz]] = {}
    removed, draws = set(), []
    for row in sorted(rows, key=lambda row: order.get(row.quiz_id, -1)):
        quiz = quizzes.get(row.quiz_id)
        if row.draw is not None:
            draws += [(row.draw, quiz)] if quiz else []
        elif quiz is None:
            removed.add(row.question_id)
        else:
            asked.setdefault(row.question_id, []).append(quiz)
    return BankUsage(tuple(quizzes.values()), asked, frozenset(removed), tuple(draws), _published(course_id, among))


def find_usage(course_id: int, question_id: int) -> Usage:
    """Where one question is used; nowhere, if it is not of the course. At most six statements."""
    question = db.session.execute(
        sa.select(Question.category, Question.tags).where(Question.id == question_id, Question.course_id == course_id)
    ).one_or_none()
    if question is None:
        return Usage()
    return usage_in(course_id, among=[question_id]).of(question_id, question.category, question.tags)


def _published(course_id: int, among: Collection[int] | None) -> dict[int, set[int]]:
    """Question id to the numbers of the editions that have a version of it, or draw from it."""
    if among is not None and not among:
        return {}
    ids = db.session.scalars(sa.select(Edition.id).where(Edition.course_id == course_id)).all()
    numbers: dict[int, set[int]] = {}
    for edition in editions.list_editions(ids):
        for activity in edition.activities:
            for slot in data_of(activity).slots if activity.kind == "quiz" else ():
                for version_id in slot.versions:
                    numbers.setdefault(version_id, set()).add(edition.number)
    if not numbers:
        return {}
    versions = sa.select(QuestionVersion.id, QuestionVersion.question_id).join(Question)
    versions = versions.where(Question.course_id == course_id)
    if among is not None:
        versions = versions.where(Question.id.in_(among))
    found: dict[int, set[int]] = {}
    for version_id, question_id in db.session.execute(versions):
        if version_id in numbers:
            found.setdefault(question_id, set()).update(numbers[version_id])
    return found
