"""The GIFT format: text into items, each of which knows its line.

Follows what Moodle reads (docs.moodle.org, "GIFT format", and the import filter it describes). Items are
parted by blank lines; lines that begin with `//` are comments, in which Moodle keeps ids and tags;
`~ = # { } :` mean themselves after a backslash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from flask_babel import gettext as _

from ..faults import Fault

FORMATS = ("html", "markdown", "plain", "moodle")
BLANK = "_____"  # stands where the answers stood, if words follow them
_ESCAPED = "~=#{}:\\"


class ItemKind(StrEnum):
    MULTIPLE_CHOICE = "multiple choice"
    TRUE_FALSE = "true/false"
    SHORT_ANSWER = "short answer"
    MATCHING = "matching"
    NUMERICAL = "numerical"
    ESSAY = "essay"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class Words:
    """Something to read: as it is written, escapes and all, with its text format and line."""

    raw: str
    format: str
    line: int


@dataclass(frozen=True, slots=True)
class GiftAnswer:
    """`right`: marked with `=`. `weight` in percent, None where none is written."""

    words: Words
    right: bool
    weight: float | None
    feedback: Words | None


@dataclass(frozen=True, slots=True)
class Item:
    """A question, or a description. `truth` and the two feedbacks are those of true/false."""

    kind: ItemKind
    line: int
    title: str
    stem: Words
    answers: tuple[GiftAnswer, ...] = ()
    truth: bool = False
    wrong_feedback: Words | None = None
    right_feedback: Words | None = None
    feedback: Words | None = None
    id: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""


class _Unreadable(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


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
            item = _item(_Piece(block.text, block.line))
        except _Unreadable as error:
            faults.append(Fault(file, error.line, error.reason))
            continue
        category = categories[-1] if categories else ""
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
    found = []
    for part in comment.split(f"[{name}:")[1:]:
        value, closed, _rest = part.partition("]")
        if closed and value.strip():
            found.append(value.strip())
    return found


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a block, with the line it begins in."""

    text: str
    line: int

    def cut(self, start: int, end: int | None = None) -> _Piece:
        return _Piece(self.text[start:end], self.line + self.text.count("\n", 0, start))

    def trimmed(self) -> _Piece:
        return self.cut(len(self.text) - len(self.text.lstrip()), len(self.text.rstrip()) or None)

    def find(self, mark: str, start: int = 0) -> int:
        """Where `mark` stands unescaped, from `start` on; -1 if nowhere."""
        at = start
        while at < len(self.text):
            if self.text[at] == "\\" and self.text[at + 1 : at + 2] in (*_ESCAPED, "n"):
                at += 2
            elif self.text.startswith(mark, at):
                return at
            else:
                at += 1
        return -1

    def split(self, marks: str) -> list[tuple[str, _Piece]]:
        """The parts after each unescaped character of `marks`, with that character; first what stands before."""
        places = [-1]
        for mark in marks:
            at = self.find(mark)
            while at >= 0:
                places.append(at)
                at = self.find(mark, at + 1)
        places.sort()
        ends = [*places[1:], len(self.text)]
        return [(self.text[at] if at >= 0 else "", self.cut(at + 1, end)) for at, end in zip(places, ends, strict=True)]


def unescape(raw: str) -> str:
    """What is meant by `raw`: escapes taken away, `\\n` a new line."""
    out, at = [], 0
    while at < len(raw):
        following = raw[at + 1 : at + 2]
        if raw[at] == "\\" and following and following in _ESCAPED:
            out.append(following)
            at += 2
        elif raw[at] == "\\" and following == "n":
            out.append("\n")
            at += 2
        else:
            out.append(raw[at])
            at += 1
    return "".join(out)


def _item(block: _Piece) -> Item:
    title = ""
    body = block
    if block.text.startswith("::"):
        end = block.find("::", 2)
        if end < 0:
            raise _Unreadable(block.line, _("the title is not closed with ::"))
        title, body = unescape(block.text[2:end]).strip(), block.cut(end + 2).trimmed()
    opening, closing = body.find("{"), body.find("}")
    if opening < 0 and closing < 0:
        return Item(ItemKind.DESCRIPTION, block.line, title, _words(body, "moodle"))
    if closing >= 0 and (opening < 0 or closing < opening):
        raise _Unreadable(body.cut(closing).line, _("a } stands alone; write \\} for the sign itself"))
    if closing < 0:
        reason = _("the answers are not closed with } before the next blank line; write \\{ for the sign itself")
        raise _Unreadable(body.cut(opening).line, reason)
    before, inner, after = body.cut(0, opening), body.cut(opening + 1, closing), body.cut(closing + 1)
    for mark in "{}":
        if (again := after.find(mark)) >= 0:
            raise _Unreadable(
                after.cut(again).line, _("a second %(mark)s; write \\%(mark)s for the sign itself", mark=mark)
            )
    stem = before.text if not after.text.strip() else before.text + BLANK + after.text
    item = _answered(_words(_Piece(stem, body.line), "moodle"), inner.trimmed())
    return replace(item, line=block.line, title=title)


def _answered(stem: Words, inner: _Piece) -> Item:
    """What kind of question the text between the braces makes, and its answers."""
    if not stem.raw:
        raise _Unreadable(stem.line, _("the question has no text"))
    feedback = None
    at = last = inner.find("####")
    while at >= 0:
        last, at = at, inner.find("####", at + 1)
    if last >= 0:
        feedback = _said(inner.cut(last + 4), stem.format)
        inner = inner.cut(0, last).trimmed()
    kind, truth = _kind(inner)
    item = Item(kind, stem.line, "", stem, feedback=feedback)
    if kind is ItemKind.TRUE_FALSE:
        _word, *said = _at_hashes(inner, 3)
        wrong, right = (_said(said[i], stem.format) if len(said) > i else None for i in (0, 1))
        return replace(item, truth=truth, wrong_feedback=wrong, right_feedback=right)
    if kind is ItemKind.MULTIPLE_CHOICE:
        return replace(item, answers=_answers(inner, "~=", stem.format))
    if kind is ItemKind.SHORT_ANSWER:
        return replace(item, answers=_answers(inner, "=", stem.format))
    return item


def _kind(inner: _Piece) -> tuple[ItemKind, bool]:
    """In the order in which Moodle asks."""
    if not inner.text:
        return ItemKind.ESSAY, False
    if inner.text.startswith("#"):
        return ItemKind.NUMERICAL, False
    if inner.find("~") >= 0:
        return ItemKind.MULTIPLE_CHOICE, False
    if inner.find("=") >= 0 and inner.find("->") >= 0:
        return ItemKind.MATCHING, False
    word = _at_hashes(inner, 2)[0].text.strip()
    if word in ("T", "TRUE", "F", "FALSE"):
        return ItemKind.TRUE_FALSE, word.startswith("T")
    return ItemKind.SHORT_ANSWER, False


def _answers(inner: _Piece, marks: str, format: str) -> tuple[GiftAnswer, ...]:
    found = []
    for mark, piece in inner.split(marks):
        if not mark and not piece.text.strip():
            continue
        if not mark and marks == "~=":
            raise _Unreadable(piece.line, _("words stand before the first answer; answers begin with ~ or ="))
        answer = piece.trimmed()
        weight, answer = _weight(answer)
        words, *said = _at_hashes(answer, 2)
        if not words.text.strip():
            raise _Unreadable(answer.line, _("an answer has no text"))
        feedback = _said(said[0], format) if said else None
        found.append(GiftAnswer(_words(words, format), mark != "~", weight, feedback))
    return tuple(found)


def _weight(answer: _Piece) -> tuple[float | None, _Piece]:
    """The percentage an answer begins with, and the rest of it. What is no number is words."""
    end = answer.text.find("%", 1)
    if not answer.text.startswith("%") or end < 0:
        return None, answer
    written = answer.text[1:end]
    digits = written.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()):
        return None, answer
    weight = float(written)
    if abs(weight) > 100:
        raise _Unreadable(
            answer.line, _("a weight lies between -100 and 100 percent, not at %(weight)s", weight=written)
        )
    return weight, answer.cut(end + 1)


def _at_hashes(piece: _Piece, most: int) -> list[_Piece]:
    """At most `most` parts between unescaped #."""
    parts: list[_Piece] = []
    while len(parts) < most - 1 and (at := piece.find("#")) >= 0:
        parts.append(piece.cut(0, at))
        piece = piece.cut(at + 1)
    return [*parts, piece]


def _words(piece: _Piece, default: str) -> Words:
    """A piece with its text format, which it may name in brackets at its beginning."""
    piece = piece.trimmed()
    for name in FORMATS:
        if piece.text.startswith(f"[{name}]"):
            rest = piece.cut(len(name) + 2).trimmed()
            return Words(rest.text, name, rest.line)
    return Words(piece.text, default, piece.line)


def _said(piece: _Piece, default: str) -> Words | None:
    """A feedback; None if nothing is written."""
    words = _words(piece, default)
    return words if words.raw else None
