"""Questions as rows of a spreadsheet: an Excel workbook or CSV. `columns` says what stands where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from ..faults import Fault
from ..parsed import ParsedQuestion
from ..questions import Loss, OutgoingQuestion
from . import csv_files, losing, reading, writing
from .columns import Rows, Table, Unreadable
from .examples import examples


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of file: `opened` and `saved` are between its bytes and its rows."""

    name: str
    label: object
    summary: object
    suffix: str
    media_type: str
    opened: Callable[[bytes, str], Table]
    saved: Callable[[Rows], bytes]

    def read(self, data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
        """The questions of the rows, and a fault for each that is not taken."""
        try:
            table = self.opened(data, file)
        except Unreadable as error:
            return [], [Fault(error.file or file, error.line, str(error))]
        return reading.read(table, language)

    def losses(self, questions: Sequence[OutgoingQuestion], language: str) -> list[Loss]:
        """What would be left out."""
        return [loss for question in questions for loss in losing.losses_of(question, language)]

    def write(self, questions: Sequence[OutgoingQuestion], language: str) -> bytes:
        """One row a question."""
        left_out = {loss.key for loss in self.losses(questions, language) if loss.whole}
        return self.saved(writing.rows([q for q in questions if q.key not in left_out], language))

    def template(self, language: str) -> bytes:
        """A file to begin from, with an example of each type."""
        return self.write(examples(language), language)


def _opened(data: bytes, file: str) -> Table:
    from . import workbooks  # what reads and writes them takes four megabytes, and few ever do

    return workbooks.opened(data, file)


def _saved(rows: Rows) -> bytes:
    from . import workbooks

    return workbooks.saved(rows)


XLSX = Sheet(
    "xlsx",
    _l("Excel workbook"),
    _l("One row a question, with a sheet that explains the columns. Good for writing many questions at once."),
    ".xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    _opened,
    _saved,
)
CSV = Sheet(
    "csv",
    _l("CSV"),
    _l("The same rows as plain text, for any spreadsheet program or script."),
    ".csv",
    "text/csv",
    csv_files.opened,
    csv_files.saved,
)

__all__ = ["CSV", "XLSX", "Sheet"]
