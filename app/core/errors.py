"""Errors of the domain: an exception with a message for people, which one handler turns into a page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l


class DomainError(Exception):
    """What was asked cannot be done, and `message` says so to the person who asked.

    `status` is the HTTP status of the page and `title` its heading (None: what fits the status); `field` names
    the form field at fault, where there is one;
    `next_url` and `next_label` lead on.
    """

    status = 409
    title: object = None
    field: str | None = None
    message = _l("That cannot be done.")

    def __init__(
        self,
        message: object = None,
        *,
        field: str | None = None,
        next_url: str | None = None,
        next_label: object = None,
    ) -> None:
        super().__init__(message or self.message)
        if message is not None:
            self.message = message
        if field is not None:
            self.field = field
        self.next_url = next_url
        self.next_label = next_label

    def __str__(self) -> str:
        return str(self.message)


class NotFound(DomainError):
    """The thing does not exist, or not for this person: the two look the same."""

    status = 404
    message = _l("There is no such page, or it is not for you to see.")


class Forbidden(DomainError):
    """The person is known and may not do this."""

    status = 403
    message = _l("Your role does not allow this.")
