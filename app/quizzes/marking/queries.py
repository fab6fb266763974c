"""What trainers read of answers that wait for a mark, and in which order they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.errors import NotFound
from app.core.text import Text
from app.courses.editions import get_edition
from app.courses.models import Activity, Course, Module
from app.courses.outline import OutlineActivity
from app.extensions import db

from .. import queries
from ..kind import data_of
from ..models import Attempt, AttemptState, QuestionVersion, Response
from ..settings import QuizSettings
from ..types import Content

# Written so that SQLite finds the index of those that wait.
_waits: sa.ColumnElement[Any] = sa.literal_column("response.waits")
# The order in which answers to one question come: that in which they were handed in, which nothing changes.
_ORDER = (Attempt.finished_at, Response.attempt_id, Response.slot)


@dataclass(frozen=True, slots=True)
class Queue:
    """The answers to one question of a quiz that wait, how many, and since when the oldest does."""

    question_id: int
    content: Content
    source_language: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class WaitingQuiz:
    """A quiz with the questions whose answers wait, those that wait longest first."""

    id: int
    title: Text
    queues: tuple[Queue, ...]


@dataclass(frozen=True, slots=True)
class MarkedQuiz:
    """A quiz of a course as its marks are given: the settings in force, or the last it was ever begun on."""

    id: int
    course_id: int
    title: Text
    settings: QuizSettings

    @property
    def anonymous(self) -> bool:
        return self.settings.anonymous_marking


@dataclass(frozen=True, slots=True)
class Place:
    """An answer among those to one question."""

    attempt_id: int
    slot: int


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an answer to a question: the one handed in before it, marked or not; the next that waits
    after it or else, from the beginning; and how many wait in all, this one too if it does."""

    previous: Place | None
    next: Place | None
    waiting: int


def _waiting(*columns: Any) -> Any:
    return (
        sa.select(*columns)
        .select_from(Response)
        .join(Attempt, Attempt.id == Response.attempt_id)
        .join(Activity, Activity.id == Attempt.activity_id)
        .join(QuestionVersion, QuestionVersion.id == Response.version_id)
        .where(_waits, Attempt.state == AttemptState.SUBMITTED)
    )


def count_waiting(course_ids: Sequence[int]) -> dict[int, int]:
    """Course to how many of its answers wait for a mark; a course where none does is left out."""
    rows = db.session.execute(
        _waiting(Activity.course_id, sa.func.count().label("waiting"))
        .where(Activity.course_id.in_(course_ids))
        .group_by(Activity.course_id)
    )
    return {row.course_id: row.waiting for row in rows}


def list_waiting(course_id: int) -> list[WaitingQuiz]:
    """What waits in a course by quiz and question; what waits longest comes first.

    One statement, and one for versions that this process has not read yet.
    """
    oldest = sa.func.min(Attempt.finished_at).label("oldest")
    rows = db.session.execute(
        _waiting(
            Attempt.activity_id,
            Activity.title,
            QuestionVersion.question_id,
            sa.func.max(Response.version_id).label("version_id"),
            sa.func.count().label("answers"),
            oldest,
        )
        .where(Activity.course_id == course_id)
        .group_by(Attempt.activity_id, Activity.id, QuestionVersion.question_id)
        .order_by(oldest, QuestionVersion.question_id)
    ).all()
    versions = queries.get_versions(row.version_id for row in rows)
    found: dict[int, tuple[Text, list[Queue]]] = {}
    for row in rows:
        queue = Queue(row.question_id, *versions[row.version_id], row.answers, row.oldest)
        found.setdefault(row.activity_id, (row.title, []))[1].append(queue)
    return [WaitingQuiz(activity_id, title, tuple(queues)) for activity_id, (title, queues) in found.items()]


@dataclass(frozen=True, slots=True)
class QuizLine:
    """A quiz of a course, and how many attempts were made at it."""

    id: int
    title: Text
    attempts: int


def list_quizzes(course_id: int) -> list[QuizLine]:
    """The quizzes of a course that somebody has attempted, in the order of the draft; dropped ones too."""
    rows = db.session.execute(
        sa.select(Activity.id, Activity.title, sa.func.count(Attempt.id).label("attempts"))
        .join(Module, Module.id == Activity.module_id)
        .join(Attempt, Attempt.activity_id == Activity.id)
        .where(Activity.course_id == course_id)
        .group_by(Activity.id, Module.id)
        .order_by(Module.rank, Module.id, Activity.rank, Activity.id)
    )
    return [QuizLine(*row) for row in rows]


def get_quiz(course_id: int, activity_id: int) -> MarkedQuiz:
    """A quiz of a course, also one that the draft dropped. Raises `NotFound` if practitioners never had it."""
    row = db.session.execute(
        sa.select(Activity.title, Course.edition_id)
        .join(Course, Course.id == Activity.course_id)
        .where(Activity.id == activity_id, Activity.course_id == course_id, Activity.kind == "quiz")
    ).one_or_none()
    if row is None or row.edition_id is None:
        raise NotFound
    published = get_edition(row.edition_id).by_id.get(activity_id)
    if published is None:
        last = sa.select(sa.func.max(Attempt.edition_id)).where(Attempt.activity_id == activity_id)
        begun_on = db.session.scalar(last)
        if begun_on is None:
            raise NotFound
        published = get_edition(begun_on).by_id[activity_id]
    return MarkedQuiz(activity_id, course_id, row.title, data_of(published).settings)


def get_published_quiz(course_id: int, activity_id: int, begun_on: int) -> OutlineActivity:
    """The quiz as an attempt at it is judged: as it is in force or, where the course no longer has it, as it was in
    the edition that the attempt was begun on."""
    in_force = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course_id))
    found = get_edition(in_force).by_id.get(activity_id) if in_force else None
    return found or get_edition(begun_on).by_id[activity_id]


def find_first(course_id: int, activity_id: int, question_id: int) -> Place | None:
    """The answer to a question of a quiz that waits longest."""
    found = _of_question(_waiting(Response.attempt_id, Response.slot), activity_id, question_id)
    row = db.session.execute(found.where(Activity.course_id == course_id).order_by(*_ORDER).limit(1)).one_or_none()
    return Place(*row) if row else None


def _of_question(chosen: Any, activity_id: int, question_id: int) -> Any:
    return chosen.where(Attempt.activity_id == activity_id, QuestionVersion.question_id == question_id)


def find_around(activity_id: int, question_id: int, place: Place, finished_at: datetime) -> Around:
    """What stands around an answer to a question of a quiz. Four statements at most."""
    answers = (
        sa.select(Response.attempt_id, Response.slot)
        .join(Attempt, Attempt.id == Response.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == Response.version_id)
        .where(Attempt.state == AttemptState.SUBMITTED, sa.not_(Response.answer.is_(None)))
    )
    here = (finished_at, place.attempt_id, place.slot)
    before = _of_question(answers, activity_id, question_id).where(_beyond(here, after=False))
    row = db.session.execute(before.order_by(*(column.desc() for column in _ORDER)).limit(1)).one_or_none()
    previous = Place(*row) if row else None

    waiting = _of_question(_waiting(Response.attempt_id, Response.slot), activity_id, question_id)
    other = sa.or_(Response.attempt_id != place.attempt_id, Response.slot != place.slot)
    following = None
    for chosen in (waiting.where(_beyond(here, after=True)), waiting.where(other)):
        row = db.session.execute(chosen.order_by(*_ORDER).limit(1)).one_or_none()
        if row:
            following = Place(*row)
            break
    count = _of_question(_waiting(sa.func.count()), activity_id, question_id)
    return Around(previous, following, db.session.scalar(count) or 0)


def _beyond(here: tuple[datetime, int, int], *, after: bool) -> sa.ColumnElement[bool]:
    """Whether an answer comes after one (or before it) in the order of `_ORDER`."""
    finished_at, attempt_id, slot = here

    def past(column: Any, value: Any) -> sa.ColumnElement[bool]:
        found: sa.ColumnElement[bool] = column > value if after else column < value
        return found

    return sa.or_(
        past(Attempt.finished_at, finished_at),
        sa.and_(
            Attempt.finished_at == finished_at,
            sa.or_(
                past(Response.attempt_id, attempt_id),
                sa.and_(Response.attempt_id == attempt_id, past(Response.slot, slot)),
            ),
        ),
    )
