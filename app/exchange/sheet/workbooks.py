"""Rows as an Excel workbook. No formula is computed or written; limits hold before anything is unpacked."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl
from flask_babel import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font

from .. import zips
from .columns import (
    HOW,
    HOW_TO,
    LONGEST_CELL,
    MEANINGS,
    MOST_COLUMNS,
    MOST_ROWS,
    SHEET,
    Rows,
    Table,
    Unreadable,
    letter,
)

_WIDE = {"question": 60, "type": 18, "key": 22, "category": 20}


def opened(data: bytes, file: str) -> Table:
    """The rows of the sheet “Questions”, or else of the first. Raises `Unreadable`."""
    _check(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        name = SHEET if SHEET in book.sheetnames else book.sheetnames[0]
        rows = list(_rows(book[name]))
        book.close()
    except Unreadable:
        raise
    except Exception as error:  # a damaged workbook fails in whatever way its parts do
        raise Unreadable(_("this is not an Excel workbook that can be read")) from error
    if not rows:
        raise Unreadable(_("the file is empty"))
    (line, header), *others = rows
    return Table(f"{file}, {name}", header, line, tuple(others))


def _check(data: bytes) -> None:
    """See that the zip is sound, and that none of its parts declares entities."""
    try:
        package = zips.open_zip(data)
        for name in package.names:
            is_picture = name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".svg"))
            if not is_picture and re.search(rb"<!(DOCTYPE|ENTITY)", package.read(name).replace(b"\0", b"")):
                reason = _("the file declares a document type of its own, which can do harm: it is not read")
                raise Unreadable(reason)
    except zips.Unsound as error:
        raise Unreadable(str(error)) from error
    if "xl/workbook.xml" not in package.names:
        raise Unreadable(_("this is not an Excel workbook that can be read"))


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows with something in them, and their numbers."""
    if not hasattr(sheet, "reset_dimensions"):
        raise Unreadable(_("the first sheet has no cells"))
    sheet.reset_dimensions()  # what it says of its own size may be anything
    count = 0
    for number, cells in enumerate(sheet.iter_rows(max_row=10 * MOST_ROWS, max_col=MOST_COLUMNS + 1), 1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if not texts:
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise Unreadable(_("a file may hold at most %(count)s questions", count=MOST_ROWS), number)
        if len(texts) > MOST_COLUMNS:
            raise Unreadable(_("a row may have at most %(count)s columns", count=MOST_COLUMNS), number)
        yield number, tuple(texts)


def _text(cell: Any) -> str:
    """What a cell shows, as text; a whole number without its decimals."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and "%" in str(cell.number_format):
        return f"{value * 100:.10g}%"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def saved(rows: Rows) -> bytes:
    """The rows as a workbook, with a sheet that explains them."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    for place, name in enumerate(rows.columns):
        sheet.column_dimensions[letter(place)].width = _WIDE.get(name, 16)
    sheet.append([_cell(sheet, name, bold=True) for name in rows.columns])
    for row in rows.rows:
        sheet.append([_cell(sheet, row.get(name, "")) for name in rows.columns])
    _explain(book.create_sheet(HOW_TO))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _explain(sheet: Any) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 110
    sheet.append([_cell(sheet, _("Column"), bold=True), _cell(sheet, _("What it holds"), bold=True)])
    for name, words in MEANINGS.items():
        sheet.append([_cell(sheet, name), _cell(sheet, str(words))])
    sheet.append([])
    sheet.append([_cell(sheet, _("Type"), bold=True), _cell(sheet, _("How to write it"), bold=True)])
    for name, words in HOW.items():
        sheet.append([_cell(sheet, name), _cell(sheet, str(words))])


def _cell(sheet: Any, value: str | float, *, bold: bool = False) -> Any:
    """A cell of words is one of words, whatever they begin with."""
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, "")
    if value:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST_CELL]
        cell.data_type = "s"
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if value.startswith(("=", "+", "-", "@")):
            cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell
