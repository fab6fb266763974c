"""The keys of rows: what answers name them by. They stay with a row wherever it moves, and none is given twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import Any

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def kept_keys(typed: Sequence[str | None], former: Iterable[str]) -> list[str]:
    """The keys of rows in order: the one that each came with, else one that no row has or had."""
    taken = {key for key in typed if key} | set(former)
    made: list[str] = []
    for key in typed:
        if not key or not _KEY.fullmatch(key) or key in made:
            key = free_letter(taken)
        taken.add(key)
        made.append(key)
    return made


def give_keys(rows: Sequence[Any], former: Iterable[str]) -> None:
    """Put into each row, which has a field `key`, the key that `kept_keys` gives it."""
    for row, key in zip(rows, kept_keys([row.key.data for row in rows], former), strict=True):
        row.key.data = key


def free_letter(taken: set[str]) -> str:
    """a to z, then aa, ab …: the first that is not taken."""
    length = 1
    while True:
        for place in range(len(ascii_lowercase) ** length):
            letters = ""
            for _letter in range(length):
                place, letter = divmod(place, len(ascii_lowercase))
                letters = ascii_lowercase[letter] + letters
            if letters not in taken:
                return letters
        length += 1
