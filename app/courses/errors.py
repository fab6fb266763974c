"""What can go wrong with a course, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

if TYPE_CHECKING:
    from .library.usage import Usage


class NothingToPublish(DomainError):
    message = _l("Nothing has changed since the last edition, so there is nothing to publish.")


class NotReady(DomainError):
    message = _l("The course is not ready to be published: see the checks.")


class DraftChanged(DomainError):
    """What is about to be published is not what was seen. `changes` says what changed since, where that is known."""

    message = _l("The draft has changed since this page was shown, so nothing was published yet. Your note is kept.")

    def __init__(self, changes: list[str]) -> None:
        super().__init__()
        self.changes = changes


class CourseNotPublished(DomainError):
    status = 404
    message = _l("This course has not been published yet.")


class EditedMeanwhile(DomainError):
    """What was to be saved was made from an older state: somebody else has saved in between."""

    message = _l("Somebody else changed this while you were editing. Nothing of yours is lost: compare, then choose.")


class AddressTaken(DomainError):
    """A course has, or once had, this address."""

    field = "slug"
    message = _l("Another course has this address, or once had it. Choose another.")


class ChangedSinceSeen(DomainError):
    """What was to be discarded is no longer what the page showed."""

    message = _l("This changed while you were looking at it, so nothing was discarded. Look again, then choose.")


class TextWithdrawn(DomainError):
    message = _l(
        "A text of this edition was withdrawn, so it cannot be brought back. What you have now stays as it is."
    )


class LanguageRefused(DomainError):
    """A language that cannot be added or removed; `field` is that of the form."""

    status = 422
    field = "language"


class TextsRefused(DomainError):
    """Translations that were not saved, none of them: `problems` says why, by the key of the text.

    Where somebody else saved in between, or the source changed, that alone is the reason, and the status 409.
    """

    message = _l("Nothing was saved yet, and nothing is lost: see the texts that are marked.")

    def __init__(self, problems: Mapping[str, object], *, status: int) -> None:
        super().__init__()
        self.problems = dict(problems)
        self.status = status


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


class TextTooLong(DomainError):
    status = 422
    field = "html"
    message = _l("This text is longer than 1 MB, so it was not saved. Make two lessons of it.")


class VersionGone(DomainError):
    status = 410
    message = _l("This version was withdrawn, so it cannot be brought back.")


class NothingToKeep(DomainError):
    message = _l("There is no text yet to keep a version of.")
