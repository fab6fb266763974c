"""What can go wrong with reports, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class TooManySchedules(DomainError):
    """Somebody gets as many reports as there may be."""

    status = 409
    message = _l("You get 20 reports by e-mail already. Stop one of them, then add this one.")
