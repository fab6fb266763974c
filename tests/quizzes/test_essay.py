"""Essays: what is taken as an answer, and what waits for a person."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.quizzes.types import Criterion, Essay, EssayAnswer, Grade, Level, fits, grade, marks_hash
from app.quizzes.types.essay import words_in
from tests.factories import text


def a_criterion(key: str = "a", *points: float) -> Criterion:
    levels = tuple(Level(letter, text(f"Level {letter}"), p) for letter, p in zip("abcdef", points, strict=False))
    return Criterion(key, text("Names who is heard"), levels)


def an_essay(**changes: Any) -> Essay:
    content = Essay(text("How would you begin?"), rubric=(a_criterion("a", 0, 1, 3), a_criterion("b", 0, 2)))
    return msgspec.structs.replace(content, **changes)


def test_what_was_written_waits_for_a_person() -> None:
    assert grade(an_essay(), EssayAnswer("We listen."), "en") == Grade(0.0, waits=True)
    assert grade(an_essay(), EssayAnswer(" \n "), "en") == Grade(0.0)
    assert grade(an_essay(), None, "en") == Grade(0.0)
    assert Essay.marked_by_hand and an_essay().points == 5


def test_what_stood_in_the_box_is_no_answer() -> None:
    content = an_essay(starter=text("Aim:\n\nSteps:", fr="But :\n\nÉtapes :"))
    assert content.read({"text": ["Aim:\r\n\r\nSteps:\r\n"]}) is None
    assert content.read({"text": ["But :\r\n\r\nÉtapes :"]}) is None
    assert content.read({"text": [" Aim: all\r\nof them "]}) == EssayAnswer("Aim: all\nof them")
    assert content.read({"text": ["  "]}) is None and content.read({}) is None


def test_there_is_room_for_20000_characters() -> None:
    assert fits(an_essay(), EssayAnswer("é" * 20_000))
    assert not fits(an_essay(), EssayAnswer("é" * 20_001))
    assert not fits(an_essay(), EssayAnswer("  "))


@pytest.mark.parametrize(
    ("fewest", "most", "words"),
    [
        (None, None, None),
        (100, None, "Write at least 100 words."),
        (None, 300, "Write at most 300 words."),
        (100, 300, "Write 100 to 300 words."),
    ],
)
def test_how_long_it_is_to_be_is_said(fewest: int | None, most: int | None, words: str | None) -> None:
    content = an_essay(fewest=fewest, most=most)
    assert (str(content.asked_length) if words else content.asked_length) == words
    assert fits(content, EssayAnswer("short"))


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, []),
        ({"rubric": ()}, []),
        ({"fewest": 300, "most": 100}, ["most"]),
        ({"fewest": 100, "most": 100}, []),
        ({"rubric": (a_criterion("a", 1),)}, ["rubric"]),
        ({"rubric": (a_criterion("a", 0, 0), a_criterion("b"))}, ["rubric", "rubric"]),
    ],
)
def test_what_cannot_be_marked_is_said(changes: dict[str, Any], parts: list[str]) -> None:
    assert [fault.part for fault in an_essay(**changes).faults()] == parts


def test_only_the_rubrics_points_affect_marks() -> None:
    content = an_essay()
    assert marks_hash(content) == marks_hash(an_essay(stem=text("Else?"), guidance=text("Look for this.")))
    assert marks_hash(content) != marks_hash(an_essay(rubric=content.rubric[:1]))


def test_words_are_counted() -> None:
    assert [words_in(written) for written in ("", " ", "one", "one two\nthree\t four")] == [0, 0, 1, 4]
