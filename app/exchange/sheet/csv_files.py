"""Rows as CSV: UTF-8, parted by commas, semicolons or tabs. What could be taken for a formula is written as text."""

from __future__ import annotations

import csv
import io
import re

from flask_babel import gettext as _

from .columns import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Rows, Table, Unreadable, known

# Where a cell begins, also for a program that splits the file at another mark than we do, and what makes a formula of
# it there; an apostrophe too, since one before such a sign is ours.
_BEGINNING = r"""((?:\A|[;,"\t\r\n])[^\S\t\r\n]*)"""
_UNGUARDED = re.compile(rf"{_BEGINNING}(?=[=+\-@\t\r'])")
_GUARDED = re.compile(rf"{_BEGINNING}'(?=[=+\-@\t\r'])")


def opened(data: bytes, file: str) -> Table:
    """The rows of a file. Raises `Unreadable`."""
    text = _decoded(data)
    first = text.lstrip("\r\n").partition("\n")[0]
    mark = max(",;\t", key=lambda mark: _known_in(first, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, tuple(harmless(cell) for cell in cells)))
            line = reader.line_num + 1
            if len(rows) > MOST_ROWS + 1:
                raise Unreadable(_("a file may hold at most %(count)s questions", count=MOST_ROWS), line)
            if len(cells) > MOST_COLUMNS:
                raise Unreadable(_("a row may have at most %(count)s columns", count=MOST_COLUMNS), line)
    except csv.Error as error:
        reason = _("this is not CSV that can be read: %(why)s", why=str(error)[:200])
        raise Unreadable(reason, max(1, reader.line_num)) from error
    if not rows:
        raise Unreadable(_("the file is empty"))
    return Table(file, rows[0][1], rows[0][0], tuple(rows[1:]))


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(_("the text is not in UTF-8; save it as “CSV UTF-8”"), line) from error
    if "\0" in text:
        raise Unreadable(_("this is not a text file"))
    return text


def _known_in(first: str, mark: str) -> int:
    return sum(known(cell.strip(' "\r')) is not None for cell in first.split(mark))


def harmless(cell: str) -> str:
    """A cell as it is meant: without the apostrophes that keep programs from taking it for a formula."""
    return _GUARDED.sub(r"\1", cell)


def guarded(cell: str) -> str:
    """A cell as it is written; what `harmless` takes away is put before what could be taken for a formula, also in the
    middle, where a program may split it: Excel in French reads CSV with semicolons.
    """
    return _UNGUARDED.sub(r"\1'", cell)


def saved(rows: Rows) -> bytes:
    """The rows as a file that Excel opens rightly too."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(rows.columns)
    for row in rows.rows:
        writer.writerow([_written(row.get(name, "")) for name in rows.columns])
    return out.getvalue().encode("utf-8-sig")


def _written(value: str | float) -> str:
    return guarded(value[:LONGEST_CELL]) if isinstance(value, str) else f"{value:.10g}"
