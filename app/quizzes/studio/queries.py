"""The quiz of a draft that trainers edit."""

from __future__ import annotations

from app.core.errors import NotFound
from app.courses import queries as courses

from ..models import Quiz


def get_quiz(course_id: int, activity_id: int) -> Quiz:
    """A quiz that stands in the draft. Raises `NotFound`."""
    activity = courses.get_draft_activity(course_id, activity_id)
    if not isinstance(activity, Quiz):
        raise NotFound
    return activity


def find_quiz(course_id: int, activity_id: int | None) -> Quiz | None:
    """As `get_quiz`; None where there is no such quiz."""
    try:
        return get_quiz(course_id, activity_id) if activity_id else None
    except NotFound:
        return None
