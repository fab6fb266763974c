"""What can go wrong with the rule of a call while it is written, proposed and approved."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class NoSuchPart(DomainError):
    """The rule has nothing there, or nothing that this can be done to."""

    title = _l("That part is not there")
    message = _l("The rule has no such part any more. Look at it again and choose the part anew.")


class TooMuch(DomainError):
    """More parts, or deeper, than anybody can read."""

    status = 422
    title = _l("That is too much for one rule")
    message = _l("Nobody could read this rule any more. Take a group apart, or remove a part, and then add this one.")


class DraftChanged(DomainError):
    """Somebody else changed the draft since this person's page was made."""

    title = _l("The rule was changed meanwhile")
    message = _l("Somebody changed this rule while you had it open. Nothing of yours is saved yet.")


class NothingToUndo(DomainError):
    """The last change was taken back already, or there was none."""

    title = _l("There is nothing to undo")
    message = _l("The rule has not been changed since it was taken from the version in force.")


class NothingNew(DomainError):
    """The draft says what the version in force says."""

    title = _l("Nothing has changed")
    message = _l("This is the rule in force, word for word. Change it first.")


class RuleHasFaults(DomainError):
    """The rule cannot be saved: the page of the draft says what is wrong, part by part."""

    status = 422
    title = _l("The rule cannot be saved yet")
    message = _l("Something in this rule cannot be right. Its page says what, beside the part it is about.")


class CallHasOpened(DomainError):
    """It was to be put in force at once, and the call opened before that."""

    title = _l("The call has opened")
    message = _l(
        "The call opened meanwhile, so a second person must approve this rule. Say why it changes and propose it."
    )


class CallHasClosed(DomainError):
    """Cities have applied under the rule as it stood: from the closing on it stays."""

    title = _l("The call has closed")
    message = _l(
        "The call has closed, so the rule that was in force then stays. A rule that still waits can be dismissed."
    )


class ReasonNeeded(DomainError):
    """A change after opening says why in the public change log."""

    status = 422
    field = "reason"
    message = _l("Say why: everybody can read it in the change log of the call.")


class ProposalWaits(DomainError):
    """Of one call, one rule waits at a time."""

    title = _l("Another rule waits for approval")
    message = _l("A proposed rule of this call waits for a second person. It is decided first; your draft is kept.")


class OwnProposal(DomainError):
    """Who proposed a rule never decides on it."""

    status = 403
    title = _l("A second person decides")
    message = _l("You wrote this rule, so another administrator approves or dismisses it.")


class NotYourProposal(DomainError):
    """Only who proposed a rule takes it back; anybody else dismisses it."""

    status = 403
    title = _l("Somebody else proposed this rule")
    message = _l("Only who proposed a rule can take it back. You can approve or dismiss it.")


class AlreadyDecided(DomainError):
    """Somebody else was first."""

    title = _l("This rule is decided already")
    message = _l("Somebody else has decided on this rule. Its page says who, and what follows.")
