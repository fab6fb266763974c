"""What can go wrong with accounts, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class WrongCredentials(DomainError):
    status = 400
    field = "password"
    message = _l("That e-mail and password do not match.")


class WrongPassword(DomainError):
    status = 400
    field = "current_password"
    message = _l("That is not your present password. Nothing was changed.")


class AccountClosed(DomainError):
    status = 403
    field = "password"
    message = _l("This account is closed. If that is a mistake, write to your city’s coordinator.")


class Erased(DomainError):
    status = 410
    message = _l("This account is erased already. Nobody can sign in with it any more.")


class LinkNotValid(DomainError):
    status = 404
    message = _l("This link no longer works: it was used already, replaced by a newer one, or is too old.")


class NotConfirmed(DomainError):
    message = _l("This person has not confirmed the e-mail address yet, so cannot be placed or given a role.")


class Closed(DomainError):
    message = _l("This account is closed. Open it again first.")


class CoordinatorElsewhere(DomainError):
    field = "city"
    message = _l("A coordinator belongs to the city. Place the person in the city first.")


class LastAdministrator(DomainError):
    message = _l("This is the last administrator. Give the role to somebody else first.")


class EmailTaken(DomainError):
    message = _l("Somebody else has an account with this address, so yours keeps the old one.")
