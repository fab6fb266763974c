"""CSV whose cells are no formulas, at whatever sign a spreadsheet splits it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.sheets import csv_lines, harmless_in_parts, meant

WORDS = st.text(st.sampled_from("=+-@;,\t\r\n\"' \u00a0aé1"), max_size=8)
ROWS = st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=3)
NUMBERS = st.one_of(st.integers(-99, 99), st.floats(-1, 1))


def cells(text: str, mark: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) for cell in row]


def begins(cell: str) -> str:
    return cell.lstrip(" \u00a0")[:1]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@given(ROWS)
@example([["Amina;=1+1;"]])
@example([["Amina", 'a,b;"=1+1"']])
@example([["Amina", "a,b;"], ["x", ""]])
@example([["a\n\t"], ["\r"]])
def test_no_part_of_a_cell_is_a_formula(mark: str, rows: list[list[str]]) -> None:
    assert [cell for cell in cells(csv_lines(rows), mark) if begins(cell) in ("=", "+", "-", "@", "\t", "\r")] == []


@given(st.lists(st.lists(st.one_of(WORDS, NUMBERS), min_size=1, max_size=3), min_size=1, max_size=3))
def test_numbers_stay_numbers(rows: list[list[str | float]]) -> None:
    found = cells(csv_lines(rows), ",")
    written = [cell for row in rows for cell in row]
    assert [cell for cell, number in zip(found, written, strict=True) if not isinstance(number, str)] == [
        str(number) for number in written if not isinstance(number, str)
    ]


@given(WORDS)
def test_what_is_written_is_read_as_it_was_meant(cell: str) -> None:
    read = meant(harmless_in_parts(cell))
    assert read.removesuffix(" ") == cell.removesuffix(" ") or "'" in cell


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Amina; =1+1;", "Amina; '=1+1;"),
        ("a\t+1", "a\t'+1"),
        ('say "@sum"', 'say "\'@sum"'),
        ("one\n- two", "one\n'- two"),
        ("  =1", "  '=1"),
        ("a, b; c", "a, b; c"),
        ("Aix-en-Provence; 1+1=2", "Aix-en-Provence; 1+1=2"),
        ("a,b;", "a,b; "),
        ("a;", "a;"),
    ],
)
def test_an_apostrophe_stands_where_a_cell_may_begin_and_nowhere_else(cell: str, written: str) -> None:
    assert harmless_in_parts(cell) == written
