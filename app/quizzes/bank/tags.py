"""Tags of questions: short words, as many as fit. Pure.

Two that differ only in capitals or accents are one tag; the bank keeps the spelling that it met first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.core.folding import folded, one_line

LONGEST = 60  # characters of a tag
MOST = 30  # of a question

_BETWEEN = re.compile(r"[,;\n]")


def tags_of(typed: str) -> list[str]:
    """The tags that somebody typed, with commas between, each once."""
    return _once(tag for tag in (one_line(part) for part in _BETWEEN.split(typed)) if tag)


def spelled(tags: Iterable[str], known: Iterable[str]) -> list[str]:
    """`tags`, spelled as those of `known` that are the same."""
    spelling: dict[str, str] = {}
    for tag in known:
        spelling.setdefault(folded(tag), tag)
    return [spelling.get(folded(tag), tag) for tag in tags]


def with_tags(tags: Sequence[str], more: Iterable[str]) -> list[str]:
    """`tags` and, behind them, those of `more` that are not among them."""
    return _once([*tags, *more])


def without_tags(tags: Sequence[str], fewer: Iterable[str]) -> list[str]:
    """`tags` but for those of `fewer`."""
    gone = {folded(tag) for tag in fewer}
    return [tag for tag in tags if folded(tag) not in gone]


def renamed(tags: Sequence[str], old: str, new: str) -> list[str]:
    """`tags` with `new` where `old` was, once."""
    return _once(new if folded(tag) == folded(old) else tag for tag in tags)


def _once(tags: Iterable[str]) -> list[str]:
    kept: dict[str, str] = {}
    for tag in tags:
        kept.setdefault(folded(tag), tag)
    return list(kept.values())
