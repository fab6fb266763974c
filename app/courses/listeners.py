"""What courses do when something is announced."""

from __future__ import annotations

from . import audience_services
from .signals import edition_published


@edition_published.connect
def tell_the_invited(_sender: object, *, course_id: int, edition_id: int) -> None:
    """Invitations to a course that was not published yet leave with its first edition."""
    audience_services.tell_the_invited(course_id=course_id)
