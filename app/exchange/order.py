"""Ranks for things in a new order, so that as few rows as possible are touched."""

from __future__ import annotations

from collections.abc import Sequence

from app.core import rank

LONGEST = 40  # what the column holds


def arranged(ranks: Sequence[str | None]) -> list[str]:
    """Ranks for things in the order they are to stand in; `ranks` are those they have, None for new ones.

    Things that are in order among themselves keep theirs, the most that can; the others get ranks between.
    """
    kept = rank.longest_rising(ranks)
    if not kept:
        return rank.spread(len(ranks))
    found = [ranks[place] if place in kept else None for place in range(len(ranks))]
    start = 0
    while start < len(found):
        if found[start] is not None:
            start += 1
            continue
        end = start
        while end < len(found) and found[end] is None:
            end += 1
        before = found[start - 1] if start else None
        after = found[end] if end < len(found) else None
        found[start:end] = _between(before, after, end - start)
        start = end
    whole = [place for place in found if place is not None]
    return whole if max(map(len, whole)) <= LONGEST else rank.spread(len(ranks))


def _between(before: str | None, after: str | None, count: int) -> list[str]:
    """`count` rising ranks between two: the middle one first, so that they stay short."""
    if count == 0:
        return []
    middle = rank.between(before, after)
    left = count // 2
    return [*_between(before, middle, left), middle, *_between(middle, after, count - left - 1)]
