"""The GIFT format: text into items, each of which knows its line.

Follows what Moodle reads (docs.moodle.org, "GIFT format", and the import filter it describes). Items are
parted by blank lines; lines that begin with `//` are comments, in which Moodle keeps ids and tags;
`~ = # { } :` mean themselves after a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from flask_babel import gettext as _

from ..faults import Fault
from ..naming import category_of
from ..plain import BLANK
from .pieces import Piece, Unreadable, Words, at_hashes, said_of, unescape, words_of

LONGEST_NUMBER = 60  # characters
_MARKED = re.compile(r"\[(id|tag):((?:\\\]|[^\]]){1,200})\]")


class ItemKind(StrEnum):
    MULTIPLE_CHOICE = "multiple choice"
    TRUE_FALSE = "true/false"
    SHORT_ANSWER = "short answer"
    MATCHING = "matching"
    NUMERICAL = "numerical"
    ESSAY = "essay"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class GiftAnswer:
    """`right`: marked with `=`. `weight` of the mark, -1 to 1, None where none is written.

    The words of a number have none in them where any other number is meant.
    """

    words: Words
    right: bool
    weight: float | None
    feedback: Words | None

    @property
    def fraction(self) -> float:
        if self.weight is not None:
            return self.weight
        return 1.0 if self.right else 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """What is matched, or nothing, and with what."""

    prompt: Words | None
    match: Words


@dataclass(frozen=True, slots=True)
class Item:
    """A question, or a description. `truth` and the two feedbacks are those of true/false."""

    kind: ItemKind
    line: int
    title: str
    stem: Words
    answers: tuple[GiftAnswer, ...] = ()
    pairs: tuple[Pair, ...] = ()
    truth: bool = False
    wrong_feedback: Words | None = None
    right_feedback: Words | None = None
    feedback: Words | None = None
    id: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""


def parse(text: str, file: str) -> tuple[list[Item], list[str], list[Fault]]:
    """The items of a file, the categories it names, and what could not be read."""
    items: list[Item] = []
    categories: list[str] = []
    faults: list[Fault] = []
    for block in _blocks(text):
        if block.text.startswith("$CATEGORY:"):
            categories.append(block.text.removeprefix("$CATEGORY:").strip())
            continue
        try:
            item = _item(Piece(block.text, block.line))
        except Unreadable as error:
            faults.append(Fault(file, error.line, error.reason))
            continue
        category = category_of(categories[-1]) if categories else ""
        items.append(replace(item, id=block.id, tags=tuple(block.tags), category=category))
    return items, categories, faults


@dataclass(slots=True)
class _Block:
    """Lines between blank ones, without comments; `line` is that of the first."""

    line: int
    text: str
    id: str
    tags: list[str]


def _blocks(text: str) -> Iterator[_Block]:
    lines: list[str] = []
    first, number, identity, tags = 0, 0, "", list[str]()
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip().startswith("//"):
            identity = _marked(line, "id")[-1] if _marked(line, "id") else identity
            tags += _marked(line, "tag")
            if lines:
                lines.append("")
        elif line.strip() and line.startswith("$CATEGORY:"):
            if lines:
                yield _Block(first, "\n".join(lines).rstrip(), identity, tags)
            yield _Block(number, line.strip(), "", [])
            lines, identity, tags = [], "", []
        elif line.strip():
            if not lines:
                first, line = number, line.lstrip()
            lines.append(line)
        else:
            if lines:
                yield _Block(first, "\n".join(lines).rstrip(), identity, tags)
            lines, identity, tags = [], "", []


def _marked(comment: str, name: str) -> list[str]:
    """What stands in `[name:…]` within a comment, as Moodle writes ids and tags."""
    found = (value.replace(r"\]", "]").strip() for kind, value in _MARKED.findall(comment) if kind == name)
    return [value for value in found if value]


def _item(block: Piece) -> Item:
    title = ""
    body = block
    if block.text.startswith("::"):
        end = block.find("::", 2)
        if end < 0:
            raise Unreadable(block.line, _("the title is not closed with ::"))
        title, body = unescape(block.text[2:end]).strip(), block.cut(end + 2).trimmed()
    opening, closing = body.find("{"), body.find("}")
    if opening < 0 and closing < 0:
        return Item(ItemKind.DESCRIPTION, block.line, title, words_of(body, "moodle"))
    if closing >= 0 and (opening < 0 or closing < opening):
        raise Unreadable(body.cut(closing).line, _("a } stands alone; write \\} for the sign itself"))
    if closing < 0:
        reason = _("the answers are not closed with } before the next blank line; write \\{ for the sign itself")
        raise Unreadable(body.cut(opening).line, reason)
    before, inner, after = body.cut(0, opening), body.cut(opening + 1, closing), body.cut(closing + 1)
    for mark in "{}":
        if (again := after.find(mark)) >= 0:
            raise Unreadable(
                after.cut(again).line, _("a second %(mark)s; write \\%(mark)s for the sign itself", mark=mark)
            )
    stem = before.text if not after.text.strip() else before.text + BLANK + after.text
    item = _answered(words_of(Piece(stem, body.line), "moodle"), inner.trimmed())
    return replace(item, line=block.line, title=title)


def _answered(stem: Words, inner: Piece) -> Item:
    """What kind of question the text between the braces makes, and its answers."""
    if not stem.raw:
        raise Unreadable(stem.line, _("the question has no text"))
    feedback = None
    at = last = inner.find("####")
    while at >= 0:
        last, at = at, inner.find("####", at + 1)
    if last >= 0:
        feedback = said_of(inner.cut(last + 4), stem.format)
        inner = inner.cut(0, last).trimmed()
    kind, truth = _kind(inner)
    item = Item(kind, stem.line, "", stem, feedback=feedback)
    if kind is ItemKind.TRUE_FALSE:
        _word, *said = at_hashes(inner, 3)
        wrong, right = (said_of(said[i], stem.format) if len(said) > i else None for i in (0, 1))
        return replace(item, truth=truth, wrong_feedback=wrong, right_feedback=right)
    if kind is ItemKind.MULTIPLE_CHOICE:
        return replace(item, answers=_answers(inner, "~=", stem.format))
    if kind is ItemKind.SHORT_ANSWER:
        return replace(item, answers=_answers(inner, "=", stem.format))
    if kind is ItemKind.NUMERICAL:
        return replace(item, answers=_answers(inner.cut(1).trimmed(), "~=", stem.format, numbers=True))
    if kind is ItemKind.MATCHING:
        return replace(item, pairs=_pairs(inner, stem.format))
    return item


def _kind(inner: Piece) -> tuple[ItemKind, bool]:
    """In the order in which Moodle asks."""
    if not inner.text:
        return ItemKind.ESSAY, False
    if inner.text.startswith("#"):
        return ItemKind.NUMERICAL, False
    if inner.find("~") >= 0:
        return ItemKind.MULTIPLE_CHOICE, False
    if inner.find("=") >= 0 and inner.find("->") >= 0:
        return ItemKind.MATCHING, False
    word = at_hashes(inner, 2)[0].text.strip()
    if word in ("T", "TRUE", "F", "FALSE"):
        return ItemKind.TRUE_FALSE, word.startswith("T")
    return ItemKind.SHORT_ANSWER, False


def _answers(inner: Piece, marks: str, format: str, *, numbers: bool = False) -> tuple[GiftAnswer, ...]:
    found = []
    for mark, piece in inner.split(marks):
        if not mark and not piece.text.strip():
            continue
        if not mark and marks == "~=" and not numbers:
            raise Unreadable(piece.line, _("words stand before the first answer; answers begin with ~ or ="))
        answer = piece.trimmed()
        weight, answer = _weight(answer)
        words, *said = at_hashes(answer, 2)
        if not words.text.strip() and not (numbers and mark == "~"):
            raise Unreadable(answer.line, _("an answer has no text"))
        feedback = said_of(said[0], format) if said else None
        found.append(GiftAnswer(words_of(words, format), mark != "~", weight, feedback))
    return tuple(found)


def _pairs(inner: Piece, format: str) -> tuple[Pair, ...]:
    found = []
    for mark, piece in inner.split("="):
        if not mark and not piece.text.strip():
            continue
        arrow = piece.find("->")
        if arrow < 0:
            raise Unreadable(piece.trimmed().line, _("a pair has no ->"))
        prompt, match = piece.cut(0, arrow), piece.cut(arrow + 2).trimmed()
        if not match.text:
            raise Unreadable(match.line, _("nothing stands after ->"))
        found.append(Pair(said_of(prompt, format), Words(match.text, "string", match.line)))
    return tuple(found)


def _weight(answer: Piece) -> tuple[float | None, Piece]:
    """The share of the mark that an answer begins with, in percent, and the rest of it. What is no number is words."""
    end = answer.text.find("%", 1, LONGEST_NUMBER)
    if not answer.text.startswith("%") or end < 0:
        return None, answer
    written = answer.text[1:end]
    digits = written.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()):
        return None, answer
    percent = Decimal(written)
    if abs(percent) > 100:
        raise Unreadable(
            answer.line, _("a weight lies between -100 and 100 percent, not at %(weight)s", weight=written)
        )
    return float(percent / 100) + 0.0, answer.cut(end + 1)
