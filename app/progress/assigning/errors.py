"""What can go wrong with assignments, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class AlreadyEnded(DomainError):
    message = _l("This assignment has ended already. Whoever it enrolled is still in the course.")


class CohortEnded(DomainError):
    message = _l("This cohort has ended. Choose another, or make one.")
