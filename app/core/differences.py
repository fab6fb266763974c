"""Two states of a text side by side, as people read it: paragraph beside paragraph, words marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Words with the space that follows them; each character of a script that puts no spaces stands alone.
_ALONE = r"\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff"
_WORDS = re.compile(rf"[{_ALONE}]\s*|[^\s{_ALONE}]+\s*|\s+")
MOST_WORK = 50_000_000  # steps spent on one comparison; beyond, whole paragraphs count as changed
LOOK = 100  # steps that one look at a pair of paragraphs takes, whatever is in them
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
    gives back its paragraph. The work is limited: where it runs out, whole paragraphs count as changed.
    """
    earlier, later = _paragraphs(before), _paragraphs(after)
    rows: list[tuple[Side, Side]] = []
    work = _Work(MOST_WORK)
    opcodes = [("replace", 0, len(earlier), 0, len(later))]
    if work.takes(_steps(earlier, later)):
        opcodes = list(SequenceMatcher(None, earlier, later, autojunk=False).get_opcodes())
    for tag, i1, i2, j1, j2 in opcodes:
        if tag == "equal":
            rows += [([Piece("same", words)], [Piece("same", words)]) for words in earlier[i1:i2]]
        else:
            rows += [_pair(left, right, work) for left, right in _matched(earlier[i1:i2], later[j1:j2], work)]
    return rows


@dataclass(slots=True)
class _Work:
    """How many steps may still be spent."""

    left: int

    def takes(self, steps: int) -> bool:
        """Whether so many are left; then they are spent."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


def _steps(one: Sequence[str], other: Sequence[str]) -> int:
    """About how long a `SequenceMatcher` takes at worst: it goes through every pair of equals again and again."""
    counts = Counter(other)
    pairs = sum(times * counts[each] for each, times in Counter(one).items())
    return len(one) + len(other) + pairs * min(len(one), len(other)) // 4


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _matched(earlier: list[str], later: list[str], work: _Work) -> Iterator[tuple[str, str]]:
    """Paragraphs that became one another, in order; what has no counterpart beside an empty one."""
    beside = 0
    words = [_bare(_WORDS.findall(right)) for right in later]
    for left in earlier:
        old = _bare(_WORDS.findall(left))
        looked_at = range(beside, len(later) if work.left > LOOK else beside)
        place = next((place for place in looked_at if _alike(old, words[place], work)), None)
        if place is None:
            yield left, ""
            continue
        yield from (("", right) for right in later[beside:place])
        yield left, later[place]
        beside = place + 1
    yield from (("", right) for right in later[beside:])


def _alike(old: list[str], new: list[str], work: _Work) -> bool:
    both = len(old) + len(new)
    if not work.takes(LOOK) or 2 * min(len(old), len(new)) < ALIKE * both or not work.takes(5 * both):
        return False
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and work.takes(_steps(old, new)) and matcher.ratio() >= ALIKE


def _pair(left: str, right: str, work: _Work) -> tuple[Side, Side]:
    """One paragraph beside what became of it, word by word."""
    old, new = _WORDS.findall(left), _WORDS.findall(right)
    if not old or not new or not work.takes(_steps(_bare(old), _bare(new))):
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
