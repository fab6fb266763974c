"""Files that others wrote: every question is imported, or refused with file, line and reason.

Beside each file lies the reading of another parser. Its grammar is stricter than Moodle's, so where the two
differ the difference is explained here.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from markdown_it import MarkdownIt

from app.config import ROOT
from app.core.sanitise import plain_text
from app.core.text import Text
from app.exchange import gift
from app.exchange.faults import Fault
from app.exchange.gift.grammar import Item, ItemKind, parse, unescape
from app.exchange.parsed import ParsedQuestion
from app.quizzes.types import Essay, Matching, MultipleChoice, Number, ShortAnswer, SingleChoice, TrueFalse

CORPUS = ROOT.parent / "shared" / "corpus" / "gift"

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason=f"the collected GIFT files are not here: {CORPUS}")

KINDS = {
    "MC": ItemKind.MULTIPLE_CHOICE,
    "TF": ItemKind.TRUE_FALSE,
    "Short": ItemKind.SHORT_ANSWER,
    "Matching": ItemKind.MATCHING,
    "Numerical": ItemKind.NUMERICAL,
    "Essay": ItemKind.ESSAY,
    "Description": ItemKind.DESCRIPTION,
}

A_TEXT = "this is a text without a question; if it is one, its answers go in { }"
REFUSED = {
    ("description1.gift", 1): A_TEXT,
    ("descriptionTitleEscapedColon.gift", 1): A_TEXT,
    ("descriptionWithID.gift", 2): A_TEXT,
    ("markdown.gift", 1): A_TEXT,
    ("markdown.gift", 3): A_TEXT,
    ("markdown.gift", 6): A_TEXT,
    ("markdown.gift", 11): A_TEXT,
    (
        "escapeColon.gift",
        3,
    ): "4 choices are marked with =, where one is right; for several give each its weight, as ~%50%",
    ("multiLineFeedback1.gift", 18): "it holds <img>, which plain text cannot show",
}
IMPORTED = {
    SingleChoice: 25, MultipleChoice: 4, TrueFalse: 17, ShortAnswer: 19, Number: 14, Matching: 4, Essay: 8,
}  # fmt: skip

MOODLE_FEEDBACK = "Moodle says the first feedback to whoever answers wrongly; the other parser, to whoever says true"
LINKS = "where a link leads to stands behind its words here; the other parser keeps markup"
EXPLAINED = {
    ("TFTwoFeedback.gift", 3, "feedback of the answers"): MOODLE_FEEDBACK,
    ("TFTwoFeedback.gift", 5, "feedback of the answers"): MOODLE_FEEDBACK,
    ("mcHTMLComment.gift", 1, "feedback"): LINKS,
    ("numerical1.gift", 23, "feedback of the answers"): LINKS,
    ("totara_moodle_numerical.gift", 12, "left out"): "what is said to any other number has no place here, and is told",
}


@dataclass(frozen=True)
class Reading:
    """One file, as both parsers have it."""

    name: str
    items: list[Item]
    categories: list[str]
    questions: dict[int, ParsedQuestion]
    faults: list[Fault]
    others: list[dict[str, Any]]
    other_categories: list[str]


def readings() -> list[Reading]:
    found = []
    for path in sorted(CORPUS.glob("*.gift")):
        text = path.read_text(encoding="utf-8")
        items, categories, _faults = parse(text, path.name)
        questions, faults = gift.read(text, file=path.name, language="en")
        others = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        found.append(
            Reading(
                path.name,
                items,
                categories,
                {question.line: question for question in questions},
                faults,
                [other for other in others if other["type"] != "Category"],
                [other["title"] for other in others if other["type"] == "Category"],
            )
        )
    return found


def squeezed(text: str) -> str:
    """Without spaces, in which the two parsers differ freely."""
    return "".join(text.split())


def words(text: dict[str, str] | None) -> str:
    """What the other parser read, without markup or spaces."""
    if text is None:
        return ""
    html = text["text"]
    if text["format"] == "markdown":
        html = str(MarkdownIt("commonmark").render(html))
    return squeezed(plain_text(html) if text["format"] in ("html", "markdown") else html)


def test_the_collection_is_whole() -> None:
    assert len(readings()) == 51
    assert sum(len(reading.items) + len(reading.categories) for reading in readings()) == 102


def test_every_question_is_imported_or_refused_with_file_line_and_reason() -> None:
    for reading in readings():
        refused = {fault.line: fault for fault in reading.faults}
        assert len(refused) + len(reading.questions) == len(reading.items), reading.name
        assert all(fault.file == reading.name and fault.line > 0 and fault.reason for fault in reading.faults)
        starts = [item.line for item in reading.items]
        for line, following in zip(starts, [*starts[1:], 10**6][: len(starts)], strict=True):
            assert (line in reading.questions) != any(line <= at < following for at in refused), (reading.name, line)


def test_what_is_refused_and_what_is_imported() -> None:
    refused = {(reading.name, fault.line): fault.reason for reading in readings() for fault in reading.faults}
    assert refused == REFUSED
    assert Counter(type(q.content) for reading in readings() for q in reading.questions.values()) == IMPORTED


def test_the_other_parser_sees_the_same_items() -> None:
    for reading in readings():
        assert [squeezed(category) for category in reading.categories] == [
            squeezed(category) for category in reading.other_categories
        ]
        ours = [(i.kind, i.title, i.stem.format, squeezed(unescape(i.stem.raw))) for i in reading.items]
        theirs = [
            (KINDS[o["type"]], o["title"] or "", o["stem"]["format"], squeezed(o["stem"]["text"]))
            for o in reading.others
        ]
        assert ours == theirs, reading.name
        for item, other in zip(reading.items, reading.others, strict=True):
            assert (item.id, list(item.tags)) == (other.get("id") or "", other.get("tags") or []), reading.name


def test_what_is_imported_says_and_earns_the_same() -> None:
    differences = {}
    for reading in readings():
        for item, other in zip(reading.items, reading.others, strict=True):
            if item.line not in reading.questions:
                continue
            for what, ours, theirs in compared(reading.questions[item.line], other):
                if ours != theirs:
                    differences[reading.name, item.line, what] = (ours, theirs)
    assert {place: (ours, theirs) for place, (ours, theirs) in differences.items() if place not in EXPLAINED} == {}
    assert differences.keys() == EXPLAINED.keys(), "what is explained is still there"


def compared(question: ParsedQuestion, other: dict[str, Any]) -> list[tuple[str, object, object]]:
    """What each parser has of a question: its words, its answers, what they earn, what is said to them."""
    content = question.content
    found: list[tuple[str, object, object]] = [
        ("stem", said(content.stem), words(other["stem"])),
        ("feedback", said(content.feedback), words(other["globalFeedback"])),
        ("left out", question.left_out, ()),
    ]
    if isinstance(content, TrueFalse):
        found.append(("truth", content.truth, other["isTrue"]))
        found.append(("feedback of the answers", (said(content.true_feedback), said(content.false_feedback)),
                      (words(other["trueFeedback"]), words(other["falseFeedback"]))))  # fmt: skip
    elif isinstance(content, Matching):
        matches = {match.key: said(match.text) for match in content.matches}
        found.append(("pairs", [(said(prompt.text), matches[prompt.match]) for prompt in content.prompts],
                      [(words(pair["subquestion"]), squeezed(pair["subanswer"]))
                       for pair in other["matchPairs"] if pair["subquestion"]["text"]]))  # fmt: skip
        found.append(("matches", set(matches.values()), {squeezed(pair["subanswer"]) for pair in other["matchPairs"]}))
    elif not isinstance(content, Essay):
        choices = [
            choice for choice in choices_of(other) if choice["text"].get("text") != "*" or other["type"] == "Short"
        ]
        ours, theirs = answers(content), [their_answer(choice["text"], other["type"]) for choice in choices]
        found.append(("answers", [answer for answer, _, _ in ours], theirs))
        found.append(("fractions", [round(fraction, 5) for _, fraction, _ in ours], [weight(c) for c in choices]))
        found.append(
            ("feedback of the answers", [said for _, _, said in ours], [words(c["feedback"]) for c in choices])
        )
    return found


def answers(content: Any) -> list[tuple[object, float, str]]:
    """Each answer, what it earns, and what is said to it."""
    if isinstance(content, ShortAnswer):
        return [(squeezed(a.text), a.fraction, said(a.feedback)) for a in content.answers["en"]]
    if isinstance(content, Number):
        return [((a.value, a.tolerance), a.fraction, said(a.feedback)) for a in content.answers]
    return [(said(c.text), c.fraction, said(c.feedback)) for c in content.choices]


def choices_of(other: dict[str, Any]) -> list[dict[str, Any]]:
    """Its answers, also where a number stands alone."""
    choices = other["choices"]
    return (
        choices
        if isinstance(choices, list)
        else [{"isCorrect": True, "weight": None, "text": choices, "feedback": None}]
    )


def their_answer(text: dict[str, Any], kind: str) -> object:
    if kind == "Short":
        return squeezed(text["text"])
    if kind != "Numerical":
        return words(text)
    if text["type"] == "high-low":
        low, high = (Decimal(str(text[end])) for end in ("numberLow", "numberHigh"))
        return float((low + high) / 2), float((high - low) / 2)
    return float(text["number"]), float(text.get("range", 0))


def said(text: Text | None) -> str:
    return squeezed(text.best("en", "en")) if text else ""


def weight(choice: dict[str, Any]) -> float:
    if choice["weight"] is None:
        return 1.0 if choice["isCorrect"] else 0.0
    return round(float(choice["weight"]) / 100, 5)
