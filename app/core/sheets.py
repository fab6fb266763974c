"""CSV that spreadsheets open as it is meant."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"  # so that spreadsheets read UTF-8

# Where a cell begins, also for who splits the file at another sign than we do or at a line break within a cell, and
# what makes a formula of it. A tab after a tab is only the next separator, a line break in the middle only ends a cell.
_SPACES = r"[^\S\t\r\n]*"
_FIRST = re.compile(rf"\A({_SPACES})(?=[=+\-@\t\r\n])")
_FURTHER = re.compile(rf'([;,"\t\r\n]{_SPACES})(?=[=+\-@]|(?<!\t)\t)')
_GUARDED = re.compile(rf"""((?:\A|[;,"\t\r\n]){_SPACES})'(?=[=+\-@\t\r\n])""")
_QUOTED = re.compile(r'[,"\r\n]')  # as `csv` does


def harmless(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula: one that begins like one gets an apostrophe before it."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def harmless_in_parts(cell: str) -> str:
    """`cell` so that no part of it is taken for a formula either, wherever a spreadsheet splits it.

    Excel in French opens CSV with semicolons as separators, others with tabs.
    """
    guarded = _FIRST.sub(r"\1'", _FURTHER.sub(r"\1'", cell))
    if guarded.endswith((";", "\t", "\r", "\n")) and _QUOTED.search(guarded):
        guarded += " "  # else the quotation mark that ends the cell would begin the next, and take in the next row
    return guarded


def meant(cell: str) -> str:
    """A cell as it is meant: without the apostrophes of `harmless_in_parts`."""
    return _GUARDED.sub(r"\1", cell) if "'" in cell else cell


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """The rows as lines of CSV, words made harmless; numbers stay numbers."""
    text = io.StringIO()
    csv.writer(text).writerows(
        [harmless_in_parts(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue()
