"""The places of a quiz as its editor lists them: questions, and draws from the bank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.core.errors import NotFound
from app.extensions import db

from ..models import Draw, Question, QuestionVersion, Quiz, QuizSlot, VersionState
from ..questions.translation import untranslated
from ..types import Content
from .draws import holds, shortages, with_parents

MOST_LISTED = 20  # of the questions that a draw may take


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A place in a quiz as its editor lists it. `version` is what it asks, else the latest draft."""

    id: int
    question_id: int
    source_language: str
    content: Content
    marks: float
    new_page: bool
    version: int
    latest: int
    ready: bool
    pinned: bool
    latest_ready: int | None
    behind: tuple[str, ...]  # the languages of the course that it is not, or no longer, translated into
    page: int = 0

    @property
    def newer_draft(self) -> bool:
        """Whether somebody is at work on a version that is not ready."""
        return self.ready and self.latest > max(self.version, self.latest_ready or 0)

    @property
    def held_back(self) -> bool:
        """Whether it keeps asking an older version than the latest that is ready."""
        return self.pinned and self.latest_ready is not None and self.latest_ready > self.version


@dataclass(frozen=True, slots=True)
class DrawLine:
    """A place that draws a question, from how many `questions` that are ready, the first of which are `listed`.

    `missing` is how many questions are too few for it and the places `rivals`, by number, that draw from the same.
    """

    id: int
    draw: Draw
    marks: float
    new_page: bool
    questions: int
    listed: tuple[tuple[int, str, Content], ...]  # id, own language, content
    missing: int = 0
    rivals: tuple[int, ...] = ()
    page: int = 0

    @property
    def ready(self) -> bool:
        return not self.missing


Line = SlotLine | DrawLine


def list_slots(quiz: Quiz, languages: Sequence[str]) -> list[Line]:
    """The places of a quiz in order, with what each asks, and what it lacks of `languages`.

    Three statements, and two more where something is drawn.
    """
    rows = db.session.execute(
        sa.select(
            QuizSlot.id, QuizSlot.question_id, QuizSlot.marks, QuizSlot.pinned_version_id, QuizSlot.new_page,
            QuizSlot.draw, Question.source_language,
        )
        .outerjoin(Question, Question.id == QuizSlot.question_id)
        .where(QuizSlot.quiz_id == quiz.id)
        .order_by(QuizSlot.rank, QuizSlot.id)
    ).all()  # fmt: skip
    asked = {line.id: line for line in _questions([row for row in rows if row.draw is None], languages)}
    drawing = {line.id: line for line in _draws(rows, quiz.course_id)}
    lines: list[Line] = []
    page = 0
    for row in rows:
        page += row.new_page or not lines
        line: Line = asked[row.id] if row.draw is None else drawing[row.id]
        lines.append(replace(line, page=page))
    return lines


def list_labels(course_id: int) -> tuple[list[str], list[str]]:
    """The categories of a course's bank with those above them, and its tags. One statement."""
    rows = db.session.execute(sa.select(Question.category, Question.tags).where(Question.course_id == course_id)).all()
    return with_parents(row.category for row in rows), sorted({tag for row in rows for tag in row.tags})


def get_draw(quiz_id: int, slot_id: int) -> Draw:
    """From where a place of a quiz draws. Raises `NotFound`, also for one that asks a question for sure."""
    draw: Draw | None = db.session.scalar(
        sa.select(QuizSlot.draw).where(QuizSlot.quiz_id == quiz_id, QuizSlot.id == slot_id)
    )
    if draw is None:
        raise NotFound
    return draw


def _questions(rows: Sequence[Any], languages: Sequence[str]) -> list[SlotLine]:
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
                marks=row.marks, new_page=row.new_page, version=version.number, latest=latest.number,
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


def _draws(rows: Sequence[Any], course_id: int) -> list[DrawLine]:
    if all(row.draw is None for row in rows):
        return []
    latest = (
        sa.select(QuestionVersion.question_id, sa.func.max(QuestionVersion.number).label("number"))
        .where(QuestionVersion.state == VersionState.READY)
        .group_by(QuestionVersion.question_id)
        .subquery()
    )
    bank = db.session.execute(
        sa.select(
            Question.id, Question.category, Question.tags, Question.source_language, QuestionVersion.id.label("version")
        )
        .join(latest, latest.c.question_id == Question.id)
        .join(
            QuestionVersion,
            sa.and_(QuestionVersion.question_id == Question.id, QuestionVersion.number == latest.c.number),
        )
        .where(Question.course_id == course_id, Question.id.not_in({row.question_id for row in rows} - {None}))
        .order_by(Question.id)
    ).all()
    places = [(number, row) for number, row in enumerate(rows, 1) if row.draw is not None]
    found = {number: [q for q in bank if holds(row.draw, q.category, q.tags)] for number, row in places}
    short = {
        place: shortage
        for shortage in shortages({number: [q.id for q in matching] for number, matching in found.items()})
        for place in shortage.places
    }
    contents = _contents(q.version for matching in found.values() for q in matching[:MOST_LISTED])
    return [
        DrawLine(
            id=row.id, draw=row.draw, marks=row.marks, new_page=row.new_page, questions=len(found[number]),
            listed=tuple((q.id, q.source_language, contents[q.version]) for q in found[number][:MOST_LISTED]),
            missing=short[number].missing if number in short else 0,
            rivals=tuple(place for place in short[number].places if place != number) if number in short else (),
        )
        for number, row in places
    ]  # fmt: skip


def _contents(ids: Iterable[int]) -> dict[int, Content]:
    wanted = set(ids)
    rows = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.content).where(QuestionVersion.id.in_(wanted))
    )
    return {row.id: row.content for row in rows}
