"""QTI 2.1 and 3.0: assessment items, alone or in a content package, as docs/qti.md says what is read and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from ..faults import Fault
from ..parsed import ParsedQuestion
from ..questions import Loss, OutgoingQuestion
from . import losing
from .version import Version


@dataclass(frozen=True, slots=True)
class Qti:
    """Either version: both read both, and each writes its own."""

    version: Version
    name: str
    label: object
    summary: object
    suffix: str = ".zip"
    media_type: str = "application/zip"

    def read(self, data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
        """The questions of an item or a package, and a fault for each that is not taken."""
        from . import reading  # it loads lxml: four megabytes, which only a process that reads or writes XML need hold

        return reading.read(data, file=file, language=language)

    def losses(self, questions: Sequence[OutgoingQuestion], language: str) -> list[Loss]:
        """What would be left out."""
        return [loss for question in questions for loss in losing.losses_of(question, language)]

    def write(self, questions: Sequence[OutgoingQuestion], language: str) -> bytes:
        """A content package with one item a question."""
        from . import package, writing

        left_out = {loss.key for loss in self.losses(questions, language) if loss.whole}
        written = [(q, writing.item(q, language)) for q in questions if q.key not in left_out]
        return package.packed(written, self.version)


QTI21 = Qti(
    Version.QTI21, "qti21", _l("QTI 2.1"), _l("What most learning platforms and assessment tools exchange: a zip.")
)
QTI3 = Qti(Version.QTI3, "qti3", _l("QTI 3.0"), _l("The newest version of QTI, for tools that know it: a zip."))

__all__ = ["QTI3", "QTI21", "Qti"]
