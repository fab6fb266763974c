"""How an enrolment begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core import clock
from app.courses.editions import PublishedEdition


def fresh(
    edition: PublishedEdition,
    *,
    person_id: int,
    city_id: int | None,
    language: str,
    due_at: datetime | None,
    assignment_id: int | None = None,
) -> dict[str, Any]:
    """The values of a new enrolment; in the person's `language` if the course has it, else in the course's own."""
    now = clock.now()
    return {
        "person_id": person_id,
        "course_id": edition.course_id,
        "city_id": city_id,
        "language": language if language in edition.outline.languages else edition.outline.source_language,
        "states": {},
        "total": edition.needed,
        "due_at": due_at,
        "assignment_id": assignment_id,
        "enrolled_at": now,
        "touched_at": now,
        "counted_edition_id": edition.id,
    }
