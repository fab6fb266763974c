"""HTML of any kind as tags and what stands between them, in a time that its length explains.

The standard library's parser takes minutes for some files that are made to that end.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

_OPENING = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>=]+|=)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?""")
_REST = re.compile(r"[\s/]*")


class Kind(Enum):
    START = auto()
    END = auto()
    WORDS = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what is said, or a tag as it is written; `name` that of a tag, in small letters."""

    kind: Kind
    text: str
    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def tokens(text: str) -> Iterator[Token]:
    """The tags of `text` and its words, in order; comments and declarations are let go. A tag that is not closed is
    words."""
    at = begins = 0
    comments_end = True  # whether another --> may come
    while (at := text.find("<", at)) >= 0:
        end, token = 0, None
        if text.startswith("<!--", at) and comments_end:
            closed = text.find("-->", at + 4)
            comments_end = closed >= 0
            end = closed + 3 if comments_end else 0
        elif text.startswith("<!", at) and not text.startswith("<!--", at):
            end = text.find(">", at) + 1
        elif opening := _OPENING.match(text, at):
            end, attributes = _attributes(text, opening.end())
            if not end:
                break
            kind = Kind.END if text[at + 1] == "/" else Kind.START
            token = Token(kind, text[at:end], opening[1].lower(), attributes)
        if not end:
            at += 1
            continue
        if begins < at:
            yield _words(text[begins:at])
        if token is not None:
            yield token
        at = begins = end
    if begins < len(text):
        yield _words(text[begins:])


def _words(text: str) -> Token:
    return Token(Kind.WORDS, html.unescape(text))


def _attributes(text: str, at: int) -> tuple[int, dict[str, str]]:
    """Where a tag ends that has its name before `at`, and its attributes; 0 if it does not end."""
    found: dict[str, str] = {}
    while True:
        after = _REST.match(text, at)
        at = after.end() if after else at
        if at >= len(text):
            return 0, found
        if text[at] == ">":
            return at + 1, found
        attribute = _ATTRIBUTE.match(text, at)
        if attribute is None or attribute.end() == at:
            return 0, found
        written = attribute[2] or ""
        quoted = written[:1] in ("'", '"') and written[:1] == written[-1:] and len(written) > 1
        found.setdefault(attribute[1].lower(), html.unescape(written[1:-1] if quoted else written))
        at = attribute.end()
