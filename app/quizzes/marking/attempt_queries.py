"""What trainers read of attempts at a quiz of their course: who, how far, each answer with its mark and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.models import Person
from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.courses.models import Activity
from app.extensions import db
from app.network.models import City
from app.progress.models import Enrolment

from .. import queries
from ..models import Attempt, AttemptSlot, AttemptState, Mark, MarkCause, QuestionVersion, Regrade, Response
from ..queries import Asked
from ..types import Criterion, Level
from .marks import chosen_levels, rubric_of
from .queries import MarkedQuiz, get_quiz

PAGE_SIZE = 50
LAST_PAGE = 100_000
MOST_WORDS = 12

_waiting = (
    sa.select(sa.func.count())
    .where(Response.attempt_id == Attempt.id, Response.waits)
    .correlate(Attempt)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Who:
    """Whose attempt it is."""

    name: str
    city: str | None


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt in a list. `who` is None while whoever marks it is not to know."""

    id: int
    number: int
    state: AttemptState
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    waiting: int
    who: Who | None


@dataclass(frozen=True, slots=True)
class AttemptFilters:
    """What a trainer looks for; empty means anything."""

    search: str = ""
    waiting: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """One page of a quiz's attempts, with how many there are in all."""

    rows: list[AttemptLine]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class MarkLine:
    """A mark that an answer was given: by whom, when, from what to what, 0 to 1.

    `reason` and `version` (the number of the one by whose key) are of a regrade.
    """

    id: int
    cause: MarkCause
    by_id: int | None
    by: str | None
    at: datetime
    before: float | None
    after: float | None
    levels: dict[str, str]
    comment: str | None
    reason: str | None
    version: int | None


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """An answer with its mark, and every mark it ever had, the latest last.

    `version` is the number of the version that was shown, `graded_by` of the one by whose key it was regraded.
    """

    asked: Asked
    question_id: int
    version: int
    graded_by: int | None
    marked_by: str | None
    history: tuple[MarkLine, ...]

    @property
    def seen(self) -> int:
        """What tells this state of the mark from any other."""
        return self.history[-1].id if self.history else 0

    @property
    def by_hand(self) -> MarkLine | None:
        """The last mark that a person gave."""
        return next((line for line in reversed(self.history) if line.cause is MarkCause.MARKED), None)

    def levels_of(self, line: MarkLine) -> list[tuple[Criterion, Level]]:
        """The levels of the rubric that a mark was given by."""
        return chosen_levels(rubric_of(self.asked.content), line.levels)

    @property
    def at_submission(self) -> float | None:
        """The mark that submitting gave; None where a person had to."""
        if self.history:
            return self.history[0].before
        return None if self.asked.waits else self.asked.fraction


@dataclass(frozen=True, slots=True)
class MarkedAttempt:
    """An attempt as those who mark it see it. `who` is None while they are not to know."""

    id: int
    quiz: MarkedQuiz
    number: int
    language: str
    state: AttemptState
    edition_id: int
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    who: Who | None
    answers: tuple[MarkedAnswer, ...]

    @property
    def waiting(self) -> int:
        return sum(answer.asked.waits for answer in self.answers)

    @property
    def submitted(self) -> bool:
        return self.state is AttemptState.SUBMITTED

    def answer(self, slot: int) -> MarkedAnswer:
        """The answer in a slot, from 0. Raises `NotFound`."""
        if not 0 <= slot < len(self.answers):
            raise NotFound
        return self.answers[slot]


def hidden(quiz: MarkedQuiz, state: str, waiting: int) -> bool:
    """Whether who made an attempt stays unsaid: in anonymous marking, until all of it is marked."""
    return quiz.anonymous and (waiting > 0 or state == AttemptState.OPEN)


def list_attempts(quiz: MarkedQuiz, filters: AttemptFilters) -> AttemptPage:
    """A page of the attempts at a quiz, the latest begun first; a page beyond the end gives the first.

    Every word looked for must stand in the name or the city, and finds nobody who is not to be known.
    """
    page = max(1, min(filters.page, LAST_PAGE))
    rows, total = _page(quiz, filters, page)
    if not rows and page > 1:
        page = 1
        rows, total = _page(quiz, filters, page)
    return AttemptPage(rows, total, page)


def _page(quiz: MarkedQuiz, filters: AttemptFilters, page: int) -> tuple[list[AttemptLine], int]:
    chosen = (
        sa.select(
            Attempt.id, Attempt.number, Attempt.state, Attempt.started_at, Attempt.finished_at, Attempt.score,
            _waiting.label("waiting"), Person.name, City.name.label("city"),
            sa.func.count().over().label("total"),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .where(Attempt.activity_id == quiz.id)
    )  # fmt: skip
    words = folded(filters.search).split()[:MOST_WORDS]
    for word in words:
        in_city = fold(City.name).contains(word, autoescape=True)
        chosen = chosen.where(sa.or_(fold(Person.name).contains(word, autoescape=True), in_city))
    if words and quiz.anonymous:
        chosen = chosen.where(_waiting == 0, Attempt.state != AttemptState.OPEN)
    if filters.waiting:
        chosen = chosen.where(_waiting > 0, Attempt.state == AttemptState.SUBMITTED)
    chosen = chosen.order_by(Attempt.started_at.desc(), Attempt.id.desc())
    found = db.session.execute(chosen.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    lines = [
        AttemptLine(
            row.id, row.number, AttemptState(row.state), row.started_at, row.finished_at, row.score, row.waiting,
            None if hidden(quiz, row.state, row.waiting) else Who(row.name, row.city),
        )
        for row in found
    ]  # fmt: skip
    return lines, found[0].total if found else 0


_Graded = aliased(QuestionVersion)
_Marker = aliased(Person)


def get_attempt(course_id: int, attempt_id: int) -> MarkedAttempt:
    """An attempt at a quiz of a course, whole. Four statements, and one for versions not read yet.

    Raises `NotFound`, also for one of another course.
    """
    rows = db.session.execute(
        sa.select(
            Attempt.id, Attempt.activity_id, Attempt.number, Attempt.language, Attempt.state, Attempt.edition_id,
            Attempt.started_at, Attempt.finished_at, Attempt.score, Attempt.slots, Person.name,
            City.name.label("city"), Response, QuestionVersion.question_id, QuestionVersion.number.label("version"),
            _Graded.number.label("graded_by"), _Marker.name.label("marked_by"),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .join(Activity, Activity.id == Attempt.activity_id)
        .join(Response, Response.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == Response.version_id)
        .outerjoin(_Graded, _Graded.id == Response.graded_version_id)
        .outerjoin(_Marker, _Marker.id == Response.marked_by_id)
        .where(Attempt.id == attempt_id, Activity.course_id == course_id)
        .order_by(Response.slot)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    if not rows:
        raise NotFound
    first: Any = rows[0]
    quiz = get_quiz(course_id, first.activity_id)
    versions = queries.get_versions(row.Response.version_id for row in rows)
    history = _history(attempt_id)
    answers = tuple(
        MarkedAnswer(
            _asked(row.Response, first.slots[row.Response.slot], versions[row.Response.version_id]),
            row.question_id, row.version, row.graded_by, row.marked_by, tuple(history.get(row.Response.slot, ())),
        )
        for row in rows
    )  # fmt: skip
    waiting = sum(answer.asked.waits for answer in answers)
    return MarkedAttempt(
        first.id, quiz, first.number, first.language, AttemptState(first.state), first.edition_id, first.started_at,
        first.finished_at, first.score,
        None if hidden(quiz, first.state, waiting) else Who(first.name, first.city), answers,
    )  # fmt: skip


def _asked(response: Response, slot: AttemptSlot, version: tuple[Any, str]) -> Asked:
    return Asked(
        number=response.slot + 1, content=version[0], source_language=version[1], marks=response.marks,
        order=slot.order, answer=response.answer, sequence=response.sequence, flagged=response.flagged,
        fraction=response.fraction, feedback=tuple(response.feedback or ()), certainty=response.certainty,
        tries=tuple(response.tries or ()), locked=response.locked, waits=response.waits, comment=response.comment,
        page=slot.page,
    )  # fmt: skip


def _history(attempt_id: int) -> dict[int, list[MarkLine]]:
    """Slot to its marks, the first given first."""
    rows = db.session.execute(
        sa.select(
            Mark.id, Mark.slot, Mark.cause, Mark.by_id, Person.name, Mark.at, Mark.before, Mark.after, Mark.levels,
            Mark.comment, Regrade.reason, QuestionVersion.number,
        )
        .outerjoin(Person, Person.id == Mark.by_id)
        .outerjoin(Regrade, Regrade.id == Mark.regrade_id)
        .outerjoin(QuestionVersion, QuestionVersion.id == Regrade.version_id)
        .where(Mark.attempt_id == attempt_id)
        .order_by(Mark.id)
    )  # fmt: skip
    found: dict[int, list[MarkLine]] = {}
    for row in rows:
        found.setdefault(row.slot, []).append(
            MarkLine(
                row.id, MarkCause(row.cause), row.by_id, row.name, row.at, row.before, row.after, row.levels or {},
                row.comment, row.reason, row.number,
            )
        )  # fmt: skip
    return found
