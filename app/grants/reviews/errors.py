"""What can go wrong between an application's submission and the end of its grant, in words."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

from ..eligibility.wording import moment_there


class TooLateToWaive(DomainError):
    """A waiver lets a city apply, which nobody can once the call has closed."""

    message = _l("The call has closed, so nothing more can be waived. The city can appeal against what is decided.")


class AlreadyDecided(DomainError):
    """Reviews and decisions are of applications that wait for one."""

    message = _l(
        "This application is decided already, or was withdrawn. Nothing was changed. Open it to see how it stands."
    )


class StillOpen(DomainError):
    """As long as a call is open a city may take its application back and change it."""

    def __init__(self, closes_at: datetime, time_zone: str) -> None:
        moment = moment_there(closes_at, time_zone)
        super().__init__(
            _("The call is still open: a city may yet change its application. Decide after %(moment)s.", moment=moment)
        )


class ReviewTooSoon(DomainError):
    """As `StillOpen`, for reviewers."""

    def __init__(self, closes_at: datetime, time_zone: str) -> None:
        moment = moment_there(closes_at, time_zone)
        super().__init__(
            _(
                "The call is still open: a city may yet change its application. Review it after %(moment)s.",
                moment=moment,
            )
        )


class ReviewHandedIn(DomainError):
    """A review that was handed in stays as it is."""

    message = _l("You have handed in this review, so it cannot be changed any more.")


class ConflictDeclared(DomainError):
    """A conflict of interest that a reviewer declared stands for good."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "%(name)s declared a conflict of interest meanwhile; nobody can take that back. Choose somebody else to"
                " review the application.",
                name=name,
            )
        )


class NotComplete(DomainError):
    """A review is handed in once every criterion has its points."""

    status = 422
    message = _l(
        "Some criteria have no points yet, so nothing was handed in. Give every criterion its points, then hand in."
    )


class ChangedElsewhere(DomainError):
    """Somebody, or the same person in another window, saved since the page was opened."""

    message = _l(
        "This was saved in another window since you opened it. What you typed is still below: look at it, then save"
        " again to keep it."
    )


class OwnInterest(DomainError):
    """Who belongs to an applying city, worked on its application or declared a conflict in it, does not act on it."""

    status = 403
    title = _l("You have an interest in this application")
    message = _l(
        "You belong to this city, worked on its application or declared a conflict of interest in it, so another"
        " administrator has to do this."
    )


class ReviewFirst(DomainError):
    """Who reviews an application decides of it only once they have handed in: till then they see no other's view."""

    status = 403
    title = _l("Your review comes first")
    message = _l(
        "You review this application yourself. Hand in your review first, or have another administrator decide"
        " about it."
    )


class AboveCeiling(DomainError):
    """A grant gives at most what the call says."""

    status = 422
    field = "amount"
    message = _l("This is more than the call gives to one city.")


class AmountMissing(DomainError):
    """An award in a call with a currency says how much."""

    status = 422
    field = "amount"
    message = _l("Write how much the city gets.")


class MoreThanGrants(DomainError):
    """More grants than the call announced are given only by saying so."""

    status = 422
    field = "beyond"
    message = _l("These would be more grants than the call announced.")


class TooLateToAppeal(DomainError):
    """An appeal has its time."""

    message = _l(
        "The time to appeal against this decision is over. Write to the secretariat of the network if something new"
        " has come up."
    )


class AppealOpen(DomainError):
    """One appeal at a time."""

    message = _l("An appeal against this decision is open already. Its answer comes first.")


class AppealAnswered(DomainError):
    """An appeal is answered once."""

    message = _l("This appeal is answered already. Nothing was changed.")


class NotTheOwner(DomainError):
    """An appeal is answered by who answers for it, never by who decided."""

    status = 403
    message = _l("Another administrator answers for this appeal. Ask them, or have it passed on to you.")


class NotAnOwner(DomainError):
    """Who may not answer for an appeal."""

    status = 422
    field = "owner"
    message = _l(
        "This person cannot answer for the appeal: it takes an administrator who did not decide and has nothing to do"
        " with the city."
    )


class NothingChanges(DomainError):
    """An appeal that is upheld changes the decision."""

    status = 422
    field = "amount"
    message = _l("The city was awarded this amount before. Write the new amount, or dismiss the appeal.")


class ReportHandedIn(DomainError):
    """A report that was handed in stays as it is."""

    message = _l("This report was handed in already, so it cannot be changed any more.")


class ReportEmpty(DomainError):
    """A report says something."""

    status = 422
    field = "text"
    message = _l("Write the report first, then hand it in.")
