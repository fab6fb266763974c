"""CSV that spreadsheets open as it is meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"  # so that spreadsheets read UTF-8


def harmless(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula: one that begins like one gets an apostrophe before it."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """The rows as lines of CSV, words made harmless; numbers stay numbers."""
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return text.getvalue()
