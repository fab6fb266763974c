"""What files of the lists have in each column.

Days are in the time zone `zone`, titles in `language`, states as of `at`. Everything that needs the request is done
when columns are made, so that rows can be written after it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.core.workbooks import Cell
from app.progress.standing import ROUNDING

from . import attempt_queries, people_queries, practitioner_queries
from .labels import STATES
from .queries import ReportedCourse
from .quiz_queries import ReportedQuiz

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Columns(Generic[Row]):
    """The name of the table, its heading, and the cells of a row."""

    name: str
    heading: list[str]
    cells: Callable[[Row], tuple[Cell, ...]]


def of_enrolments(
    courses: Iterable[ReportedCourse], *, at: datetime, zone: str, language: str
) -> Columns[people_queries.Row]:
    """One enrolment a row."""
    titles = {course.id: course.title(language) for course in courses}
    states = {state: str(label) for state, label in STATES.items()}
    day = _days(zone)

    def cells(row: people_queries.Row) -> tuple[Cell, ...]:
        return (
            row.name,
            row.city,
            titles.get(row.course_id),
            states[row.state_at(at)],
            day(row.enrolled_at),
            day(row.completed_at),
            day(row.due_at),
            day(row.touched_at) if row.last_activity_id is not None else None,
            row.done * 100 // row.total if row.total else 0,
            _percent(row.score),
        )

    heading = [
        _("Name"), _("City"), _("Course"), _("State"), _("Enrolled"), _("Completed"), _("Due"), _("Last activity"),
        _("Progress (%)"), _("Score (%)"),
    ]  # fmt: skip
    return Columns(_("People"), heading, cells)


def of_practitioners(*, zone: str) -> Columns[practitioner_queries.Row]:
    """One person a row."""
    day = _days(zone)

    def cells(row: practitioner_queries.Row) -> tuple[Cell, ...]:
        return row.name, row.city, row.enrolled, row.completed, row.overdue, day(row.last_at)

    heading = [_("Name"), _("City"), _("Enrolments"), _("Completed"), _("Late"), _("Last activity")]
    return Columns(_("Practitioners"), heading, cells)


def of_attempts(
    courses: Iterable[ReportedCourse], quizzes: Sequence[ReportedQuiz], *, zone: str, language: str
) -> Columns[attempt_queries.Row]:
    """One attempt at a quiz a row."""
    titles = {course.id: course.title(language) for course in courses}
    known = {quiz.activity.id: quiz for quiz in quizzes}
    names = {quiz.activity.id: f"{quiz.number} {quiz.title(language)}" for quiz in quizzes}
    words, day = {True: _("Yes"), False: _("No"), None: None}, _days(zone)

    def cells(row: attempt_queries.Row) -> tuple[Cell, ...]:
        quiz = known.get(row.activity_id)
        return (
            row.name,
            row.city,
            titles.get(row.course_id),
            names.get(row.activity_id),
            row.number,
            day(row.finished_at),
            _percent(row.score),
            words[None if quiz is None else quiz.passed_by(row.score)],
        )

    heading = [
        _("Name"), _("City"), _("Course"), _("Quiz"), _("Attempt"), _("Handed in"), _("Score (%)"), _("Passed"),
    ]  # fmt: skip
    return Columns(_("Attempts"), heading, cells)


def _days(zone: str) -> Callable[[datetime | None], date | None]:
    here = ZoneInfo(zone)
    return lambda moment: moment.astimezone(here).date() if moment else None


def _percent(score: float | None) -> int | None:
    return None if score is None else int(score * 100 + ROUNDING)
