"""GIFT question files, as docs/gift.md says what is read and written of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from ..faults import Fault
from ..parsed import ParsedQuestion
from ..questions import Loss, OutgoingQuestion
from ..text_files import text_of
from . import writing
from .reading import read


class Gift:
    """GIFT, as the pages offer it."""

    name = "gift"
    label: object = "GIFT"
    summary: object = _l("Moodle’s text format: easy to write by hand. One language, no pictures, no hints.")
    suffix = ".gift"
    media_type = "text/plain"

    def read(self, data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
        """The questions of a file, and a fault for each that is not taken."""
        text, faults = text_of(data, file)
        if not faults:
            return read(text, file=file, language=language)
        return [], faults

    def losses(self, questions: Sequence[OutgoingQuestion], language: str) -> list[Loss]:
        """What would be left out."""
        return [loss for question in questions for loss in writing.losses(question, language)]

    def write(self, questions: Sequence[OutgoingQuestion], language: str) -> bytes:
        """The questions that GIFT can say."""
        return writing.write(questions, language).encode()


FORMAT = Gift()

__all__ = ["FORMAT", "read"]
