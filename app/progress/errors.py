"""What can go wrong while learning, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class NotEnrolled(DomainError):
    message = _l("Start the course first; then its lessons open for you.")


class NotAdmitted(DomainError):
    """Carries in its message whom the course is for, and what to do."""

    status = 403
    title = _l("This course is not open to everyone")


class ActivityLocked(DomainError):
    """Carries in its message what opens it."""

    title = _l("Not open yet")


class ActivityGone(DomainError):
    status = 404
    message = _l("This activity is no longer part of the course. What you did in it is kept.")
