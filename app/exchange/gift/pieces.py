"""Pieces of a GIFT file that know their line, and what is written in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..plain import plain

FORMATS = ("html", "markdown", "plain", "moodle")
_ESCAPE = r"\\[~=#{}:\\n]"


@dataclass(frozen=True, slots=True)
class Words:
    """Something to read: as it is written, escapes and all, with its text format and line."""

    raw: str
    format: str
    line: int


class Unreadable(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a block, with the line it begins in."""

    text: str
    line: int

    def cut(self, start: int, end: int | None = None) -> Piece:
        return Piece(self.text[start:end], self.line + self.text.count("\n", 0, start))

    def trimmed(self) -> Piece:
        return self.cut(len(self.text) - len(self.text.lstrip()), len(self.text.rstrip()) or None)

    def find(self, mark: str, start: int = 0) -> int:
        """Where `mark` stands unescaped, from `start` on; -1 if nowhere."""
        for found in re.compile(_ESCAPE + "|" + re.escape(mark)).finditer(self.text, start):
            if found[0] == mark:
                return found.start()
        return -1

    def split(self, marks: str) -> list[tuple[str, Piece]]:
        """The parts after each unescaped character of `marks`, with that character; first what stands before."""
        parts: list[tuple[str, Piece]] = []
        mark, start, line = "", 0, self.line
        for found in re.compile(_ESCAPE + "|[" + re.escape(marks) + "]").finditer(self.text):
            if len(found[0]) == 1:
                parts.append((mark, Piece(self.text[start : found.start()], line)))
                line += self.text.count("\n", start, found.start())
                mark, start = found[0], found.end()
        return [*parts, (mark, Piece(self.text[start:], line))]


def at_hashes(piece: Piece, most: int) -> list[Piece]:
    """At most `most` parts between unescaped #."""
    parts: list[Piece] = []
    while len(parts) < most - 1 and (at := piece.find("#")) >= 0:
        parts.append(piece.cut(0, at))
        piece = piece.cut(at + 1)
    return [*parts, piece]


def words_of(piece: Piece, default: str) -> Words:
    """A piece with its text format, which it may name in brackets at its beginning."""
    piece = piece.trimmed()
    for name in FORMATS:
        if piece.text.startswith(f"[{name}]"):
            rest = piece.cut(len(name) + 2).trimmed()
            return Words(rest.text, name, rest.line)
    return Words(piece.text, default, piece.line)


def said_of(piece: Piece, default: str) -> Words | None:
    """A feedback; None if nothing is written."""
    words = words_of(piece, default)
    return words if words.raw else None


def unescape(raw: str) -> str:
    """What is meant by `raw`: escapes taken away, `\\n` a new line."""
    return re.sub(_ESCAPE, lambda found: "\n" if found[0] == r"\n" else found[0][1], raw)


def escape(text: str) -> str:
    """`text` as it is written, on one line."""
    return re.sub(r"[~=#{}:\\]", r"\\\g<0>", text).replace("\n", r"\n")


def plain_of(words: Words) -> tuple[str, list[str]]:
    """The words as plain text, and what of them would be lost. Lines that are only wrapped are made one."""
    wrapped = words.format in ("plain", "moodle", "string")
    raw = " ".join(line.strip() for line in words.raw.split("\n")) if wrapped else words.raw
    return plain(unescape(raw), words.format)
