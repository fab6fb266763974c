"""Aiken: read strictly, written for single choice, and what it cannot say is told."""

from __future__ import annotations

import msgspec
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config import ROOT
from app.core.text import Text
from app.exchange.aiken import FORMAT
from app.exchange.parsed import ParsedQuestion
from app.exchange.questions import OutgoingQuestion
from app.exchange.true_and_false import WORDS
from app.quizzes.types import Choice, Content, SingleChoice, TrueFalse

from . import made_questions as made
from .made_questions import normal, text

GOOD = """\
Who speaks for the city?
A. the press
B) the mayor
ANSWER: B

And who listens?

A. nobody
B.\teverybody, A. too
ANSWER:A
"""


@pytest.fixture(autouse=True)
def _context(app: Flask) -> None:
    """Words are translated in an application."""


def read(words: str) -> tuple[list[ParsedQuestion], list[str]]:
    questions, faults = FORMAT.read(words.encode(), file="x.txt", language="en")
    return questions, [str(fault) for fault in faults]


def said(content: Content) -> tuple[str, list[tuple[str, str, float]]]:
    assert isinstance(content, SingleChoice)
    choices = [(choice.key, choice.text.best("en", "en"), choice.fraction) for choice in content.choices]
    return content.stem.best("en", "en"), choices


def test_questions_choices_and_the_right_one() -> None:
    questions, faults = read("\ufeff" + GOOD.replace("\n", "\r\n"))
    assert faults == []
    assert [(q.key, q.line, q.marks) for q in questions] == [("question-1", 1, 1.0), ("question-2", 6, 1.0)]
    assert [said(q.content) for q in questions] == [
        ("Who speaks for the city?", [("a", "the press", 0.0), ("b", "the mayor", 1.0)]),
        ("And who listens?", [("a", "nobody", 1.0), ("b", "everybody, A. too", 0.0)]),
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("A. x\nB. y\nANSWER: A", "1: a choice stands without a question above it"),
        ("ANSWER: A", "1: an answer stands without a question above it"),
        ("Q?\nA. x\nC. y\nANSWER: A", "3: the choice C should be B"),
        ("Q?\nB. x\nC. y\nANSWER: B", "2: the choice B should be A"),
        ("Q?\nA. x\nB.\nANSWER: A", "3: the choice B has no words"),
        ("Q?\nA. x\nB. y\nANSWER: C", "4: the answer must be the letter of one choice, as B, not 'C'"),
        ("Q?\nA. x\nB. y\nANSWER: A, B", "4: the answer must be the letter of one choice, as B, not 'A, B'"),
        ("Q?\nA. x\nB. y\nANSWER:", "4: the answer must be the letter of one choice, as B, not ''"),
        ("Q?\nA. x\nB. y\nAnswer: A", "4: the right answer is written as “ANSWER: B”, in capitals"),
        ("Q?\na. x\nb. y\nANSWER: A", "2: a choice begins with a capital letter, a point or bracket, and a space"),
        ("Q?\nA.x\nB.y\nANSWER: A", "2: a choice begins with a capital letter, a point or bracket, and a space"),
        (
            "Q?\nGo on.\nA. x\nB. y\nANSWER: A",
            "2: a question stands on one line, and its first choice begins with “A. ”",
        ),
        ("Q?\nA. x\nB. y", "1: the question has no line “ANSWER: ” that names its right choice"),
        ("Q?\nA. x\nANSWER: A", "1: a choice question needs at least two choices"),
        (
            "Q?\n" + "".join(f"{chr(65 + n)}. x\n" for n in range(26)) + "A. y\nANSWER: A",
            "28: a question has at most 26",
        ),
    ],
)
def test_what_is_refused_is_said_with_its_line_once(words: str, reason: str) -> None:
    questions, faults = read(words + "\n\nNext?\nA. x\nB. y\nANSWER: B\n")
    (fault,) = faults
    assert fault.startswith(f"x.txt:{reason}")
    assert [said(q.content)[0] for q in questions] == ["Next?"]


def test_a_question_without_an_answer_does_not_swallow_the_next() -> None:
    questions, faults = read("First?\nA. x\nB. y\n\nSecond?\nA. x\nB. y\nANSWER: B\n")
    assert faults == ["x.txt:1: the question has no line “ANSWER: ” that names its right choice"]
    assert [said(q.content)[0] for q in questions] == ["Second?"]


def one_line(text: Text | None) -> Text:
    assert text is not None
    lines = (line.strip() for line in text.best("en", "en").split("\n"))
    return made.text(" ".join(line for line in lines if line))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100)
@given(made.outgoing(made.singles()))
def test_what_is_written_reads_as_it_was(questions: list[OutgoingQuestion]) -> None:
    """But for what is told: one line each, one choice that is right, and nothing else."""
    whole = {loss.key for loss in FORMAT.losses(questions, "en") if loss.whole}
    expected = []
    for question in questions:
        if question.key not in whole:
            content = normal(question.content)
            assert isinstance(content, SingleChoice)
            choices = tuple(Choice(c.key, one_line(c.text), float(c.fraction == 1)) for c in content.choices)
            expected.append(SingleChoice(one_line(content.stem), choices))
    read, faults = FORMAT.read(FORMAT.write(questions, "en"), file="x.txt", language="en")
    assert faults == []
    assert [normal(question.content) for question in read] == expected


def losses(content: Content, language: str = "en", **more: object) -> list[tuple[str, bool]]:
    outgoing = OutgoingQuestion("the-key", content, "en", **more)  # type: ignore[arg-type]
    return [(loss.what, loss.whole) for loss in FORMAT.losses([outgoing], language)]


def test_what_aiken_cannot_say_is_told(every_loss: dict[str, Content]) -> None:
    single = every_loss["single"]
    assert isinstance(single, SingleChoice)
    choices = (*single.choices, Choice("c", text("C"), 0.5, text("Half.")))
    full = msgspec.structs.replace(single, stem=text("Which?\nOne."), choices=choices, feedback=text("Read."))
    told = losses(full, marks=2.0, category="Unit", tags=("x",))
    assert told == [
        ("Its key is left out: read again, it is another question.", False),
        ("Its marks are left out: read again, it counts 1 and not 2.", False),
        ("Its category is left out.", False),
        ("Its tags are left out.", False),
        ("Its lines are joined to one.", False),
        ("Its feedback is left out.", False),
        ("The feedback to its answers is left out.", False),
        ("Its hints are left out.", False),
        ("Its pictures are left out.", False),
        ("Answers that earn a part of the mark, or cost some, earn nothing.", False),
    ]
    whole = {name for name, content in every_loss.items() if any(whole for _what, whole in losses(content))}
    assert whole == every_loss.keys() - {"single", "true_false"}


def test_true_or_false_becomes_a_choice_of_the_two() -> None:
    content = TrueFalse(Text.of({"en": "Is it?", "fr": "Est-ce ?"}, "en"), False)
    question = OutgoingQuestion("k", content, "en")
    assert FORMAT.write([question], "fr").decode() == "Est-ce ?\nA. Vrai\nB. Faux\nANSWER: B\n"
    assert ("True or false becomes a single choice of the two.", False) in losses(content)
    assert losses(content, "sv") == [("What true and false are called in 'sv' is not known.", True)]
    assert FORMAT.write([question], "sv") == b""
    assert f"({', '.join(WORDS)})".replace("(", "(named in ") in (ROOT / "docs" / "aiken.md").read_text()


@pytest.mark.parametrize("stem", ["A. Which?", "ANSWER: which?", "B)"])
def test_a_question_that_looks_like_another_line_is_left_out_whole(stem: str) -> None:
    content = SingleChoice(text(stem), (Choice("a", text("x"), 1.0), Choice("b", text("y"))))
    (loss,) = losses(content)
    assert loss[1] and "would not take for a question" in loss[0]


def test_more_choices_than_letters_are_left_out_whole() -> None:
    choices = tuple(Choice(str(n), text(str(n)), float(n == 0)) for n in range(27))
    assert losses(SingleChoice(text("Which?"), choices)) == [("It has more than 26 choices.", True)]


def test_the_example_of_the_document_is_read() -> None:
    example = (ROOT / "docs" / "aiken.md").read_text().split("```")[1]
    questions, faults = read(example)
    assert len(questions) == 1 and faults == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from([*GOOD.splitlines(keepends=True), *made.MARKS]), max_size=12).map(
        lambda x: "".join(x).encode()
    )
)
def test_whatever_is_sent_gives_questions_or_faults(data: bytes) -> None:
    questions, faults = FORMAT.read(data, file="x.txt", language="en")
    assert questions or faults or not data.strip(b" \t\r\n\xef\xbb\xbf\xc2\x85\xe2\x80\xa8\xa0")
    assert all(fault.line >= 1 and fault.reason for fault in faults)
