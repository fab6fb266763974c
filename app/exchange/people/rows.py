"""A file of people as rows: bytes in, plain words out. Pure; what cannot be read says why in words for people."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice

from flask_babel import gettext as _

from app.core.folding import folded, one_line
from app.core.sheets import meant

MOST_ROWS = 100_000
LARGEST = 32 * 1024 * 1024  # bytes
LONGEST_CELL = 400
SEPARATORS = ",;\t"

# Headers as people write them, folded.
HEADERS = {
    "email": ("email", "e-mail", "mail", "address", "e-mail address", "email address", "work e-mail", "courriel",
              "adresse", "adresse e-mail", "adresse electronique", "adresse mail"),
    "name": ("name", "full name", "nom", "nom complet", "prenom et nom", "nom et prenom"),
    "language": ("language", "langue"),
    "city": ("city", "ville", "collectivite"),
    "course": ("course", "course address", "cours", "formation"),
    "due": ("due", "due date", "due on", "echeance", "date limite"),
    "cohort": ("cohort", "group", "cohorte", "groupe", "promotion"),
}  # fmt: skip
_COLUMNS = {header: column for column, headers in HEADERS.items() for header in headers}


class Unreadable(Exception):
    """The file is none that can be read; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file, its words made one line each; `line` counts from 1, as spreadsheets do."""

    line: int
    email: str = ""
    name: str = ""
    language: str = ""
    city: str = ""
    course: str = ""
    due: str = ""
    cohort: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """A file that was read. `guessed`: nothing in it told its encoding. `ignored`: headers that mean nothing here."""

    rows: list[Row]
    encoding: str
    guessed: bool
    ignored: tuple[str, ...] = ()


def read(data: bytes) -> People:
    """The rows of a CSV file, its columns in any order. Raises `Unreadable`."""
    if len(data) > LARGEST:
        raise Unreadable(_("The file is too large: at most %(size)s MB.", size=LARGEST // 1024 // 1024))
    text, encoding, guessed = decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise Unreadable(_("The file is empty."))
    separator = max(SEPARATORS, key=lambda mark: sum(_column(cell) is not None for cell in first.split(mark)))
    columns: list[str | None] | None = None
    ignored: tuple[str, ...] = ()
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _header(cells)
                ignored = tuple(
                    one_line(c)[:40] for c, known in zip(cells, columns, strict=True) if c.strip() and not known
                )
                continue
            pairs = zip(columns, cells, strict=False)
            rows.append(Row(here, **{column: plain(cell) for column, cell in pairs if column}))
            if len(rows) > MOST_ROWS:
                raise Unreadable(_("The file has more than %(most)s rows. Send it in parts.", most=MOST_ROWS))
    except csv.Error as error:
        fault = _("Line %(line)s cannot be read as CSV. Look there for a quotation mark that is missing or too many.",
                  line=_at_fault(text, line, separator))  # fmt: skip
        raise Unreadable(fault) from error
    if not rows:
        raise Unreadable(_("The file has no row below its headers."))
    return People(rows, encoding, guessed, ignored)


def decoded(data: bytes) -> tuple[str, str, bool]:
    """The text of a file, its encoding, and whether that is a guess. Raises `Unreadable`."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(_("This is a spreadsheet. Save it as “CSV UTF-8” there, and send that file."))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = [("utf-16", False)]
    elif data.count(b"\0", 0, 1000) > min(len(data), 1000) // 4:
        candidates = [("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", True)]
    else:
        candidates = [("utf-8-sig", False), ("cp1252", True)]
    for encoding, guessed in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or sum(c < " " and c not in "\t\r\n" for c in text[:10_000]) > 5:
            raise Unreadable(_("This is not a text file. Save the table as “CSV UTF-8”, and send that file."))
        return text, encoding.removesuffix("-sig"), guessed
    raise Unreadable(_("The letters of this file cannot be read. Save it as “CSV UTF-8”, and send that file."))


def plain(cell: str) -> str:
    """A cell as it is meant: on one line, without the signs that keep spreadsheets from taking it for a formula."""
    return one_line(meant(cell))[:LONGEST_CELL]


def _at_fault(text: str, line: int, separator: str) -> int:
    """The line on which the cell begins that cannot be read, in the row that begins on `line`."""
    cell = re.compile(rf'("(?:[^"]|"")*+"|[^"{separator}\r\n][^{separator}\r\n]*+|)({separator}|\r\n?|\n)')
    begins = at = sum(len(words) for words in islice(io.StringIO(text, newline=""), line - 1))
    while found := cell.match(text, at):
        at = found.end()
    return line + sum(1 for _words in io.StringIO(text[begins:at] + ".", newline="")) - 1


def _column(cell: str) -> str | None:
    return _COLUMNS.get(folded(cell.strip(' "\ufeff')))


def _header(cells: list[str]) -> list[str | None]:
    columns = [_column(cell) for cell in cells]
    if "email" not in columns:
        raise Unreadable(
            _("The first row names the columns, and none of them is “e-mail”. Begin with the sample file below.")
        )
    twice = next((column for column in columns if column and columns.count(column) > 1), None)
    if twice:
        raise Unreadable(_("Two columns are called “%(column)s”. Leave one of them out.", column=twice))
    return columns
