"""Workbooks for spreadsheets (Office Open XML, ECMA-376), written row by row and sent as they grow.

Only one row stands in memory: the archive is written to a stream that cannot go back. Words are kept in their cells,
so none is ever taken for a formula. A cell holds 32,767 characters: what is more is cut. A sheet holds 1,048,576 rows:
what is more goes on in the next one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from xml.sax.saxutils import escape

from .sheets import harmless

MOST_ROWS = 1_048_576
MOST_IN_A_CELL = 32_767  # as spreadsheets count: in units of UTF-16
ROWS_A_CHUNK = 500
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | date | None

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_PREFIX = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EPOCH = date(1899, 12, 30).toordinal()  # day 0 of spreadsheets, as they count since March 1900
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill'
    ' patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf/><xf numFmtId="14" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class _Pipe(io.RawIOBase):
    """What is written here waits until it is taken away; nothing of it can be read or changed again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook: its name, up to 25 characters and no other's, and its rows under their heading.

    Words, numbers, days and None (an empty cell) are kept as they are.
    """

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def workbook(heading: Sequence[str], rows: Iterable[Sequence[Cell]], *, name: str) -> Iterator[bytes]:
    """The rows under their heading as a workbook, in pieces; see `Sheet`."""
    return workbook_of([Sheet(name, heading, rows)])


def workbook_of(tables: Iterable[Sheet]) -> Iterator[bytes]:
    """Several tables as a workbook, in pieces. What one sheet cannot take goes on in the next, under the heading again.

    Rows are taken one after the other, as they are written.
    """
    pipe = _Pipe()
    names: list[str] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
        archive.writestr("xl/styles.xml", _STYLES)
        for table in tables:
            left, part, more = iter(table.rows), 0, True
            while more:
                part += 1
                names.append(table.name if part == 1 else f"{table.name} {part}")
                with archive.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as sheet:
                    sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{_heading(table.heading)}'.encode())
                    room = MOST_ROWS - 1
                    while room and (chunk := list(islice(left, min(room, ROWS_A_CHUNK)))):
                        room -= len(chunk)
                        sheet.write("".join(map(_row, chunk)).encode())
                        yield pipe.taken()
                    sheet.write(b"</sheetData></worksheet>")
                following = next(left, None) if not room else None
                more = following is not None
                if following is not None:
                    left = chain([following], left)
        archive.writestr("xl/workbook.xml", _workbook(names))
        parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(*parts, ("styles", "styles.xml")))
        archive.writestr("[Content_Types].xml", _types(len(names)))
    yield pipe.taken()


def _heading(words: Sequence[str]) -> str:
    return f"<row>{''.join(_words(word, 2) for word in words)}</row>"


def _row(cells: Sequence[Cell]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        return _words(value)
    if isinstance(value, date):
        return f'<c s="1"><v>{value.toordinal() - _EPOCH}</v></c>'
    return f"<c><v>{value!r}</v></c>"


@lru_cache(maxsize=4096)  # cities, courses and states come again in every row
def _words(words: str, style: int = 0) -> str:
    plain = escape(_fitting(_FORBIDDEN.sub("", harmless(words))))
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{plain}</t></is></c>'


def _fitting(words: str) -> str:
    """`words` as far as a cell can hold them, with … where they were cut: with more, the file counts as damaged."""
    if 2 * len(words) <= MOST_IN_A_CELL:
        return words
    units = words.encode("utf-16-le")
    if len(units) <= 2 * MOST_IN_A_CELL:
        return words
    return units[: 2 * (MOST_IN_A_CELL - 1)].decode("utf-16-le", "ignore") + "…"


def _relations(*targets: tuple[str, str]) -> str:
    found = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{found}</Relationships>'


def _workbook(named: Sequence[str]) -> str:
    found = "".join(
        f'<sheet name="{escape(word, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
        for n, word in enumerate(named, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{found}</sheets></workbook>'


def _types(sheets: int) -> str:
    parts = [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, sheets + 1)]
    parts += [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    found = "".join(f'<Override PartName="{part}" ContentType="{_PREFIX}.{kind}+xml"/>' for part, kind in parts)
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'{_HEAD}<Types xmlns="{_TYPES}">{defaults}{found}</Types>'
