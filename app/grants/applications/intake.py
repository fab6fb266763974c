"""A file on its way into an application: judged by its content, and put into the store under its hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core import filetypes
from app.core.filetypes import ACCEPTED, NotAccepted
from app.core.store import the_store
from app.core.transactions import outside_transaction
from app.courses.library import uploads
from app.courses.library.intake import names_of

from ..calls.questionnaire import FileKind, Question
from .errors import FileTooLarge, NoFile

LARGEST = 10 * 1024 * 1024  # bytes of one file


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A file that is in the store and has no row yet."""

    hash: str
    name: str
    media_type: str
    size: int


def take_in(question: Question, name: str, stream: IO[bytes]) -> TakenIn:
    """Look into a file for a question and store it, outside any transaction; what is refused leaves nothing behind.

    Raises `NoFile`, `FileTooLarge`, and `NotAccepted` with the reason.
    """
    if not name:
        raise NoFile
    with outside_transaction("looking into a file"), uploads.sent(name, stream) as sent:
        if sent.size > LARGEST:
            raise FileTooLarge
        try:
            kind = filetypes.judge(sent.file)
        except NotAccepted as refused:
            raise (_not_taken(question) if refused.message is ACCEPTED else refused) from None
        if kind.media_type not in question.media_types:
            raise _not_taken(question)
        the_store().put(sent.hash, sent.file)
        return TakenIn(sent.hash, names_of(name, kind)[0], kind.media_type, sent.size)


def _not_taken(question: Question) -> NotAccepted:
    return NotAccepted(_("This file is of another kind. Taken here: %(kinds)s.", kinds=kinds_taken(question)))


def kinds_taken(question: Question) -> str:
    """The kinds of files that answer a question, in words."""
    words = {
        FileKind.PDF: "PDF",
        FileKind.TEXT: _("text of Word or LibreOffice"),
        FileKind.SHEET: _("sheets of Excel or LibreOffice"),
        FileKind.SLIDES: _("slides of PowerPoint or LibreOffice"),
        FileKind.PICTURE: _("pictures (JPEG, PNG, WebP)"),
    }
    return _listed(words[kind] for kind in question.kinds or FileKind)


def _listed(words: Iterable[str]) -> str:
    return str(format_list(list(words), style="or", locale=get_locale() or "en"))
