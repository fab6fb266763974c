"""What is written as Moodle's XML reads as it was, and what it cannot say is told."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.exchange.moodle import FORMAT
from app.exchange.moodle.types import TYPES
from app.exchange.questions import OutgoingQuestion
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Gap,
    Gaps,
    Labelled,
    Number,
    Ordering,
    Unit,
)

from . import made_questions as made
from .made_questions import comparable, text

KINDS: dict[str, st.SearchStrategy[Content]] = {
    "single": made.singles(),
    "multiple": made.multiples(),
    "true or false": made.TRUE_FALSE,
    "short": made.shorts(),
    "number": made.numbers(),
    "matching": made.matchings(),
    "ordering": made.orderings(),
    "gaps": made.gaps(),
    "essay": made.essays(),
}


@pytest.fixture(autouse=True)
def _context(app: Flask) -> None:
    """Words are translated in an application."""


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(data=st.data())
def test_what_is_written_reads_as_it_was(kind: str, data: st.DataObject) -> None:
    questions = data.draw(made.outgoing(KINDS[kind]))
    lossy = {loss.key for loss in FORMAT.losses(questions, "en")}
    questions = [question for question in questions if question.key not in lossy]
    read, faults = FORMAT.read(FORMAT.write(questions, "en"), file="x.xml", language="en")
    assert [str(fault) for fault in faults] == ([] if questions else ["x.xml:1: there is no question in the file"])
    assert [comparable(question) for question in read] == [comparable(question) for question in questions]
    assert all(question.left_out == () for question in read)


def losses(content: Content, **more: object) -> list[str]:
    found = FORMAT.losses([OutgoingQuestion("the-key", content, "en", **more)], "en")  # type: ignore[arg-type]
    return [loss.what for loss in found]


def write(content: Content) -> etree._Element:
    root = etree.fromstring(FORMAT.write([OutgoingQuestion("the-key", content, "en")], "en"))
    return root.find("question")


def test_what_moodle_cannot_say_is_told(every_loss: dict[str, Content]) -> None:
    assert {name: told for name, content in every_loss.items() if (told := losses(content))} == {
        "single": ["Its pictures are left out."],
        "multiple": [
            "All or nothing becomes partial credit: each right choice earns its share, a wrong one takes the mark."
        ],
        "short": ["That accents must be as written is left out."],
        "number": ["A tolerance in percent is written as the number it comes to."],
        "matching": ["All or nothing is left out: each pair earns its share."],
        "gaps": [
            "That accents must be as written is left out.",
            "The weights of its gaps are written as whole numbers of the same proportions.",
        ],
        "essay": ["Its rubric is left out."],
        "hot_spot": ["The format has no questions of the type “hot spots”."],
    }


def test_a_factor_becomes_a_multiplier() -> None:
    """1 cm is 0.01 of a metre, so that there are 100 in one."""
    question = write(Number(text("?"), (AcceptedNumber(5.0, 0.5),), (Unit("m"), Unit("cm", 0.01)), 0.1))
    assert [e.text for e in question.iter("multiplier")] == ["1", "100"]
    assert (question.findtext("unitgradingtype"), question.findtext("unitpenalty")) == ("1", "0.1")
    assert question.findtext("answer/tolerance") == "0.5"


def test_gaps_are_written_as_cloze() -> None:
    typed = Gap("a", {"en": (AcceptedAnswer("on/in"), AcceptedAnswer("at*", 0.5, text("Nearly.")))}, weight=2.0)
    chosen = Gap("b", choices=(Choice("x", text("2 < 3"), 1.0), Choice("y", text("~}"), -0.25)))
    question = write(Gaps(text("It is [[a]],\nor [[b]]; [[C]]."), (typed, chosen), "en"))
    assert question.find("questiontext").get("format") == "plain_text"
    assert question.findtext("questiontext/text") == (
        "It is {2:SHORTANSWER:=on&#47;in~%50%at&#42;#Nearly.},\n"
        "or {1:MULTICHOICE:=2 &#38;lt&#59; 3~%-25%&#126;&#125;}; [[C]].".replace("&#59;", ";")
    )


def test_weights_of_gaps_become_whole_numbers() -> None:
    gaps = tuple(Gap(key, {"en": (AcceptedAnswer("x"),)}, weight=weight) for key, weight in (("a", 0.5), ("b", 0.75)))
    assert write(Gaps(text("[[a]] [[b]]"), gaps, "en")).findtext("questiontext/text") == (
        "{2:SHORTANSWER:=x} {3:SHORTANSWER:=x}"
    )


def test_words_that_look_like_a_gap_are_none() -> None:
    gap = Gap("a", {"en": (AcceptedAnswer("x"),)})
    content = Gaps(text("So is {1:SA:=x} written: [[a]] < $$1$$"), (gap,), "en")
    assert write(content).find("questiontext").get("format") == "html"
    (question,), _faults = FORMAT.read(
        FORMAT.write([OutgoingQuestion("k", content, "en")], "en"), file="x", language="en"
    )
    assert made.normal(question.content) == made.normal(content)


def test_what_xml_cannot_hold_is_left_out_and_told() -> None:
    content = Ordering(text("Or\ufffeder"), (Labelled("a", text("A")), Labelled("b", text("B"))))
    assert losses(content) == ["Signs that XML cannot hold are left out."]
    assert write(content).findtext("questiontext/text") == "Order"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.data())
def test_a_file_that_is_damaged_gives_questions_or_faults(data: st.DataObject) -> None:
    whole = bytearray(FORMAT.write(data.draw(made.outgoing(st.one_of(*KINDS.values()))), "en"))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        whole[place] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))]) if data.draw(st.booleans()) else bytes(whole)
    questions, faults = FORMAT.read(cut, file="x.xml", language="en")
    assert questions or faults
    assert all(fault.line >= 1 and fault.reason for fault in faults)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)
@given(st.data())
def test_any_tree_gives_questions_or_faults(data: st.DataObject) -> None:
    """Elements that Moodle knows, in any order, with any words."""
    names = st.sampled_from(
        "text answer feedback subquestion units unit multiplier unit_name tolerance dragbox selectoption group tags "
        "hint file name questiontext generalfeedback defaultgrade single usecase gradingtype minwordlimit".split()
    )
    words = st.sampled_from(
        ["", "true", "false", "1", "-5", "1e400", "[[1]]", "{1:SA:=x}", "{1:MC:}", "{2:SA:~%x%}", "*"]
    )
    root = etree.Element("quiz")
    for _question in range(data.draw(st.integers(0, 3))):
        question = etree.SubElement(root, "question", type=data.draw(st.sampled_from([*TYPES, "category", "x"])))
        etree.SubElement(etree.SubElement(question, "questiontext"), "text").text = data.draw(words)
        parents = [question]
        for _element in range(data.draw(st.integers(0, 8))):
            attributes = data.draw(st.dictionaries(st.sampled_from(["fraction", "format", "name"]), words, max_size=2))
            element = etree.SubElement(data.draw(st.sampled_from(parents)), data.draw(names), attributes)
            element.text = data.draw(words)
            parents.append(element)
    questions, faults = FORMAT.read(etree.tostring(root), file="x.xml", language="en")
    assert questions or faults or root.find("question[@type!='category']") is None
