"""What an archived course refuses, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class CourseArchived(DomainError):
    """Nobody begins an archived course. The message says which, and what replaces it; `sent_on` is its address."""

    title = _l("This course was archived")
    message = _l("This course was archived, so nobody can begin it any more.")

    def __init__(self, message: object = None, *, sent_on: str | None = None) -> None:
        super().__init__(message)
        self.sent_on = sent_on


class PublishingArchived(DomainError):
    message = _l(
        "This course is archived, so no edition of it is published. The draft is kept: bring the course back first."
    )


class NoReplacement(DomainError):
    """Not there, not published, archived itself, or the course itself."""

    field = "replaced_by"
    message = _l("Choose a course that is published and can be begun: another than this one.")
