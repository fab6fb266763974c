"""Files that others wrote: every question is imported, or refused with file, line and reason.

Beside each file lies the reading of another parser. Its grammar is stricter than Moodle's, so where the two
differ the difference is explained here.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from markdown_it import MarkdownIt

from app.config import ROOT
from app.core.sanitise import plain_text
from app.exchange import gift
from app.exchange.faults import Fault
from app.exchange.gift.grammar import Item, ItemKind, parse, unescape
from app.exchange.parsed import ParsedQuestion
from app.quizzes.types import MultipleChoice, ShortAnswer, SingleChoice

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

REFUSED = {
    "numerical questions cannot be read yet": 14,
    "essay questions cannot be read yet": 8,
    "a text without a question cannot be read yet; if it is one, its answers go in { }": 7,
    "matching questions cannot be read yet": 4,
    "4 choices are marked with =, where one is right; for several give each its weight, as ~%50%": 1,
    "it holds <img>, which plain text cannot show": 1,
}
IMPORTED = {SingleChoice: 42, MultipleChoice: 4, ShortAnswer: 19}

MOODLE_FEEDBACK = "Moodle says the first feedback to whoever answers wrongly; the other parser, to whoever says true"
EXPLAINED = {
    ("TFTwoFeedback.gift", 3, "feedback of the choices"): MOODLE_FEEDBACK,
    ("TFTwoFeedback.gift", 5, "feedback of the choices"): MOODLE_FEEDBACK,
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


def test_the_counts() -> None:
    assert Counter(fault.reason for reading in readings() for fault in reading.faults) == REFUSED
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
    """What each parser has of a question: its words, its choices, what they earn, what is said to them."""
    content = question.content
    found: list[tuple[str, object, object]] = [
        ("stem", squeezed(content.stem.best("en", "en")), words(other["stem"])),
        ("feedback", said(content.feedback), links_aside(words(other["globalFeedback"]))),
    ]
    if other["type"] == "TF":
        assert isinstance(content, SingleChoice)
        true, false = content.choices
        found.append(("truth", true.right, other["isTrue"]))
        found.append(("feedback of the choices", (said(true.feedback), said(false.feedback)),
                      (words(other["trueFeedback"]), words(other["falseFeedback"]))))  # fmt: skip
        return found
    if isinstance(content, ShortAnswer):
        answers = [(squeezed(a.text), a.fraction, said(a.feedback)) for a in content.answers["en"]]
        theirs = [squeezed(choice["text"]["text"]) for choice in other["choices"]]
    else:
        answers = [(squeezed(c.text.best("en", "en")), c.fraction, said(c.feedback)) for c in content.choices]
        theirs = [words(choice["text"]) for choice in other["choices"]]
    found.append(("choices", [text for text, _, _ in answers], theirs))
    earned = [weight(choice) for choice in other["choices"]]
    found.append(("fractions", [round(fraction, 5) for _, fraction, _ in answers], earned))
    found.append(("feedback of the choices", [said for _, _, said in answers],
                  [words(choice["feedback"]) for choice in other["choices"]]))  # fmt: skip
    return found


def said(feedback: Any) -> str:
    return links_aside(squeezed(feedback.best("en", "en"))) if feedback else ""


def links_aside(text: str) -> str:
    """Without the targets of links, which stand beside their words only here."""
    return text.replace("(http://www.formacioncnp.es/base_datos/Penal/lecr.html)", "")


def weight(choice: dict[str, Any]) -> float:
    if choice["weight"] is None:
        return 1.0 if choice["isCorrect"] else 0.0
    return round(float(choice["weight"]) / 100, 5)
