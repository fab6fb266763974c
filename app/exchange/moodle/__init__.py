"""Moodle's XML of questions, as docs/moodle-xml.md says what is read and written of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from ..faults import Fault
from ..parsed import ParsedQuestion
from ..questions import Loss, OutgoingQuestion


class Moodle:
    """Moodle's XML, as the pages offer it."""

    name = "moodle"
    label: object = _l("Moodle XML")
    summary: object = _l("What Moodle exports: nearly all types, with marks, hints and feedback. One language.")
    suffix = ".xml"
    media_type = "application/xml"

    def read(self, data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
        """The questions of a file, and a fault for each that is not taken."""
        from . import reading  # it loads lxml: four megabytes, which only a process that reads or writes XML need hold

        return reading.read(data, file=file, language=language)

    def losses(self, questions: Sequence[OutgoingQuestion], language: str) -> list[Loss]:
        """What would be left out."""
        from . import writing

        return [loss for question in questions for loss in writing.losses(question, language)]

    def write(self, questions: Sequence[OutgoingQuestion], language: str) -> bytes:
        """The questions that Moodle has a type for."""
        from . import writing

        return writing.write(questions, language)


FORMAT = Moodle()

__all__ = ["FORMAT"]
