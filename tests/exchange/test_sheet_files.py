"""Spreadsheets as people make them: what is read, what is refused, and where."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.faults import Fault
from app.exchange.parsed import ParsedQuestion
from app.exchange.questions import OutgoingQuestion
from app.exchange.sheet import CSV, XLSX, csv_files
from app.exchange.sheet.columns import HOW, MEANINGS, TYPES
from app.exchange.sheet.examples import examples
from app.quizzes.types import (
    Content,
    Essay,
    Gaps,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    ShortAnswer,
    SingleChoice,
    type_name,
)
from tests.factories import text


@pytest.fixture(autouse=True)
def in_english(the_app: Flask) -> Any:
    with the_app.test_request_context():
        yield


def csv(*lines: str) -> tuple[list[ParsedQuestion], list[Fault]]:
    return CSV.read("\n".join(lines).encode(), file="q.csv", language="en")


def one(*lines: str) -> Content:
    questions, faults = csv(*lines)
    assert faults == [] and len(questions) == 1
    return questions[0].content


def workbook(*rows: list[Any], sheet: str = "Questions") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_examples_show_every_type_and_every_column_is_explained() -> None:
    assert [type_name(question.content) for question in examples("en")] == list(TYPES) == list(HOW)
    written = XLSX.template("en")
    columns = [cell.value for cell in next(openpyxl.load_workbook(io.BytesIO(written))["Questions"].iter_rows())]
    kinds = {str(name).rstrip("0123456789").strip() for name in columns}
    assert kinds <= {name.removesuffix(" 1") for name in MEANINGS}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_as_programs_write_it(mark: str, encoding: str, end: str) -> None:
    lines = [["Type", "QUESTION", "answer1", "Answer 2", "right"], ["Single choice", '"Où, là?"', "Là", "Ici", "1"]]
    data = end.join(mark.join(line) for line in lines).encode(encoding)
    questions, faults = CSV.read(data, file="q.csv", language="fr")
    assert faults == []
    assert questions[0].content.stem.strings() == {"fr": "Où, là?"} and questions[0].key == "ou-la"


def test_cells_with_new_lines_and_quotes_keep_their_lines_apart() -> None:
    questions, faults = csv("type,question,right", 'true_false,"It says\n\n""stop"".",true', "true_false,Two,maybe")
    assert questions[0].content.stem == text('It says\n\n"stop".')
    assert [(f.line, f.reason) for f in faults] == [(5, "column C, “right”: it is true or false, not “maybe”")]


def test_what_could_be_a_formula_is_text_both_ways() -> None:
    names = ("=1+1", "+1", "-1", "@SUM(A1)", "'=1")
    choices = tuple(
        type(examples("en")[0].content.choices[0])(str(n), text(name), float(n == 0))  # type: ignore[union-attr]
        for n, name in enumerate(names)
    )
    question = OutgoingQuestion("a", SingleChoice(text("=cmd|' /C calc'!A0"), choices), "en")
    data = CSV.write([question], "en").decode("utf-8-sig")
    cells = [cell for line in data.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    sheet = openpyxl.load_workbook(io.BytesIO(XLSX.write([question], "en")))["Questions"]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    for format in (CSV, XLSX):
        (found,), faults = format.read(format.write([question], "en"), file="q", language="en")
        assert faults == []
        assert [c.text for c in found.content.choices] == [text(name) for name in names]  # type: ignore[union-attr]


def test_a_workbook_from_excel_has_numbers_dates_and_percents() -> None:
    data = workbook(
        ["type", "question", "answer 1", "answer 2", "worth 1", "worth 2", "marks"],
        ["number", "How many?", 12.5, 3, 1, 50, 2],
        ["short_answer", "When?", "May", True, 100, None, 1.0],
    )
    book = openpyxl.load_workbook(io.BytesIO(data))
    book["Questions"]["E2"].number_format = "0%"
    out = io.BytesIO()
    book.save(out)
    questions, faults = XLSX.read(out.getvalue(), file="q.xlsx", language="en")
    assert faults == []
    number, short = (question.content for question in questions)
    assert isinstance(number, Number) and [(a.value, a.fraction) for a in number.answers] == [(12.5, 1.0), (3.0, 0.5)]
    assert isinstance(short, ShortAnswer) and short.answers["en"][1].text == "true" and questions[0].marks == 2


def test_formulas_are_not_computed_and_other_sheets_not_read() -> None:
    data = workbook(["type", "question", "right"], ["true_false", "=1+1", "true"], sheet="Mine")
    questions, faults = XLSX.read(data, file="q.xlsx", language="en")
    assert questions == [] and faults == [Fault("q.xlsx, Mine", 2, "column B, “question”: it is empty")]


def test_what_each_type_takes_from_its_row() -> None:
    multiple = one("type,question,answer 1,answer 2,answer 3,right", 'multiple choice,Which?,A,B,C,"1, 3"')
    assert isinstance(multiple, MultipleChoice) and not multiple.partial
    assert [c.fraction for c in multiple.choices] == [1.0, 0.0, 1.0]
    number = one("type,question,answer 1,units,unit penalty", "number,How far?,12 ± 5%,m; km = 1000,10")
    assert isinstance(number, Number) and number.answers[0].relative and number.answers[0].tolerance == 0.05
    assert [(u.name, u.factor) for u in number.units] == [("m", 1.0), ("km", 1000.0)] and number.unit_penalty == 0.1
    matching = one("type,question,answer 1,match 1,answer 2,match 2,match 3", "matching,Who?,a,X,b,X,Y")
    assert isinstance(matching, Matching) and [m.text for m in matching.matches] == [text("X"), text("Y")]
    assert [p.match for p in matching.prompts] == ["a", "a"]
    ordering = one("type,question,answer 1,answer 2,grading", "ordering,First?,a,b,pairs")
    assert isinstance(ordering, Ordering) and ordering.credit == "pairs"
    gaps = one("type,question,answer 1,answer 2,match 2", r"gaps,A [[1]] and [[2]].,one | 1\|2,x,y | z")
    assert isinstance(gaps, Gaps) and [a.text for a in gaps.gaps[0].accepted["en"]] == ["one", "1|2"]
    assert [(c.text, c.fraction) for c in gaps.gaps[1].choices] == [(text("x"), 1), (text("y"), 0), (text("z"), 0)]
    essay = one("type,question,answer 1,match 1,fewest words", "essay,Why?,Reasons,0 = none | 2.5 = good,50")
    assert isinstance(essay, Essay) and essay.fewest == 50
    assert [level.points for level in essay.rubric[0].levels] == [0.0, 2.5]


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("type,question,right", "word,Which?,1", "column A, “type”: a type is one of single_choice"),
        ("type,question,answer 1,answer 2,right", "single_choice,,A,B,1", "column B, “question”: it is empty"),
        ("type,question,answer 1,answer 2,right", "single_choice,Q,A,B,3", "“3” is not the number of an answer"),
        ("type,question,answer 1,answer 2,right", 'single_choice,Q,A,B,"1,2"', "one answer is right"),
        ("type,question,answer 1,answer 2,right", "single_choice,Q,A,B,", "no choice is right"),
        ("type,question,answer 1,answer 2", "multiple_choice,Q,A,B", "column “right”: say which answers are right"),
        ("type,question,answer 1,worth 1", "short_answer,Q,A,much", "column D, “worth 1”: “much” is no number"),
        ("type,question,answer 1,worth 1", "short_answer,Q,A,101", "between 0 and 100 percent"),
        ("type,question,answer 1,case", "short_answer,Q,A,perhaps", "it says yes or no"),
        ("type,question,answer 1", "number,Q,many", "“many” is no number"),
        ("type,question,answer 1", "number,Q,1 ± -2", "a tolerance is not under nothing"),
        ("type,question,answer 1", "number,Q,1e999", "“1e999” is no number"),
        ("type,question,answer 1,answer 2,match 2", "matching,Q,A,B,X", "column “match 1”: it is empty"),
        ("type,question,answer 1,match 1", "essay,Q,A,good", "a level is written as points = words"),
        ("type,question,right,units", "true_false,Q,true,m", "column D, “units”: a question of this type has nothing"),
        ("type,question,right,marks", "true_false,Q,true,-1", "marks lie between 0.01 and 100"),
        ("type,question,right,key", "true_false,Q,true,…", "a key has letters"),
        ("type,question,right,category", f"true_false,Q,true,{'x' * 201}", "at most 200 characters"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_its_column(header: str, row: str, words: str) -> None:
    questions, faults = csv(header, row)
    assert questions == [] and [fault.line for fault in faults] == [2]
    assert words in faults[0].reason


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "the file is empty"),
        (b"type,right\ntrue_false,true", 1, "the column “question” is missing"),
        (b"type,question,anser 1\n", 1, "there is no column “anser 1”; did you mean “answer 1”?"),
        (b"type,question,type\n", 1, "the column “type” stands there twice"),
        (b'type,question\n"open,1', 2, "this is not CSV that can be read"),
        (b"type,question\n\xe9,1", 2, "the text is not in UTF-8"),
        (b"type,question\n" + b"essay,Why?\n" * 2001, 2003, "at most 2000 questions"),
        (b"type,question" + b"," * 200, 2, "at most 150 columns"),
        (b"type,question\nessay," + b"x" * 140_000, 2, "this is not CSV that can be read"),
        (b"type,question\nessay," + b"x" * 20_001, 2, "at most 20000 characters"),
    ],
)
def test_a_file_that_is_not_read_says_why(data: bytes, line: int, words: str) -> None:
    questions, faults = CSV.read(data, file="q.csv", language="en")
    assert questions == [] and faults[0].line == line and words in faults[0].reason


def test_two_rows_with_one_key_are_refused_and_rows_without_get_their_own() -> None:
    questions, faults = csv(
        "type,key,question", "essay,why,Why?", "essay,why,Why not?", "essay,,Why not?", "essay,,Why not?"
    )
    assert [question.key for question in questions] == ["why", "why-not", "why-not-2"]
    assert [fault.reason for fault in faults] == ["column B, “key”: two questions have the key why"]


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_workbook_that_would_do_harm_is_refused() -> None:
    parts = parts_of(workbook(["type", "question"], ["essay", "Why?"]))
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>' + parts["xl/worksheets/sheet1.xml"]
    for changed, words in (
        ({"xl/worksheets/sheet1.xml": bomb}, "a document type of its own"),
        ({"xl/sharedStrings.xml": bomb.decode().encode("utf-16")}, "a document type of its own"),
        ({"xl/worksheets/sheet1.dat": bomb}, "a document type of its own"),
        ({"xl/media/big.bin": b"0" * 70_000_000}, "far larger"),
        ({"../../evil": b""}, "a dangerous path"),
    ):
        questions, faults = XLSX.read(packed({**parts, **changed}), file="q.xlsx", language="en")
        assert questions == [] and words in faults[0].reason


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is() -> None:
    parts = parts_of(workbook(["type", "question"], ["essay", "Why?"]))
    sheet = parts["xl/worksheets/sheet1.xml"]
    for said in (b'ref="A1:XFD1048576"', b'ref="A1"'):
        lying = sheet.replace(b'ref="A1:B2"', said)
        assert lying != sheet
        questions, faults = XLSX.read(packed({**parts, "xl/worksheets/sheet1.xml": lying}), file="q", language="en")
        assert faults == [] and len(questions) == 1
    far = sheet.replace(b'r="2"', b'r="1048576"').replace(b'"A2"', b'"A1048576"').replace(b'"B2"', b'"B1048576"')
    questions, faults = XLSX.read(packed({**parts, "xl/worksheets/sheet1.xml": far}), file="q", language="en")
    assert (questions, faults) == ([], [])


def test_damaged_workbooks_never_fail() -> None:
    whole = XLSX.template("en")
    parts = parts_of(whole)

    @settings(max_examples=80, deadline=None)
    @given(st.sampled_from(sorted(parts)), st.data())
    def survives(name: str, drawn: st.DataObject) -> None:
        part = parts[name]
        at, size = drawn.draw(st.integers(0, len(part))), drawn.draw(st.integers(0, 30))
        put = drawn.draw(st.sampled_from([b"", b"<", b'"', b"999999999999", b"-1", b"A1"]))
        data = packed({**parts, name: part[:at] + put + part[at + size :]})
        _questions, faults = XLSX.read(data, file="q.xlsx", language="en")
        assert all(fault.reason and fault.line >= 1 for fault in faults)

    survives()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.sampled_from(["type,question\n", "type;question;right\n"]), st.text(max_size=80))
def test_any_text_is_read_or_refused(head: str, tail: str) -> None:
    data = (head + tail).encode("utf-8", "surrogatepass")
    _questions, faults = CSV.read(data, file="q.csv", language="en")
    assert all(fault.reason and fault.line >= 1 for fault in faults)


@given(st.text(st.sampled_from("=+-@'\t\r\n;,\" a1"), max_size=12))
def test_no_part_of_a_cell_is_a_formula_and_each_comes_back_as_it_was(cell: str) -> None:
    """However a program splits the file: at commas, semicolons, tabs or line breaks."""
    written = csv_files.guarded(cell)
    assert csv_files.harmless(written) == cell
    for part in re.split(r"[;,\t\r\n\"]", written):
        assert not part.lstrip(" ").startswith(("=", "+", "-", "@")), (cell, written)
