"""The list behind the figures of quizzes, and the same as files."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.auth.identity import page_language
from app.core.access import Permission, allow
from app.core.paging import page_number

from .. import attempt_queries
from ..attempt_queries import Chosen, Outcome, Sort
from ..columns import of_attempts
from ..people_queries import PAGE_SIZE
from ..quiz_queries import ReportedQuiz, quizzes_of
from ..scope import Filters
from .asking import Asked, Page, shown
from .blueprint import bp
from .files import ask_for_file, sent


@bp.get("/attempts")
@allow(Permission.FOLLOW)
def attempts() -> Page:
    """The attempts that a figure counts, a page at a time."""
    return shown("reports/attempts.html", _attempts)


def _attempts(asked: Asked, filters: Filters) -> dict[str, Any]:
    quizzes = quizzes_of(asked.choices.courses)
    chosen = _chosen(quizzes, filters)
    total = attempt_queries.count_rows(asked.person, filters, chosen)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(page_number(request.args), pages)
    return {
        "rows": attempt_queries.list_rows(asked.person, filters, chosen, _sort(), page) if total else [],
        "chosen": chosen,
        "total": total,
        "page": page,
        "pages": pages,
        "sort": _sort(),
        "courses": {course.id: course for course in asked.choices.courses},
        "quizzes": {quiz.activity.id: quiz for quiz in quizzes},
    }


@bp.get("/attempts.<any(csv, xlsx):format>")
@allow(Permission.FOLLOW)
def attempts_file(format: str) -> Response:
    """The same rows as a file, sent as they are read. That it was taken is written down."""
    asked, filters = ask_for_file()
    quizzes = quizzes_of(asked.choices.courses)
    chosen = _chosen(quizzes, filters)
    rows = attempt_queries.stream_rows(asked.person, filters, chosen, _sort())
    columns = of_attempts(asked.choices.courses, quizzes, zone=asked.person.time_zone, language=page_language())
    quiz = chosen.quiz.activity.key if chosen.quiz else None
    return sent(asked, "attempts", format, rows, columns, quiz=quiz, outcome=chosen.outcome)


def _chosen(quizzes: list[ReportedQuiz], filters: Filters) -> Chosen:
    """The quiz, by its key in the course that the filters name; one that is not there asks nothing."""
    asked, outcome = request.args.get("quiz"), request.args.get("outcome", "")
    quiz = next((one for one in quizzes if (one.course.id, one.activity.key) == (filters.course_id, asked)), None)
    return Chosen(quiz, Outcome(outcome) if quiz and outcome in set(Outcome) else None)


def _sort() -> Sort:
    asked = request.args.get("sort", "")
    return Sort(asked) if asked in set(Sort) else Sort.NEWEST
