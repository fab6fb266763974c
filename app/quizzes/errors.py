"""What can go wrong with a quiz or an attempt at it, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class NotOpen(DomainError):
    """The quiz has not opened yet, or has closed; the message says when."""

    title = _l("Not open now")


class WaitsBetween(DomainError):
    """The next attempt must wait; the message says until when."""

    title = _l("Not yet")


class NoAttemptsLeft(DomainError):
    message = _l("You have used all attempts at this quiz. Your trainer can look at your answers with you.")


class WrongCode(DomainError):
    status = 422
    field = "code"
    message = _l("That is not the code of this quiz. Your trainer can tell you what it is.")


class TooManyCodes(DomainError):
    status = 429
    field = "code"
    message = _l("Too many codes were tried. Wait ten minutes, and ask your trainer for the right one.")


class NothingToAsk(DomainError):
    message = _l("This quiz has no question that it could ask you. Your trainer can put that right.")


class AttemptClosed(DomainError):
    title = _l("Submitted already")
    message = _l("This attempt has been submitted, so its answers can no longer change.")


class TimeIsUp(DomainError):
    """An answer came after the deadline; what was acknowledged before stays."""

    title = _l("Time is up")
    message = _l("Your time was up when this answer arrived, so it was not saved. What was saved before counts.")


class Checked(DomainError):
    title = _l("Checked already")
    message = _l("This question has been checked, so its answer can no longer change. Nothing was changed.")


class NotChecked(DomainError):
    """The question cannot be checked, or has nothing to check."""

    title = _l("Not checked")
    message = _l("This question is not checked before you submit your answers.")


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
