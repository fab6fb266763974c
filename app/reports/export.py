"""The lists behind the reports as CSV and as a workbook, streamed row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from app.core import workbooks
from app.core.sheets import BYTE_ORDER_MARK, csv_lines

from .columns import Columns

ROWS_A_CHUNK = 500
Row = TypeVar("Row")
Format = Callable[[Iterable[Row], Columns[Row]], Iterator[bytes]]


def as_csv(rows: Iterable[Row], columns: Columns[Row]) -> Iterator[bytes]:
    """As CSV, in UTF-8 with the mark by which spreadsheets know it."""
    yield (BYTE_ORDER_MARK + csv_lines([columns.heading])).encode()
    left = iter(rows)
    while chunk := list(islice(left, ROWS_A_CHUNK)):
        yield csv_lines([columns.cells(row) for row in chunk]).encode()


def as_workbook(rows: Iterable[Row], columns: Columns[Row]) -> Iterator[bytes]:
    """As a workbook. More rows than one sheet takes go on in the next."""
    return workbooks.workbook(columns.heading, map(columns.cells, rows), name=columns.name)


FORMATS = {"csv": as_csv, "xlsx": as_workbook}
TYPES = {"csv": "text/csv", "xlsx": workbooks.WORKBOOK}
