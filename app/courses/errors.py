"""What can go wrong with a course, in words for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class NothingToPublish(DomainError):
    message = _l("Nothing has changed since the last edition, so there is nothing to publish.")


class NotReady(DomainError):
    message = _l("The course is not ready to be published: see the checks.")


class CourseNotPublished(DomainError):
    status = 404
    message = _l("This course has not been published yet.")


class EditedMeanwhile(DomainError):
    """What was to be saved was made from an older state: somebody else has saved in between."""

    message = _l("Somebody else changed this while you were editing. Nothing of yours is lost: compare, then choose.")


class TextTooLong(DomainError):
    status = 422
    field = "html"
    message = _l("This text is longer than 1 MB, so it was not saved. Make two lessons of it.")


class VersionGone(DomainError):
    status = 410
    message = _l("This version was withdrawn, so it cannot be brought back.")


class NothingToKeep(DomainError):
    message = _l("There is no text yet to keep a version of.")
