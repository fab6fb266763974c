"""Workbooks that are written as they are sent, read back by an independent library."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import workbooks
from app.core.sheets import harmless
from app.core.workbooks import Cell, workbook

CELLS = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1901, 1, 1), date(2200, 1, 1)),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20),
)


def read(heading: list[str], rows: list[list[Cell]]) -> list[list[list[object]]]:
    file = io.BytesIO(b"".join(workbook(heading, rows, name="People & “cities”")))
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[0] == "People & “cities”"
    return [[list(row) for row in sheet.values] for sheet in book]


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
def test_what_is_written_is_read(rows: list[list[Cell]]) -> None:
    [[heading, *found]] = read(["A", "B", "C"], rows)
    assert heading == ["A", "B", "C"]
    expected = [[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    assert [[cell.date() if isinstance(cell, datetime) else cell for cell in row] for row in found] == expected


def test_no_cell_is_a_formula_and_no_character_breaks_the_file() -> None:
    [[_heading, row]] = read(["A"] * 3, [["=1+1", "a\x00\x0b\ufffeb", "<b>&"]])
    assert row == ["'=1+1", "ab", "<b>&"]


@pytest.mark.parametrize("letter", ["a", "é", "😀", "&"])
def test_a_cell_holds_as_much_as_spreadsheets_take(letter: str) -> None:
    """They count units of UTF-16, of which an emoji has two."""
    units = len(letter.encode("utf-16-le")) // 2
    fits = letter * (32_767 // units)
    [[_heading, row]] = read(["A"] * 3, [[fits, fits + letter, letter * 40_000]])
    assert row[0] == fits
    for cut in row[1:]:
        assert isinstance(cut, str) and cut.endswith(letter + "…")
        assert len(cut.encode("utf-16-le")) // 2 in (32_767, 32_766)
        assert cut[:-1] == letter * (len(cut) - 1)


@pytest.mark.parametrize(("rows", "sheets"), [(0, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
def test_what_one_sheet_cannot_take_goes_on_in_the_next(
    monkeypatch: pytest.MonkeyPatch, rows: int, sheets: int
) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 4)
    monkeypatch.setattr(workbooks, "ROWS_A_CHUNK", 2)
    found = read(["Number"], [[n] for n in range(rows)])
    assert len(found) == sheets
    assert [row[0] for sheet in found for row in sheet[1:]] == list(range(rows))
    assert all(sheet[0] == ["Number"] for sheet in found)


def test_it_is_sent_as_it_grows() -> None:
    """In pieces of some hundred rows, before the last row was asked for."""
    asked = 0

    def rows() -> object:
        nonlocal asked
        for n in range(5000):
            asked = n
            yield [f"{n} " * 30]

    pieces = workbook(["Number"], rows(), name="Numbers")  # type: ignore[arg-type]
    next(pieces)
    assert asked <= workbooks.ROWS_A_CHUNK
    assert sum(map(len, pieces)) > 1000
