"""What a report says by mail: the main figures of its page, for its reader, as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from app.auth.identity import Identity

from . import lateness_queries, main_figures, queries, quiz_queries
from .choices import Choices
from .quiz_queries import QuizResult, ReportedQuiz
from .report import figures_of
from .scope import Filters

MOST_TOLD = 10  # courses or quizzes, each with its figures
QUIZZES_AT_ONCE = 50

Values = dict[str, Any]
Teller = Callable[[Identity, Filters, Choices, str], Values]


def told(report: str, person: Identity, filters: Filters, choices: Choices, language: str) -> Values:
    """The figures of a report by its name in the catalogue, titles in `language`."""
    return _TELLERS[report](person, filters, choices, language)


def _completion(person: Identity, filters: Filters, _choices: Choices, _language: str) -> Values:
    return asdict(figures_of(person, filters, queries.get_totals(person, filters)))


def _people(person: Identity, filters: Filters, _choices: Choices, _language: str) -> Values:
    return asdict(queries.get_overview(person, filters))


def _due(person: Identity, filters: Filters, choices: Choices, _language: str) -> Values:
    every = lateness_queries.added(main_figures.list_due(person, filters, choices))
    return {"late": every.first, "within": dict(zip(_words(lateness_queries.DUE_WITHIN), every.spans, strict=True))}


def _inactive(person: Identity, filters: Filters, choices: Choices, _language: str) -> Values:
    every = lateness_queries.added(main_figures.list_inactive(person, filters, choices))
    return {"unstarted": every.first, "idle": dict(zip(_words(lateness_queries.IDLE_FOR), every.spans, strict=True))}


def _words(days: tuple[int, ...]) -> list[str]:
    return [str(day) for day in days]  # what JSON makes of them anyway


def _times(person: Identity, filters: Filters, choices: Choices, language: str) -> Values:
    times = main_figures.list_times(person, filters, choices)
    titles = {course.id: course.title(language) for course in choices.courses}
    return {
        "courses": [
            {"title": titles[time.course_id], "completed": time.completed, "days": time.days}
            for time in times[:MOST_TOLD]
        ],
        "more": max(0, len(times) - MOST_TOLD),
        "minutes": main_figures.find_minutes_spent(person, filters, times),
    }


def _quizzes(person: Identity, filters: Filters, choices: Choices, language: str) -> Values:
    """Those with most attempts. A statement for each fifty quizzes."""
    quizzes = main_figures.quizzes_of(filters, choices)
    results: dict[int, QuizResult] = {}
    for start in range(0, len(quizzes), QUIZZES_AT_ONCE):
        results |= quiz_queries.list_results(person, filters, quizzes[start : start + QUIZZES_AT_ONCE])
    taken = [(quiz, results[quiz.activity.id]) for quiz in quizzes if quiz.activity.id in results]
    taken.sort(key=lambda one: -one[1].attempts)
    return {
        "quizzes": [_quiz(quiz, result, language) for quiz, result in taken[:MOST_TOLD]],
        "more": max(0, len(taken) - MOST_TOLD),
    }


def _quiz(quiz: ReportedQuiz, result: QuizResult, language: str) -> Values:
    """`graded`: whether there is anything to pass."""
    return asdict(result) | {
        "title": f"{quiz.number} {quiz.title(language)}",
        "course": quiz.course.title(language),
        "graded": quiz.pass_mark is not None,
    }


_TELLERS: dict[str, Teller] = {
    "completion": _completion,
    "people": _people,
    "due": _due,
    "inactive": _inactive,
    "times": _times,
    "quizzes": _quizzes,
}
