"""How quizzes went."""

from __future__ import annotations

from typing import Any

from flask import request

from app.auth.identity import the_person
from app.auth.permissions import may_teach
from app.core.access import Permission, allow
from app.core.paging import page_number

from .. import main_figures, quiz_queries
from ..scope import Filters
from .asking import Asked, Page, shown
from .blueprint import bp

QUIZZES_A_PAGE = 50


@bp.get("/quizzes")
@allow(Permission.FOLLOW)
def quizzes() -> Page:
    """By quiz: attempts, how many passed, the average, and how many passed at the first."""
    return shown("reports/quizzes.html", _quizzes)


def _quizzes(asked: Asked, filters: Filters) -> dict[str, Any]:
    found = main_figures.quizzes_of(filters, asked.choices)
    pages = max(1, -(-len(found) // QUIZZES_A_PAGE))
    page = min(page_number(request.args), pages)
    some = found[(page - 1) * QUIZZES_A_PAGE : page * QUIZZES_A_PAGE]
    return {
        "quizzes": some,
        "results": quiz_queries.list_results(asked.person, filters, some),
        "page": page,
        "pages": pages,
        "teaches": quiz_queries.list_taught(the_person()) if may_teach(the_person()) else set(),
    }
