"""Words of any script, amounts in the reader's format, and what a form of answers says."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from app.grants.applications.counting import words_in
from app.grants.applications.reading import (
    LONGEST_TEXT,
    MOST_LINES,
    Typed,
    amount_of,
    joined,
    list_unasked,
    mark_of,
    read_all,
    without_line,
)
from app.grants.calls.questionnaire import BudgetLine, QuestionKind
from tests.grants.applying import QUESTIONS

# What the script counts, too: tests/journeys/test_applying.py.
WORDS = [
    ("", 0),
    ("   \n\t ", 0),
    ("one two  three", 3),
    ("it’s a well-known “fact” – really", 5),
    ("2,5 % of 40 000", 4),
    ("Les élèves d’Évry\u00a0: bien", 4),
    ("مدينة آمنة للجميع", 3),
    ("我们开放学校", 6),
    ("学校で Hello 世界", 6),
    ("สวัสดีชาวเมือง", 3),
    ("a\u2003b\u200bc\ufeffd", 4),
    ("👩🏽‍🏫 🎉 !!", 0),
    ("naïve café", 2),
]


@pytest.mark.parametrize(("text", "count"), WORDS)
def test_words_are_counted_in_any_script(text: str, count: int) -> None:
    assert words_in(text) == count


@pytest.mark.parametrize(
    ("typed", "language", "amount"),
    [
        ("40000", "en", 40000),
        ("40,000", "en", 40000),
        ("40 000", "fr", 40000),
        ("40\u202f000", "fr", 40000),
        ("1,00,000", "en", 100000),
        ("40’000", "en", 40000),
        ("€ 40,000.00", "en", 40000),
        ("40 000,00 €", "fr", 40000),
        ("EUR 12,000", "en", 12000),
        ("٤٠٠", "en", 400),
        ("0", "en", 0),
        ("40,000", "fr", None),  # forty, to a French reader
        ("40.000", "en", None),
        ("40.5", "en", None),
        ("40,00", "en", None),
        ("40,0000", "en", None),
        ("1,000 000", "en", None),
        ("-5", "en", None),
        ("²", "en", None),
        ("1e9", "en", None),
        ("", "en", None),
        ("forty", "en", None),
        ("1" + "0" * 13, "en", None),
        ("9" * 5000, "en", None),
    ],
)
def test_an_amount_is_read_as_its_reader_writes_it(typed: str, language: str, amount: int | None) -> None:
    assert amount_of(typed, language) == amount


def read(**fields: object) -> dict[str, Typed]:
    sent = MultiDict({name.replace("__", "."): value for name, value in fields.items()})
    return {typed.key: typed for typed in read_all(QUESTIONS, sent, "en")}


def test_only_what_came_is_read() -> None:
    found = read(plan__version="3", plan__seen="x", plan__text="a\r\nb", sum__amount="5")
    assert list(found) == ["plan"]
    assert (found["plan"].value, found["plan"].version, found["plan"].seen) == ("a\nb", 3, "x")


def test_what_is_no_amount_is_kept_as_typed() -> None:
    found = read(sum__version="0", sum__amount=" forty ", budget__version="0", budget__item=["Staff", "", " "],
                 budget__cost=["10,000", "lots", ""])  # fmt: skip
    assert found["sum"].value == "forty"
    assert found["budget"].value == (BudgetLine("Staff", 10000), BudgetLine("", "lots"))
    assert read(sum__version="0", sum__amount="")["sum"].value is None
    assert read(sum__version="0", sum__amount="0")["sum"].value == 0
    assert read(budget__version="0")["budget"].value is None


def test_what_no_page_sends_is_read_as_nothing() -> None:
    assert read(reach__version="0", reach__choice="moon")["reach"].value is None
    for version in ("-1", "x", "9" * 40, "²", "2147483648"):
        assert read(plan__version=version, plan__text="a")["plan"].version == 0
    assert read(plan__version="0")["plan"].value is None


def test_too_much_is_said_to_be() -> None:
    assert read(plan__version="0", plan__text="a" * (LONGEST_TEXT + 1))["plan"].too_long
    assert not read(plan__version="0", plan__text="a" * LONGEST_TEXT)["plan"].too_long
    lines = read(budget__version="0", budget__item=["x"] * (MOST_LINES + 1))["budget"]
    assert lines.too_long


def test_a_line_goes_by_its_place_on_the_page_also_between_empty_ones() -> None:
    sent = MultiDict({"budget.version": "0", "budget.item": ["a", "", "b"], "budget.cost": ["1", "", "2"]})
    left = read_all(QUESTIONS, without_line(sent, "budget", 2), "en")
    assert left[0].value == (BudgetLine("a", 1),)
    assert read_all(QUESTIONS, without_line(sent, "budget", 9), "en")[0].value == (
        BudgetLine("a", 1),
        BudgetLine("b", 2),
    )


def test_what_is_typed_for_questions_that_are_no_longer_asked_is_known() -> None:
    lines = {"budget.item": ["Staff", "", "Light"], "budget.cost": ["10", "", "twenty"]}
    sent = MultiDict(
        {
            "plan.version": "1", "plan.seen": mark_of("Old."), "plan.text": "New.\r\nLonger.",
            "reach.version": "0", "reach.seen": mark_of(None), "reach.choice": "schools",
            "sum.version": "0", "sum.seen": mark_of(None), "sum.amount": " 12,000 ",
            "budget.version": "0", "budget.seen": mark_of(None), **lines,
            "papers.version": "0", "papers.seen": mark_of(None),
            "more.version": "0", "more.seen": mark_of(None), "more.text": " ",
        }
    )  # fmt: skip
    assert list_unasked(QUESTIONS, sent, "en") == []
    assert list_unasked((), sent, "en") == ["New.\r\nLonger.", "", "12,000", "Staff 10\nLight twenty"]
    stood = {"plan": "New.\nLonger.", "reach": "schools", "sum": 12000,
             "budget": (BudgetLine("Staff", 10), BudgetLine("Light", "twenty"))}  # fmt: skip
    for key, value in stood.items():
        sent[f"{key}.seen"] = mark_of(value)
    assert list_unasked((), sent, "en") == []


def test_an_answer_that_nobody_touched_is_known() -> None:
    for value in (None, "a text", 5, (BudgetLine("a", 1),)):
        assert Typed("plan", value, 1, mark_of(value)).is_untouched
    assert not Typed("plan", "5", 1, mark_of(5)).is_untouched


def test_two_that_were_written_at_once_can_be_joined() -> None:
    assert joined(Typed("plan", "mine", 1, ""), "theirs").value == "theirs\n\nmine"
    one, two, three = BudgetLine("a", 1), BudgetLine("b", 2), BudgetLine("c", 3)
    assert joined(Typed("budget", (one, three), 1, ""), (one, two)).value == (one, two, three)
    assert joined(Typed("sum", 5, 1, ""), 7).value == 5
    assert joined(Typed("plan", "mine", 1, ""), None).value == "mine"


def test_the_kinds_are_all_read() -> None:
    assert {question.kind for question in QUESTIONS} == set(QuestionKind)
