"""What is written as GIFT reads as it was, and what GIFT cannot say is told."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text import Text
from app.exchange.gift import FORMAT
from app.exchange.questions import OutgoingQuestion
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Labelled,
    Matching,
    MultipleChoice,
    Number,
    Prompt,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

from . import made_questions as made
from .made_questions import comparable, text, without

KINDS: dict[str, st.SearchStrategy[Content]] = {
    "single": made.singles(),
    "multiple": made.multiples(),
    "true or false": made.TRUE_FALSE,
    "short": made.shorts(),
    "number": made.numbers(),
    "matching": made.matchings(),
    "essay": made.essays(),
}
LEFT_OUT = {
    "hints": (), "case_matters": False, "units": (), "unit_penalty": 0.0,
    "guidance": None, "fewest": None, "most": None, "starter": None,
}  # fmt: skip
READ_OTHERWISE = "Spaces beside one another become one where it holds “->”."


@pytest.fixture(autouse=True)
def _context(app: Flask) -> None:
    """Words are translated in an application."""


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(data=st.data())
def test_what_is_written_reads_as_it_was(kind: str, data: st.DataObject) -> None:
    questions = data.draw(made.outgoing(KINDS[kind]))
    left = {loss.key for loss in FORMAT.losses(questions, "en") if loss.whole or loss.what == READ_OTHERWISE}
    questions = [question for question in questions if question.key not in left]
    read, faults = FORMAT.read(FORMAT.write(questions, "en"), file="x.gift", language="en")
    assert faults == []
    expected = [comparable(without(question, **LEFT_OUT), marks=1.0) for question in questions]
    assert [comparable(question) for question in read] == expected


def write(content: Content, **more: object) -> str:
    return FORMAT.write([OutgoingQuestion("the-key", content, "en", **more)], "en").decode()  # type: ignore[arg-type]


def losses(content: Content, language: str = "en", **more: object) -> list[str]:
    found = FORMAT.losses([OutgoingQuestion("the-key", content, "en", **more)], language)  # type: ignore[arg-type]
    assert {loss.key for loss in found} <= {"the-key"}
    return [loss.what for loss in found]


def test_how_a_file_looks() -> None:
    choices = (
        Choice("x", text("a = b"), 1.0, text("Yes")),
        Choice("y", text("%50% of {c}"), 0.5),
        Choice("z", text("no")),
    )
    single = SingleChoice(text("Which?\nSay."), choices, text("In all."))
    questions = [
        OutgoingQuestion("one", single, "en", 1.0, "Unit 1", ("a]b", "c")),
        OutgoingQuestion("two", TrueFalse(text("Is it?"), False, None, text("No."), text("Yes.")), "en", 1.0, "Unit 1"),
        OutgoingQuestion("three", TrueFalse(text("Is it?"), True), "en"),
    ]
    assert (
        FORMAT.write(questions, "en").decode()
        == r"""$CATEGORY: $course$/top/Unit 1

// [tag:a\]b] [tag:c]
::one::[plain]Which?\nSay.{
	=a \= b#Yes
	~%50%[plain]%50% of \{c\}
	~no
	####In all.
}

::two::[plain]Is it?{FALSE#No.#Yes.}

$CATEGORY: $course$/top

::three::[plain]Is it?{TRUE}
"""
    )


def test_arrows_do_not_make_a_matching_question() -> None:
    short = ShortAnswer(text("Where?"), {"en": (AcceptedAnswer("up", 1.0, text("a -> <b>\nc")),)}, "en")
    assert "\t=up#[html]a -&gt; &lt;b&gt;<br>c\n" in write(short)
    matching = Matching(
        text("Match."),
        (Prompt("p", text("a -> b"), "m"), Prompt("q", text("c"), "n")),
        (Labelled("m", text("d -> e")), Labelled("n", text("f"))),
    )
    assert "\t=[html]a -&gt; b -> d -&gt; e\n" in write(matching)
    assert losses(short) == losses(matching) == []


def test_an_answer_with_an_arrow_is_left_out_whole() -> None:
    short = ShortAnswer(text("Which?"), {"en": (AcceptedAnswer("a -> b"),)}, "en")
    (loss,) = FORMAT.losses([OutgoingQuestion("k", short, "en")], "en")
    assert loss.whole and "“->”" in loss.what
    assert FORMAT.write([OutgoingQuestion("k", short, "en")], "en") == b""


def test_what_gift_cannot_say_is_told(every_loss: dict[str, Content]) -> None:
    told = {name: losses(content) for name, content in every_loss.items()}
    assert told == {
        "single": ["Its hints are left out.", "Its pictures are left out."],
        "multiple": [
            "All or nothing becomes partial credit: each right choice earns its share, a wrong one takes the mark."
        ],
        "true_false": ["Its hints are left out."],
        "short": ["That capitals must be as written is left out.", "That accents must be as written is left out."],
        "number": [
            "Its units are left out: the number alone is asked for.",
            "A tolerance in percent is written as the number it comes to.",
        ],
        "matching": ["All or nothing is left out: each pair earns its share."],
        "essay": [
            "Its rubric is left out.",
            "What it tells those who mark is left out.",
            "How many words it asks for is left out.",
            "What stands in the box at first is left out.",
        ],
        "ordering": ["The format has no questions of the type “ordering”."],
        "gaps": ["The format has no questions of the type “gaps in a text”."],
        "hot_spot": ["The format has no questions of the type “hot spots”."],
    }  # fmt: skip


def test_marks_and_translations_are_told() -> None:
    stem = Text.of({"en": "Is it?", "fr": "Est-ce ?", "ar": "هل؟"}, "en")
    content = TrueFalse(stem, True, text("Yes."))
    assert losses(content, marks=2.5) == [
        "Its words in Arabic, French are left out.",
        "Its marks are left out: read again, it counts 1 and not 2.5.",
    ]
    assert losses(content, "fr") == [
        "What has no words in French is written in English.",
        "Its words in Arabic, English are left out.",
    ]
    assert losses(content, "de")[0] == "There are no words in German: it is written in English."
    assert "Est-ce ?" in FORMAT.write([OutgoingQuestion("k", content, "en")], "fr").decode()


def test_all_or_nothing_becomes_shares() -> None:
    choices = tuple(Choice(key, text(key), float(key in "abc")) for key in "abcd")
    written = write(MultipleChoice(text("Which?"), choices))
    assert "~%33.33333%a\n\t~%33.33333%b\n\t~%33.33333%c\n\t~%-100%d\n" in written
    (question,), faults = FORMAT.read(written.encode(), file="x.gift", language="en")
    assert isinstance(question.content, MultipleChoice) and question.content.partial and not faults


def test_a_tolerance_in_percent_becomes_a_number() -> None:
    number = Number(text("?"), (AcceptedNumber(200.0, 0.05, relative=True),))
    assert "=200:10\n" in write(number)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfeA", "x.gift:1: not UTF-8"),
        (b"A?{T}\n\nB\x00?{T}", "x.gift:3: the character U+0000 cannot be stored"),
        (b"A" * (2 * 1024 * 1024 + 1), "x.gift:1: a file of this kind may have at most 2 MB"),
    ],
)
def test_files_that_are_no_text_are_refused(data: bytes, reason: str) -> None:
    questions, faults = FORMAT.read(data, file="x.gift", language="en")
    assert questions == [] and [str(fault) for fault in faults] == [reason]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.lists(made.SIGNS, max_size=30).map(lambda parts: "".join(parts).encode()))
def test_whatever_is_sent_gives_questions_or_faults(data: bytes) -> None:
    questions, faults = FORMAT.read(data, file="x.gift", language="en")
    assert all(fault.line >= 1 and fault.reason for fault in faults)
    assert all(question.content.stem.phrases for question in questions)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(st.data())
def test_a_file_cut_short_gives_questions_or_faults(data: st.DataObject) -> None:
    questions = data.draw(made.outgoing(st.one_of(*KINDS.values())))
    whole = FORMAT.write(questions, "en")
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    read, faults = FORMAT.read(cut, file="x.gift", language="en")
    assert len(read) <= len(questions) or faults
