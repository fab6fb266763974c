"""What can go wrong with a quiz or an attempt at it, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class NoAttemptsLeft(DomainError):
    message = _l("You have used all attempts at this quiz. Your trainer can look at your answers with you.")


class AttemptClosed(DomainError):
    title = _l("Submitted already")
    message = _l("This attempt has been submitted, so its answers can no longer change.")


class WrongShape(DomainError):
    status = 400
    message = _l("That is not an answer to this question. Nothing was changed.")


class Overtaken(DomainError):
    title = _l("Answered in another window")
    message = _l("You answered this question in another window since. That newer answer was kept.")


class TooManyQuestions(DomainError):
    message = _l("This quiz has as many questions as a quiz can have. Put the others into another quiz.")


class StillAsked(DomainError):
    title = _l("This question stays in the bank")
    message = _l(
        "A quiz asks it, or an edition of the course did, and results rest on it. Take it out of a quiz instead: "
        "then practitioners no longer meet it."
    )
