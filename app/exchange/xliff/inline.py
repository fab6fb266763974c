"""A lesson's markup taken apart for translators: blocks of words, each with its inline codes, and what lies between.

The words of some attributes, as the text alternative of a picture, are taken out too, to be translated on their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from ..markup import MarkupParser

INLINE = frozenset(
    "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small span strong sub sup u var".split()
)
ALONE = frozenset({"br", "img"})
VOID = ALONE | {"hr", "col", "source", "track", "wbr"}
SPOKEN = {"img": "alt", "abbr": "title", "dfn": "title", "a": "title", "th": "abbr"}


@dataclass(frozen=True, slots=True)
class Mark:
    """An inline code within words: where the pair `id` opens or closes, or where one stands alone."""

    kind: Literal["open", "close", "alone"]
    id: str


Piece = str | Mark
Words = tuple[Piece, ...]  # of one block


@dataclass(frozen=True, slots=True)
class Code:
    """What a mark stands for: `<strong>` and `</strong>`, or `<br>` and nothing."""

    tag: str
    start: str
    end: str = ""


@dataclass(slots=True)
class Split:
    """A lesson taken apart: strings of markup and blocks of words by turns, the first and the last being markup.

    In markup and codes, the words of an attribute are a number between NULs, its place in `spoken`.
    """

    between: list[str] = field(default_factory=lambda: [""])
    blocks: list[Words] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    spoken: list[str] = field(default_factory=list)

    def written(self, words: Words) -> tuple[str | Code, ...]:
        """A block with what its marks stand for, to compare it with one that numbers them otherwise."""
        return tuple(
            piece if isinstance(piece, str) else self.codes[piece.id] if piece.kind != "close" else "</>"
            for piece in words
        )


def join(split: Split, blocks: Sequence[Words], spoken: Sequence[str]) -> str:
    """The markup again, with other words in its blocks and attributes; as many as before."""
    parts = [split.between[0]]
    for words, after in zip(blocks, split.between[1:], strict=True):
        for piece in words:
            if isinstance(piece, str):
                parts.append(_as_markup(piece))
            else:
                code = split.codes[piece.id]
                parts.append(code.end if piece.kind == "close" else code.start)
        parts.append(after)
    html = "".join(parts)
    for place, words_of_attribute in enumerate(spoken):
        html = html.replace(f"\0{place}\0", escape(words_of_attribute))
    return html


def same_markup(html: str, other: str) -> bool:
    """Whether two markups differ at most in how they write the same characters."""
    one, two = split(html), split(other)
    return join(one, one.blocks, one.spoken) == join(two, two.blocks, two.spoken)


def same_marks(words: Words, other: Words) -> bool:
    """Whether two blocks have the same codes, each as often, whatever their order."""
    return Counter(p for p in words if isinstance(p, Mark)) == Counter(p for p in other if isinstance(p, Mark))


def well_nested(words: Words) -> bool:
    """Whether every pair closes after it opens, inside the one it opened in."""
    open_now: list[str] = []
    for piece in words:
        if isinstance(piece, Mark) and piece.kind == "open":
            open_now.append(piece.id)
        elif isinstance(piece, Mark) and piece.kind == "close" and (not open_now or open_now.pop() != piece.id):
            return False
    return not open_now


def matched(made: Split, source: Split) -> list[Words] | None:
    """The blocks of a translation with the marks of its source; None where the two are not built alike."""
    if made.between != source.between or len(made.spoken) != len(source.spoken):
        return None
    found = [renamed(made, words, source, like) for words, like in zip(made.blocks, source.blocks, strict=True)]
    return None if None in found else found  # type: ignore[return-value]


def renamed(made: Split, words: Words, source: Split, like: Words) -> Words | None:
    """A block of a translation with the marks of the source's block `like`; None if it has other codes."""
    waiting: dict[Code, list[str]] = {}
    for piece in like:
        if isinstance(piece, Mark) and piece.kind != "close":
            waiting.setdefault(source.codes[piece.id], []).append(piece.id)
    names: dict[str, str] = {}
    for piece in words:
        if isinstance(piece, Mark) and piece.kind != "close":
            ids = waiting.get(made.codes[piece.id])
            if not ids:
                return None
            names[piece.id] = ids.pop(0)
    if any(waiting.values()):
        return None
    return tuple(piece if isinstance(piece, str) else Mark(piece.kind, names[piece.id]) for piece in words)


def split(html: str) -> Split:
    """Take cleaned markup apart. A block is the longest run of words and inline codes that no other tag breaks."""
    reader = _Tokens()
    reader.feed(html)
    reader.close()
    tokens = reader.tokens
    structural = _structural(tokens)
    found = Split(spoken=reader.spoken)
    run: list[int] = []
    for place, token in enumerate(tokens):
        if place in structural:
            _end_block(found, tokens, run)
            run = []
            found.between[-1] += token.raw
        else:
            run.append(place)
    _end_block(found, tokens, run)
    return found


@dataclass(slots=True)
class _Token:
    """A tag as it is written, or (`tag` empty) words as they are read. `mate` is the place of a pair's other tag."""

    kind: Literal["start", "end", "words"]
    tag: str
    raw: str
    mate: int | None = None


class _Tokens(MarkupParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tokens: list[_Token] = []
        self.spoken: list[str] = []
        self.open: list[int] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        spoken = SPOKEN.get(tag)
        if any(name == spoken and (value or "").strip() for name, value in attributes):
            written = "".join(f' {name}="{self._value(name, value or "", spoken)}"' for name, value in attributes)
            raw = f"<{tag}{written}>"
        if tag not in VOID:
            self.open.append(len(self.tokens))
        self.tokens.append(_Token("start", tag, raw))

    def _value(self, name: str, value: str, spoken: str | None) -> str:
        if name != spoken:
            return escape(value)
        self.spoken.append(value)
        return f"\0{len(self.spoken) - 1}\0"

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.tokens[self.open[-1]].tag == tag:
            start = self.open.pop()
            self.tokens[start].mate = len(self.tokens)
            self.tokens.append(_Token("end", tag, f"</{tag}>", start))
        else:
            self.tokens.append(_Token("end", tag, f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        if self.tokens and self.tokens[-1].kind == "words":
            self.tokens[-1].raw += data
        else:
            self.tokens.append(_Token("words", "", data))


def _structural(tokens: Sequence[_Token]) -> set[int]:
    """The places of tags that break a block: all but inline ones that hold nothing else than inline."""
    found: set[int] = set()
    around: list[int] = []  # inline tags that are open, in none of which a block was broken yet
    for place, token in enumerate(tokens):
        if token.kind == "words" or token.tag in ALONE:
            continue
        if token.tag not in INLINE or token.mate is None:
            found.add(place)
            for start in around:
                found |= {start, tokens[start].mate or start}
            around = []
        elif token.kind == "start":
            around.append(place)
        elif around and around[-1] == token.mate:
            around.pop()
    return found


def _end_block(found: Split, tokens: Sequence[_Token], run: Sequence[int]) -> None:
    """Make a block of a run of tokens; without words it is markup like what is around it."""
    if not any(tokens[place].kind == "words" and tokens[place].raw.strip() for place in run):
        found.between[-1] += "".join(_written(tokens[place]) for place in run)
        return
    pieces: list[Piece] = []
    ids: dict[int, str] = {}
    for place in run:
        token = tokens[place]
        if token.kind == "words":
            pieces.append(token.raw)
        elif token.kind == "end":
            assert token.mate is not None
            pieces.append(Mark("close", ids[token.mate]))
        else:
            ids[place] = str(len(found.codes) + 1)
            end = "" if token.tag in ALONE else f"</{token.tag}>"
            found.codes[ids[place]] = Code(token.tag, token.raw, end)
            pieces.append(Mark("alone" if token.tag in ALONE else "open", ids[place]))
    after = ""
    if isinstance(first := pieces[0], str):
        words = first.lstrip()
        found.between[-1] += _as_markup(first[: len(first) - len(words)])
        pieces[0] = words
    if isinstance(last := pieces[-1], str):
        words = last.rstrip()
        after = _as_markup(last[len(words) :])
        pieces[-1] = words
    found.blocks.append(tuple(piece for piece in pieces if piece != ""))
    found.between.append(after)


def _written(token: _Token) -> str:
    return _as_markup(token.raw) if token.kind == "words" else token.raw


def _as_markup(words: str) -> str:
    """Words as the sanitiser and the editor write them."""
    return escape(words, quote=False).replace("\xa0", "&nbsp;")


def plain(words: Words) -> str:
    """The words alone."""
    return "".join(piece for piece in words if isinstance(piece, str))
