"""The draft as a practitioner would find it who has just begun it. Nothing of it is ever written down."""

from __future__ import annotations

from app.core import clock
from app.courses.drafts import Review
from app.courses.editions import Proposal

from .queries import Enrolled, Place
from .standing import Standing


def draft_place(review: Review, language: str) -> Place:
    """The draft in `language`, or else in its own, as if it were published and just begun."""
    outline = review.outline
    edition = Proposal(outline, review.in_force).as_edition(review.course.id)
    now = clock.now()
    enrolled = Enrolled(
        id=0,
        cycle=1,
        language=language if language in outline.languages else outline.source_language,
        due_at=None,
        enrolled_at=now,
        touched_at=now,
        completed_at=None,
        score=None,
        version=0,
        certificate=None,
        standing=Standing(edition, {}),
    )
    return Place(
        course_id=review.course.id,
        slug=review.course.slug,
        edition=edition,
        enrolled=enrolled,
        audience=review.course.audience,
        invited=True,
        draft=True,
    )
