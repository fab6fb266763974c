"""Ranks: strings that sort where a thing stands, so that moving one thing touches that one row.

Fractional indexing, as described by David Greenspan ("Implementing Fractional Indexing", 2020),
over the digits 0-9a-z. A rank never ends in the lowest digit, so there is always room before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Ordered = TypeVar("Ordered", int, str)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def between(before: str | None, after: str | None) -> str:
    """A rank after `before` and before `after`; None stands for the beginning or the end.

    Raises `ValueError` if `before` does not sort before `after`.
    """
    low, high = before or "", after
    if high is not None and low >= high:
        raise ValueError(f"{low!r} does not sort before {high!r}")
    rank = ""
    for place in range(max(len(low), len(high or "")) + 1):
        floor = DIGITS.index(low[place]) if place < len(low) else 0
        ceiling = DIGITS.index(high[place]) if high is not None and place < len(high) else len(DIGITS)
        if ceiling - floor > 1:
            return rank + DIGITS[(floor + ceiling) // 2]
        rank += DIGITS[floor]
        if ceiling > floor:
            high = None  # already below the upper bound: only the lower one still binds
    return rank + DIGITS[len(DIGITS) // 2]


def spread(count: int) -> list[str]:
    """`count` ranks in order, evenly apart, with room between any two."""
    width = 2
    while len(DIGITS) ** width < (count + 1) * 2:
        width += 1
    step = len(DIGITS) ** width // (count + 1)
    return [_digits(step * (i + 1), width).rstrip("0") for i in range(count)]


def longest_rising(values: Sequence[Ordered | None]) -> set[int]:
    """The indexes of a longest run of values that rise, the first of equals; None is passed over.

    What is not in it is the fewest that have to move to put all in order.
    """
    runs: list[list[int]] = []  # for each index, a longest run that ends there
    for place, own in enumerate(values):
        before: list[int] = []
        for run in runs if own is not None else ():
            if run and values[run[-1]] < own and len(run) > len(before):  # type: ignore[operator]
                before = run
        runs.append([*before, place] if own is not None else [])
    longest: list[int] = max(runs, key=len, default=[])
    return set(longest)


def _digits(number: int, width: int) -> str:
    out = ""
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        out = DIGITS[digit] + out
    return out
