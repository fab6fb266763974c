"""What quizzes show on pages of courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.auth.identity import Identity

from .marking import queries as marking_queries


@dataclass(frozen=True, slots=True)
class MarkingTab:
    """The way to what waits for a mark, and how much does."""

    course_id: int
    waiting: int
    template: str = "quizzes/marking/_tab.html"


def marking_tab(_person: Identity, course_ids: Sequence[int]) -> dict[int, list[MarkingTab]]:
    """For each course, the way to its marking. One statement for all."""
    counts = marking_queries.count_waiting(course_ids)
    return {course_id: [MarkingTab(course_id, counts.get(course_id, 0))] for course_id in course_ids}
