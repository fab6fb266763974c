"""What can go wrong while administrators write a call, in words."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

from ..eligibility.wording import moment_there
from .checks import Lack
from .facts import CallFacts


class ChangedMeanwhile(DomainError):
    """What was to be saved was made from an older state: somebody else has saved in between."""

    message = _l("Somebody else changed this while you were editing. Nothing of yours is lost: compare, then choose.")


class Disputed(ChangedMeanwhile):
    """Somebody else changed `fields` meanwhile; `theirs` is what stands now, `mine` what the two make but for these."""

    def __init__(self, mine: CallFacts, theirs: CallFacts, fields: frozenset[str]) -> None:
        super().__init__()
        self.mine, self.theirs, self.fields = mine, theirs, fields


class AddressTaken(DomainError):
    field = "slug"
    message = _l("Another call has this address. Choose another one.")


class AddressStays(DomainError):
    field = "slug"
    message = _l("The call is published, and people have its address. It stays.")


class ReasonNeeded(DomainError):
    """What changes in a call that was ever published stands in its public change log, with why."""

    status = 422
    field = "why"
    message = _l("The call was published, so say why you change it. The reason stands in its public change log.")


class OpeningStays(DomainError):
    field = "opens_at"
    message = _l("The call has opened, so its opening stays.")


class ZoneStays(DomainError):
    field = "time_zone"
    message = _l("The call has opened, so its time zone stays.")


class CurrencyStays(DomainError):
    field = "currency"
    message = _l("The call has opened, and cities may have written amounts. Its currency stays.")


class CurrencyNeeded(DomainError):
    """A published call that asks for amounts says in what."""

    status = 422
    field = "currency"
    message = _l("A question asks for an amount, so the call needs a currency.")


class NoCurrency(DomainError):
    """As `CurrencyNeeded`, of the question that is to be asked."""

    status = 422
    message = _l("The call is published and has no currency. Set it in the settings, then ask for amounts.")


class ClosingOnlyLater(DomainError):
    field = "closes_at"
    message = _l("The call is open, so it can only close later than announced, never earlier.")


class ClosedForGood(DomainError):
    field = "closes_at"
    message = _l("The call has closed. Its dates stay as they were.")


class ClosesTooEarly(DomainError):
    """What two people wrote together cannot be, though each form alone was in order."""

    status = 422
    field = "closes_at"

    def __init__(self, wanted: CallFacts) -> None:
        super().__init__(
            _(
                "Somebody else moved a date meanwhile: the call would open on %(opens)s and close on %(closes)s. "
                "Choose a closing after the opening.",
                opens=moment_there(wanted.opens_at, wanted.time_zone),
                closes=moment_there(wanted.closes_at, wanted.time_zone),
            )
        )


class OpensInThePast(DomainError):
    status = 422
    field = "opens_at"
    message = _l("This moment has passed. The call is published, so choose an opening that is still to come.")


class RuleOutOfTime(DomainError):
    """By an earlier closing no certificate lasts as long as the rule asks; `fault` says which, and until when."""

    status = 422
    field = "closes_at"

    def __init__(self, fault: str) -> None:
        super().__init__(_("With this closing nobody could meet the rule. %(fault)s", fault=fault))


class NotReady(DomainError):
    """It lacks what a published call must have; `lacks` says what."""

    message = _l("This call is not ready to be published. See what is missing below.")

    def __init__(self, lacks: Sequence[Lack]) -> None:
        super().__init__()
        self.lacks = lacks


class PublishedOnce(DomainError):
    message = _l("The call was published, so people may know of it. It stays.")


class OpenAlready(DomainError):
    message = _l("The call has opened, so it stays published. You can still move its closing to a later time.")


class Answered(DomainError):
    """Somebody has submitted: what was asked of them is asked of everyone."""

    message = _l(
        "A city has submitted its application, so the questions, criteria and reports stay as they are: everyone "
        "answers the same."
    )


class TooMany(DomainError):
    status = 422
    message = _l("There are as many of these as there can be. Remove one first.")
