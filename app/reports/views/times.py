"""How long courses take."""

from __future__ import annotations

from typing import Any

from app.core.access import Permission, allow

from .. import times_queries
from ..scope import Filters
from .asking import Asked, Page, shown
from .blueprint import bp


@bp.get("/times")
@allow(Permission.FOLLOW)
def times() -> Page:
    """Days from enrolment to completion by course; of one course, the time spent in it too."""
    return shown("reports/times.html", _times)


def _times(asked: Asked, filters: Filters) -> dict[str, Any]:
    courses = {course.id: course for course in asked.choices.courses}
    found = [time for time in times_queries.list_times(asked.person, filters) if time.course_id in courses]
    spent = times_queries.find_minutes_spent(asked.person, filters) if found and filters.course_id else None
    return {
        "times": sorted(found, key=lambda time: (-time.completed, time.course_id)),
        "courses": courses,
        "spent": spent,
        "longest": max((time.days[2] for time in found), default=0) or 1,
    }
