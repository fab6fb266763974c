"""What can go wrong with calls and rules."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class InvalidRule(DomainError):
    """The rule cannot be judged: a part is empty, asks for more than there is, or names no course."""

    status = 422
    field = "rule"
    message = _l("This rule cannot be judged.")


class NoRule(DomainError):
    """A call cannot be published before it says who may apply."""

    message = _l("This call has no rule yet. Set its rule, then publish it.")
