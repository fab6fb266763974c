"""The publish panel: what a course page shows of publishing, wherever it stands."""

from __future__ import annotations

from typing import Any

from app.auth.identity import Identity
from app.core import slots

from . import queries
from .drafts import Review
from .forms import PublishForm
from .queries import CourseAccess


def publish_panel(
    access: CourseAccess, review: Review, person: Identity, form: PublishForm | None = None
) -> dict[str, Any]:
    """The values that `studio/_publish.html` and `studio/_editions.html` need."""
    return {
        "editions": queries.list_course_editions(access.id),
        "notices": slots.PUBLISH_NOTICES.fill(person, [access.id]).get(access.id, []),
        "form": form or PublishForm(),
    }
