"""The main figures of the reports, for their pages and their mails alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.auth.identity import Identity

from . import lateness_queries, quiz_queries, times_queries
from .choices import Choices
from .lateness_queries import Tally
from .quiz_queries import ReportedQuiz
from .scope import Filters
from .times_queries import CourseTime


def list_due(person: Identity, filters: Filters, choices: Choices) -> list[Tally]:
    """Who is late or soon due, by course, those with most late people first. One statement."""
    return _worst_first(lateness_queries.list_due(person, filters), choices)


def list_inactive(person: Identity, filters: Filters, choices: Choices) -> list[Tally]:
    """Who never started or has gone quiet, by course, those where most never started first. One statement."""
    return _worst_first(lateness_queries.list_idle(person, filters), choices)


def list_times(person: Identity, filters: Filters, choices: Choices) -> list[CourseTime]:
    """How long courses take, those completed most often first. One statement."""
    courses = _ids(choices)
    found = [time for time in times_queries.list_times(person, filters) if time.course_id in courses]
    return sorted(found, key=lambda time: (-time.completed, time.course_id))


def find_minutes_spent(person: Identity, filters: Filters, times: Sequence[CourseTime]) -> float | None:
    """The median minutes spent in the course that was chosen; None if none was, or nothing was measured."""
    return times_queries.find_minutes_spent(person, filters) if times and filters.course_id else None


def quizzes_of(filters: Filters, choices: Choices) -> list[ReportedQuiz]:
    """The quizzes of the course that was chosen, else of all, in order."""
    return quiz_queries.quizzes_of([one for one in choices.courses if filters.course_id in (None, one.id)])


def _worst_first(tallies: Iterable[Tally], choices: Choices) -> list[Tally]:
    courses = _ids(choices)
    known = [tally for tally in tallies if tally.any and tally.course_id in courses]
    return sorted(known, key=lambda tally: (-tally.first, -tally.spans[2], tally.course_id))


def _ids(choices: Choices) -> set[int]:
    return {course.id for course in choices.courses}
