"""What can go wrong with a course, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

if TYPE_CHECKING:
    from .usage import Usage


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


class UploadExpired(DomainError):
    status = 410
    message = _l("This upload was left for more than a day, so what had come of it is gone. Choose the file again.")


class UploadOvertaken(DomainError):
    message = _l("This upload is at another place than this part. It goes on from where it is.")


class UploadIncomplete(DomainError):
    message = _l("This upload is not complete yet.")


class UploadTooLarge(DomainError):
    status = 413
    message = _l("Files can have up to 2 GB.")


class NotTus(DomainError):
    """The request is none that the protocol of uploads knows."""

    status = 400
    message = _l("This is no request of an upload.")


class FileInUse(DomainError):
    """A file that the draft or an edition shows cannot go; `usage` says where."""

    message = _l("This file is in use, so it cannot be deleted.")

    def __init__(self, usage: Usage) -> None:
        self.usage = usage
        super().__init__()
