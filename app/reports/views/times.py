"""How long courses take."""

from __future__ import annotations

from typing import Any

from app.core.access import Permission, allow

from .. import main_figures
from ..scope import Filters
from .asking import Asked, Page, shown
from .blueprint import bp


@bp.get("/times")
@allow(Permission.FOLLOW)
def times() -> Page:
    """Days from enrolment to completion by course; of one course, the time spent in it too."""
    return shown("reports/times.html", _times)


def _times(asked: Asked, filters: Filters) -> dict[str, Any]:
    times = main_figures.list_times(asked.person, filters, asked.choices)
    return {
        "times": times,
        "courses": {course.id: course for course in asked.choices.courses},
        "spent": main_figures.find_minutes_spent(asked.person, filters, times),
        "longest": max((time.days[2] for time in times), default=0) or 1,
    }
