"""What is read of quizzes and of the bank as trainers edit them.

Never through the versions that `queries` keeps: a version that was not published may go, and its id come again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person
from app.core.errors import NotFound
from app.core.folding import folded
from app.core.text import Text
from app.courses import editions
from app.courses import queries as courses
from app.courses.models import Activity, Edition, Module
from app.extensions import db

from .kind import data_of
from .models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from .translation import untranslated
from .types import Content

MOST_FOUND = 20
MOST_VERSIONS = 30  # told of a question, the newest


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


@dataclass(frozen=True, slots=True)
class BankLine:
    """A question of a course's bank, in its latest version."""

    id: int
    key: str
    source_language: str
    content: Content
    ready: bool
    quizzes: tuple[Text, ...] = ()  # the titles of those that ask it


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
    """A question with its versions, the newest first."""

    id: int
    key: str
    source_language: str
    versions: tuple[VersionLine, ...]
    quizzes: tuple[tuple[int, Text], ...]  # id and title of those that ask it

    @property
    def latest(self) -> VersionLine:
        return self.versions[0]

    def version(self, number: int) -> VersionLine:
        """The version of that number. Raises `NotFound`."""
        for version in self.versions:
            if version.number == number:
                return version
        raise NotFound


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


def search_bank(course_id: int, words: str, *, without: Iterable[int] = ()) -> tuple[list[BankLine], int]:
    """The questions of a course's bank whose stem holds every word, by key, and how many there are.

    At most `MOST_FOUND` of them; those with the ids `without` are left out. Two statements.
    """
    newest = (
        sa.select(QuestionVersion.question_id, sa.func.max(QuestionVersion.number).label("number"))
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.course_id == course_id, QuestionVersion.state != VersionState.HIDDEN)
        .group_by(QuestionVersion.question_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Question.id, Question.key, Question.source_language, QuestionVersion.content, QuestionVersion.state)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(
            newest,
            sa.and_(newest.c.question_id == Question.id, newest.c.number == QuestionVersion.number),
        )
        .where(Question.course_id == course_id, Question.id.not_in(list(without)))
        .order_by(Question.key)
    ).all()
    asked = folded(words).split()
    found = []
    for row in rows:
        said = folded(" ".join(row.content.stem.strings().values()))
        if all(word in said for word in asked):
            found.append(row)
    shown = found[:MOST_FOUND]
    titles = _quizzes_of([row.id for row in shown])
    return [
        BankLine(
            row.id, row.key, row.source_language, row.content, row.state == VersionState.READY,
            tuple(title for _id, title in titles.get(row.id, ())),
        )
        for row in shown
    ], len(found)  # fmt: skip


def get_question(course_id: int, question_id: int) -> EditedQuestion:
    """A question of a course's bank with its newest versions. Three statements. Raises `NotFound`."""
    question = db.session.execute(
        sa.select(Question.id, Question.key, Question.source_language).where(
            Question.course_id == course_id, Question.id == question_id
        )
    ).one_or_none()
    if question is None:
        raise NotFound
    versions = db.session.execute(
        sa.select(
            QuestionVersion.number,
            QuestionVersion.state,
            QuestionVersion.content,
            QuestionVersion.created_at,
            Person.name,
        )
        .outerjoin(Person, Person.id == QuestionVersion.saved_by_id)
        .where(QuestionVersion.question_id == question_id, QuestionVersion.state != VersionState.HIDDEN)
        .order_by(QuestionVersion.number.desc())
        .limit(MOST_VERSIONS)
    ).all()
    return EditedQuestion(
        question.id, question.key, question.source_language,
        tuple(VersionLine(v.number, v.state == VersionState.READY, v.content, v.created_at, v.name) for v in versions),
        tuple(_quizzes_of([question_id]).get(question_id, ())),
    )  # fmt: skip


def _quizzes_of(question_ids: Sequence[int]) -> dict[int, list[tuple[int, Text]]]:
    """Question id to id and title of the quizzes of the draft that ask it."""
    rows = db.session.execute(
        sa.select(QuizSlot.question_id, Activity.id, Activity.title)
        .join(Activity, Activity.id == QuizSlot.quiz_id)
        .join(Module, Module.id == Activity.module_id)
        .where(QuizSlot.question_id.in_(question_ids), Activity.removed_at.is_(None), Module.removed_at.is_(None))
        .order_by(Module.rank, Module.id, Activity.rank, Activity.id)
    )
    found: dict[int, list[tuple[int, Text]]] = {}
    for row in rows:
        found.setdefault(row.question_id, []).append((row.id, row.title))
    return found


def can_go(course_id: int, question_id: int) -> bool:
    """Whether a question may be deleted: no quiz asks it, not even a removed one, and no edition ever did."""
    if db.session.scalar(sa.select(sa.exists().where(QuizSlot.question_id == question_id))):
        return False
    versions = set(db.session.scalars(sa.select(QuestionVersion.id).where(QuestionVersion.question_id == question_id)))
    published = db.session.scalars(sa.select(Edition.id).where(Edition.course_id == course_id))
    return not any(
        slot.version_id in versions
        for edition in editions.list_editions(published)
        for activity in edition.outline.activities()
        if activity.kind == "quiz"
        for slot in data_of(activity).slots
    )
