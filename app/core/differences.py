"""Two states of a text side by side, as people read it: paragraph beside paragraph, words marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Words with the space that follows them; each character of a script that puts no spaces stands alone.
_ALONE = r"\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff"
_WORDS = re.compile(rf"[{_ALONE}]\s*|[^\s{_ALONE}]+\s*|\s+")
MOST_WORDS = 4000  # in one pair of paragraphs; beyond, the whole paragraph counts as changed
ALIKE = 0.45  # from here on two paragraphs count as one that was edited


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both states have, or only the later (`added`), or only the earlier (`removed`)."""

    kind: Literal["same", "added", "removed"]
    words: str


Side = list[Piece]


def side_by_side(before: str, after: str) -> list[tuple[Side, Side]]:
    """The two texts, a paragraph a line, as pairs of paragraphs that belong together, in order.

    What only one of them has stands beside an empty side. Empty lines are left out. Joining the words of a side
    gives back its paragraph.
    """
    earlier, later = _paragraphs(before), _paragraphs(after)
    rows: list[tuple[Side, Side]] = []
    matcher = SequenceMatcher(None, earlier, later, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            rows += [([Piece("same", words)], [Piece("same", words)]) for words in earlier[i1:i2]]
        else:
            rows += [_pair(left, right) for left, right in _matched(earlier[i1:i2], later[j1:j2])]
    return rows


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _matched(earlier: list[str], later: list[str]) -> Iterator[tuple[str, str]]:
    """Paragraphs that became one another, in order; what has no counterpart beside an empty one."""
    beside = 0
    for left in earlier:
        for place in range(beside, len(later)):
            if _alike(left, later[place]):
                yield from (("", right) for right in later[beside:place])
                yield left, later[place]
                beside = place + 1
                break
        else:
            yield left, ""
    yield from (("", right) for right in later[beside:])


def _alike(left: str, right: str) -> bool:
    matcher = SequenceMatcher(None, _bare(_WORDS.findall(left)), _bare(_WORDS.findall(right)), autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _pair(left: str, right: str) -> tuple[Side, Side]:
    """One paragraph beside what became of it, word by word."""
    old, new = _WORDS.findall(left), _WORDS.findall(right)
    if not old or not new or max(len(old), len(new)) > MOST_WORDS:
        return _only("removed", left), _only("added", right)
    before: Side = []
    after: Side = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, _bare(old), _bare(new), autojunk=False).get_opcodes():
        before += _only("same" if tag == "equal" else "removed", "".join(old[i1:i2]))
        after += _only("same" if tag == "equal" else "added", "".join(new[j1:j2]))
    return before, after


def _bare(words: list[str]) -> list[str]:
    """The words without the space behind them, which a last word does not have."""
    return [word.rstrip() for word in words]


def _only(kind: Literal["same", "added", "removed"], words: str) -> Side:
    return [Piece(kind, words)] if words else []
