"""What can go wrong when a course is moved, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class AddressTaken(DomainError):
    """Another course has the address, or had it: whose it is, nobody is told."""

    status = 422
    field = "address"
    message = _l("This address is taken. Choose another.")


class NotAnAddress(DomainError):
    status = 422
    field = "address"
    message = _l("An address has lower-case letters, digits and single hyphens between them, at most 60 in all.")


class NoFolder(DomainError):
    status = 422
    message = _l("Choose the zip file of a course folder.")


class NothingToAnswer(DomainError):
    """The import asks nothing: it was answered already, or is done."""

    message = _l("This import has been answered already.")


class Superseded(Exception):
    """Another run of the same job took over; this one stops and leaves no trace."""


class NothingToConfirm(DomainError):
    """The file was confirmed already, or let go."""

    message = _l("This file was confirmed already, or let go. Nothing was done twice.")


class FileGone(DomainError):
    """A file waits a day to be confirmed."""

    title = _l("Send the file again")
    message = _l("The file waited for more than a day, so it was removed. Nothing of it was done: send it again.")
