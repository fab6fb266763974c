"""Late and soon due; inactive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.core.access import Permission, allow

from .. import lateness_queries, main_figures, people_queries
from ..people_queries import Sort
from ..scope import Filters, State
from .asking import Asked, Page, shown
from .blueprint import bp

FIRST_PEOPLE = 20


@bp.get("/due")
@allow(Permission.FOLLOW)
def due() -> Page:
    """Who is late, and who is due within 7, 14 and 30 days: by course, and the most overdue people."""
    return shown("reports/due.html", _due)


def _due(asked: Asked, filters: Filters) -> dict[str, Any]:
    late = replace(filters, state=State.LATE)
    return _tallied(asked, main_figures.list_due(asked.person, filters, asked.choices), late, Sort.DUE)


@bp.get("/inactive")
@allow(Permission.FOLLOW)
def inactive() -> Page:
    """Who never started, and who did nothing for 30, 60 and 90 days: by course, and the quietest people."""
    return shown("reports/inactive.html", _inactive)


def _inactive(asked: Asked, filters: Filters) -> dict[str, Any]:
    quiet = replace(filters, idle=30)
    return _tallied(asked, main_figures.list_inactive(asked.person, filters, asked.choices), quiet, Sort.QUIET)


def _tallied(asked: Asked, tallies: list[lateness_queries.Tally], first: Filters, sort: Sort) -> dict[str, Any]:
    return {
        "tallies": tallies,
        "all": lateness_queries.added(tallies),
        "courses": {course.id: course for course in asked.choices.courses},
        "rows": people_queries.list_rows(asked.person, first, sort, 1, FIRST_PEOPLE) if tallies else [],
    }
