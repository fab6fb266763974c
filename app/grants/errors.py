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


class NotApproved(DomainError):
    """The rule of a published call is replaced only by one that a body approved, for a reason."""

    status = 422
    message = _l("Cities know the rule of this call already. Say who approved the new one, on which day, and why.")


class NotWaivable(DomainError):
    """This requirement cannot be waived, or not again."""

    status = 422
    field = "leaf"


class NoRuleThen(DomainError):
    """No version of the call's rule was in force at that moment."""

    status = 404
    message = _l("This call had no rule in force at that moment. Choose a later day.")


class AlreadyOpen(DomainError):
    """Nobody is told that a call opens which has opened."""

    message = _l("This call has opened already. Look at its page for what comes next.")


class CannotState(DomainError):
    """What a person states holds from the moment the city’s application is handed in, or the call has closed."""

    message = _l("What you stated can no longer be changed: the call has closed, or your city has applied.")


class CallIsClosed(DomainError):
    """Nobody is reminded of a step that leads nowhere any more."""

    message = _l("This call has closed, so there is no step left to be reminded of.")
