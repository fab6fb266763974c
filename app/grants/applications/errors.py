"""What can go wrong with a city's application, in words for people."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

from .faults import Fault


class CallNotOpen(DomainError):
    message = _l("This call has not opened yet. You can begin the application on the day it opens.")


class CallClosed(DomainError):
    message = _l("This call has closed. What was written is kept, and can be read; it can no longer be changed.")


class NotWritable(DomainError):
    """The application was submitted, or decided."""

    message = _l(
        "This application was submitted meanwhile, so it can no longer be changed. What you sent was not saved."
    )


class NotYours(DomainError):
    """Who asks may not begin for that city."""

    status = 422
    field = "city"
    message = _l("Choose a city that you coordinate, or whose eligible practitioner you are.")


class NeedsWord(DomainError):
    message = _l("A coordinator of your city gives the word first. Ask for it on the application’s page.")


class NoCoordinator(DomainError):
    message = _l("Your city has no coordinator yet. Ask an administrator to name one, then ask for the word.")


class OnlyCoordinators(DomainError):
    status = 403
    message = _l("Only a coordinator of the city can do this.")


class MayNotSubmit(DomainError):
    status = 403
    message = _l("A coordinator of the city, or an eligible practitioner with a coordinator’s word, submits it.")


class CityNotEligible(DomainError):
    message = _l(
        "Nobody in your city meets the rule at this moment, so nothing was submitted. What you wrote is saved. "
        "See the call’s page for what is missing."
    )


class NotComplete(DomainError):
    """Something is missing, or not as asked; `faults` says all of it, in the order of the questions."""

    status = 422
    message = _l("Something is still missing, so nothing was submitted. It stands beside each question.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = faults


class NotSubmitted(DomainError):
    message = _l("This application is not submitted, so there is nothing to withdraw.")


class WouldBeLost(DomainError):
    status = 409
    message = _l(
        "Nobody in your city meets the rule that is in force today, so once it is withdrawn it could not be submitted "
        "again as things stand. It is still submitted: leave it so, or tick that you are sure."
    )


class TooManyFiles(DomainError):
    status = 422
    message = _l("This question has as many files as it takes. Remove one first, then add another.")


class FileTooLarge(DomainError):
    status = 422
    message = _l("This file is larger than 10 MB. Save it smaller, or in parts, then add it again.")


class NoFile(DomainError):
    status = 422
    message = _l("Choose a file first, then add it.")
