"""Gaps in a text, worked out by hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.core.text import Text
from app.quizzes.types import AcceptedAnswer, Choice, Gap, Gaps, GapsAnswer, fits, grade, marks_hash
from tests.factories import text

STEM = "The plan of [[city]] was adopted in [[year]] by the [[who]]."


def a_text(**changes: Any) -> Gaps:
    """Three gaps of weights 1, 1 and 2: typed in two languages, typed, and chosen."""
    content = Gaps(
        stem=text(STEM, fr="Le plan de [[city]] fut adopté en [[year]] par le [[who]]."),
        gaps=(
            Gap("city", accepted={
                "en": (AcceptedAnswer("Rabat", 1.0, text("Yes.")), AcceptedAnswer("*morocc*", 0.5)),
                "fr": (AcceptedAnswer("Rabat-ville"),),
            }),
            Gap("year", accepted={"en": (AcceptedAnswer("1990"),)}),
            Gap("who", weight=2.0, choices=(
                Choice("a", text("council", fr="conseil"), 1.0),
                Choice("b", text("board", fr="comité"), 0.25, text("Not quite.")),
                Choice("c", text("army", fr="armée"), -1.0),
            )),
        ),
        source_language="en",
    )  # fmt: skip
    return msgspec.structs.replace(content, **changes)


@pytest.mark.parametrize(
    ("filled", "fraction"),
    [
        ({"city": "rabat", "year": "1990", "who": "a"}, 1.0),
        ({"city": "  RABAT ", "year": "1991", "who": "a"}, 0.75),  # (1 + 0 + 2) / 4
        ({"who": "a"}, 0.5),
        ({"who": "b"}, 0.125),  # 2 · 0.25 / 4
        ({"city": "in Morocco", "year": "1990"}, 0.375),  # (0.5 + 1) / 4
        ({"city": "Rabat", "who": "c"}, 0.25),  # a choice that costs takes nothing from other gaps
        ({"year": "1990 or so"}, 0.0),
    ],
)
def test_the_mark_is_the_weighted_mean_of_the_gaps(filled: dict[str, str], fraction: float) -> None:
    assert grade(a_text(), GapsAnswer(filled), "en").fraction == fraction


def test_a_gap_is_matched_in_the_language_read_and_in_the_texts_own() -> None:
    content = a_text()
    assert grade(content, GapsAnswer({"city": "rabat-ville"}), "fr").fraction == 0.25
    assert grade(content, GapsAnswer({"city": "rabat"}), "fr").fraction == 0.25
    assert grade(content, GapsAnswer({"city": "rabat-ville"}), "en").fraction == 0.0


def test_capitals_and_accents_matter_where_that_was_chosen() -> None:
    gap = Gap("1", accepted={"en": (AcceptedAnswer("Nécessité"),)})
    plain = Gaps(text("[[1]]"), (gap,), "en")
    case = msgspec.structs.replace(plain, case_matters=True)
    accents = msgspec.structs.replace(plain, accents_matter=True)

    def earned(content: Gaps, typed: str) -> float:
        return grade(content, GapsAnswer({"1": typed}), "en").fraction

    assert [earned(plain, typed) for typed in ("necessite", "NÉCESSITÉ")] == [1, 1]
    assert [earned(case, typed) for typed in ("Necessite", "nécessité")] == [1, 0]
    assert [earned(accents, typed) for typed in ("Necessite", "nécessité", "ne\u0301cessite\u0301")] == [0, 1, 1]
    assert len({marks_hash(content) for content in (plain, case, accents)}) == 3


def test_feedback_is_of_what_was_filled_in_the_order_of_the_gaps() -> None:
    said = grade(a_text(), GapsAnswer({"who": "b", "city": "Rabat"}), "en").feedback
    assert [each.best("en", "en") for each in said] == ["Yes.", "Not quite."]


def test_an_answer_is_read_and_refused() -> None:
    content = a_text()
    alias = {choice.key: alias for alias, choice in content.gaps[2].listed("en", "en")}
    fields = {
        "gap-city": [" Rabat "],
        "gap-who": [alias["b"], alias["a"]],
        "gap-year": ["  "],
        "gap-else": ["x"],
        "city": ["x"],
    }
    assert content.read(fields) == GapsAnswer({"city": "Rabat", "who": "b"})
    assert content.read({"gap-city": [""]}) is None
    unknown = content.read({"gap-who": ["a"]})  # a key is none of the names that pages use
    assert unknown and not fits(content, unknown)
    assert fits(content, GapsAnswer({"city": "x" * 500, "who": "c"}))
    for filled in ({"who": "council"}, {"who": "d"}, {"else": "a"}, {"city": "x" * 501}, {"city": "  "}):
        assert not fits(content, GapsAnswer(filled))


def test_what_was_said_and_what_is_right_stand_in_the_text() -> None:
    content = a_text()
    (given,) = content.given(GapsAnswer({"city": "rabat", "who": "b"}))
    assert isinstance(given, Text)
    assert given.strings() == {
        "en": "The plan of [rabat] was adopted in […] by the [board].",
        "fr": "Le plan de [rabat] fut adopté en […] par le [comité].",
    }
    (right,) = content.right("fr")
    assert isinstance(right, Text)
    assert right.strings()["fr"] == "Le plan de [Rabat-ville] fut adopté en [1990] par le [conseil]."


def test_each_gap_is_a_part_that_statistics_count() -> None:
    content = a_text()
    assert [(part.key, part.open, [one.key for one in part.foreseen]) for part in content.parts("en")] == [
        ("city", True, ["1", "2"]),
        ("year", True, ["1"]),
        ("who", False, ["a", "b", "c"]),
    ]
    said = content.said(GapsAnswer({"city": "Rabat-Ville", "year": "1991", "who": "b"}), "fr")
    assert [(one.part, one.key, one.words, one.fraction) for one in said] == [
        ("city", "1", "", 0.25),
        ("year", "", "1991", 0.0),
        ("who", "b", "", 0.125),
    ]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"stem": text("No gap here.")}, ["stem", "gaps", "gaps", "gaps"]),
        ({"stem": text(STEM + " [[city]]")}, ["stem"]),
        ({"stem": text(STEM + " [[more]]")}, ["stem"]),
        ({"stem": text(STEM.replace("[[year]]", "1990"))}, ["gaps"]),
        ({"gaps": (*a_text().gaps[:2], Gap("who", choices=a_text().gaps[2].choices[:1]))}, ["gaps"]),
        ({"gaps": (*a_text().gaps[:2], Gap("who", choices=a_text().gaps[2].choices[1:]))}, ["gaps"]),
        ({"gaps": (*a_text().gaps[:2], Gap("who"))}, ["gaps"]),
        ({"gaps": (*a_text().gaps[:2], Gap("who", accepted={"fr": (AcceptedAnswer("x"),)}))}, ["gaps"]),
        ({"gaps": (*a_text().gaps[:2], Gap("who", accepted={"en": (AcceptedAnswer("x"),)}, weight=0.0))}, ["gaps"]),
        ({"gaps": (*a_text().gaps, a_text().gaps[0])}, ["gaps", "gaps"]),
    ],
)
def test_what_cannot_be_graded_is_said(changes: dict[str, Any], faults: list[str]) -> None:
    found = a_text(**changes).faults()
    assert [fault.part for fault in found] == faults
    assert all(str(fault) for fault in found)


def test_a_translation_that_lost_a_gap_gives_way_to_the_texts_own() -> None:
    whole = a_text()
    lost = a_text(stem=text(STEM, fr="Le plan de [[city]] fut adopté par le [[who]]."))
    assert whole.is_whole_in("fr") and not lost.is_whole_in("fr") and lost.is_whole_in("ar")
    assert whole.shown_stem("fr", "en") == ("fr", "Le plan de … fut adopté en … par le ….")
    assert lost.shown_stem("fr", "en") == ("en", "The plan of … was adopted in … by the ….")
    assert lost.paragraphs("fr")[0] == "en"


def test_the_text_is_words_and_gaps_in_turn() -> None:
    content = a_text(stem=text("First.\n\nIn [[year]], [[who]][[city]]"))
    language, paragraphs = content.paragraphs("en")
    keys = [[piece if isinstance(piece, str) else piece.key for piece in paragraph] for paragraph in paragraphs]
    assert (language, keys) == ("en", [["First."], ["In ", "year", ", ", "who", "", "city", ""]])
    assert [content.number_of(gap, "en") for gap in content.gaps] == [3, 1, 2]


def test_choices_stand_in_alphabetical_order_of_the_language_read() -> None:
    gap = a_text().gaps[2]
    assert [choice.key for _alias, choice in gap.listed("en", "en")] == ["c", "b", "a"]  # army, board, council
    assert [choice.key for _alias, choice in gap.listed("fr", "en")] == ["c", "b", "a"]  # armée, comité, conseil


def test_pages_call_gaps_by_their_place() -> None:
    content = a_text()
    names = [content.field_of(gap) for gap in content.gaps]
    assert names == ["gap-_1", "gap-_2", "gap-_3"]
    assert content.read({names[0]: ["Rabat"], names[1]: [" "]}) == GapsAnswer({"city": "Rabat"})
