"""What is read of attempts and of question versions, which never change and so are kept in each process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import msgspec
import sqlalchemy as sa

from app.core.text import Text
from app.courses.editions import get_edition
from app.courses.models import Course
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.progress.models import Enrolment

from .attempts.behaviour import between_tries
from .models import Attempt, AttemptSlot, AttemptState, Question, QuestionVersion, Response, Try
from .settings import QuizSettings
from .types import Answer, Content

MOST_KEPT = 5000


def prefix_of(slot: int) -> str:
    """What the names and ids of the fields of a slot's question begin with, as `q0-`."""
    return f"q{slot}-"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as an attempt asks it. `order` is that of its options; `number` counts from 1.

    `tries` were checked before; `locked`: checked for good; `waits` for a person's mark; `comment` is of who marked it.
    """

    number: int
    content: Content
    source_language: str
    marks: float
    order: tuple[str, ...]
    answer: Answer | None
    sequence: int
    flagged: bool
    fraction: float | None
    feedback: tuple[Text, ...]
    certainty: int | None = None
    tries: tuple[Try, ...] = ()
    locked: bool = False
    waits: bool = False
    comment: str | None = None
    page: int = 0
    regraded_by: Content | None = None

    @property
    def key(self) -> Content:
        """The question as it is graded: that of a regrade, where there was one, else as it was asked."""
        return self.regraded_by or self.content

    @property
    def prefix(self) -> str:
        """What the names and ids of its fields begin with, so that several questions stand in one form."""
        return prefix_of(self.slot)

    @property
    def slot(self) -> int:
        return self.number - 1

    @property
    def between_tries(self) -> bool:
        """Whether its answer is the one that was checked last, and another try is left."""
        return between_tries(self.answer, self.tries, self.locked)


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt of one person, with its questions and answers."""

    id: int
    enrolment_id: int
    activity_id: int
    course_slug: str
    edition_id: int
    number: int
    language: str
    open: bool
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    questions: tuple[Asked, ...]
    state: AttemptState = AttemptState.OPEN
    due_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether a person has still to mark some of it."""
        return any(q.waits for q in self.questions)

    def page_of(self, number: int) -> tuple[Asked, ...]:
        """The questions on the page where question `number` (from 1) stands; one without a page stands alone."""
        here = self.questions[number - 1]
        return tuple(q for q in self.questions if q.page == here.page) if here.page else (here,)

    @property
    def answered(self) -> int:
        return sum(q.answer is not None for q in self.questions)

    @property
    def flagged(self) -> int:
        return sum(q.flagged for q in self.questions)

    @property
    def marks(self) -> float:
        """The marks that all questions together are worth."""
        return sum(q.marks for q in self.questions)


_versions: dict[int, tuple[Content, str]] = {}
_settings: dict[tuple[int, int], QuizSettings] = {}
_lock = Lock()


def get_versions(ids: Iterable[int]) -> dict[int, tuple[Content, str]]:
    """Content and source language of question versions by id; at most one statement. Raises `LookupError`."""
    wanted = set(ids)
    found = {i: kept for i in wanted if (kept := _versions.get(i))}
    missing = wanted - found.keys()
    if missing:
        rows = db.session.execute(
            sa.select(QuestionVersion.id, QuestionVersion.content, Question.source_language)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(QuestionVersion.id.in_(missing))
        ).all()
        read = {row.id: (row.content, row.source_language) for row in rows}
        if missing - read.keys():
            raise LookupError(f"no question versions {sorted(missing - read.keys())}")
        with _lock:
            if len(_versions) > MOST_KEPT:
                _versions.clear()
            _versions.update(read)
        found |= read
    return found


def forget() -> None:
    """Empty the cache: for tests, whose databases begin their ids anew."""
    _versions.clear()
    _settings.clear()


def settings_of(activity: OutlineActivity) -> QuizSettings:
    """The settings of a quiz as an edition holds it."""
    return msgspec.convert(activity.data["settings"], QuizSettings)


def taken_under(edition_id: int, activity_id: int) -> QuizSettings:
    """The settings of the edition that an attempt was begun on, by which it is taken to its end."""
    key = edition_id, activity_id
    found = _settings.get(key)
    if found is None:
        found = settings_of(get_edition(edition_id).by_id[activity_id])
        with _lock:
            if len(_settings) > MOST_KEPT:
                _settings.clear()
            _settings[key] = found
    return found


def list_attempts(enrolment_id: int, cycle: int, activity_id: int) -> list[Attempt]:
    """One cycle's attempts at a quiz, in the order they were made."""
    attempts = sa.select(Attempt).where(
        Attempt.enrolment_id == enrolment_id, Attempt.cycle == cycle, Attempt.activity_id == activity_id
    )
    return list(db.session.scalars(attempts.order_by(Attempt.number)))


_ATTEMPT = (
    sa.select(
        Attempt.id, Attempt.enrolment_id, Attempt.activity_id, Attempt.number, Attempt.language, Attempt.state,
        Attempt.edition_id, Attempt.started_at, Attempt.finished_at, Attempt.score, Attempt.slots, Course.slug,
        Attempt.due_at, Response.slot, Response.answer, Response.sequence, Response.flagged, Response.fraction,
        Response.feedback, Response.certainty, Response.tries, Response.locked, Response.waits, Response.comment,
        Response.graded_version_id,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Course, Course.id == Enrolment.course_id)
    .join(Response, Response.attempt_id == Attempt.id)
    .where(Attempt.id == sa.bindparam("attempt"), Enrolment.person_id == sa.bindparam("person"))
    .order_by(Response.slot)
)  # fmt: skip


def find_sitting(attempt_id: int, *, person_id: int) -> Sitting | None:
    """A person's own attempt, whole, in one statement; nobody else's."""
    rows = db.session.execute(_ATTEMPT, {"attempt": attempt_id, "person": person_id}).all()
    if not rows:
        return None
    first: Any = rows[0]
    slots: list[AttemptSlot] = first.slots
    regraded = {row.graded_version_id for row in rows if row.graded_version_id is not None}
    versions = get_versions({slot.version_id for slot in slots} | regraded)
    return Sitting(
        id=first.id,
        enrolment_id=first.enrolment_id,
        activity_id=first.activity_id,
        course_slug=first.slug,
        edition_id=first.edition_id,
        number=first.number,
        language=first.language,
        open=first.state == AttemptState.OPEN,
        started_at=first.started_at,
        finished_at=first.finished_at,
        score=first.score,
        questions=tuple(
            Asked(
                number=row.slot + 1, content=versions[slots[row.slot].version_id][0],
                source_language=versions[slots[row.slot].version_id][1], marks=slots[row.slot].marks,
                order=slots[row.slot].order, answer=row.answer, sequence=row.sequence, flagged=row.flagged,
                fraction=row.fraction, feedback=tuple(row.feedback or ()), certainty=row.certainty,
                tries=tuple(row.tries or ()), locked=row.locked, waits=row.waits, comment=row.comment,
                page=slots[row.slot].page,
                regraded_by=versions[row.graded_version_id][0] if row.graded_version_id is not None else None,
            )
            for row in rows
        ),
        state=AttemptState(first.state), due_at=first.due_at,
    )  # fmt: skip


def list_due(now: datetime, *, after: int, limit: int) -> list[int]:
    """Open attempts whose deadline has passed, by id, beyond `after`."""
    due = sa.select(Attempt.id).where(Attempt.state == AttemptState.OPEN, Attempt.due_at < now, Attempt.id > after)
    return list(db.session.scalars(due.order_by(Attempt.id).limit(limit)))
