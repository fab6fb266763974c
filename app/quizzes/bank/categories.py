"""Categories of the bank: paths such as `streets/crossings`, each question in one. Pure.

A category is there as long as a question stands in it, or below it; the empty path is of questions in none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.folding import folded, one_line

LONGEST = 200  # characters of a whole path


@dataclass(frozen=True, slots=True)
class Branch:
    """A category in the tree: how many questions stand in it, and in it or below."""

    path: str
    own: int
    whole: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def depth(self) -> int:
        """From 0."""
        return self.path.count("/")


def path_of(typed: str) -> str:
    """The path that somebody typed: its parts without spaces around, none of them empty."""
    return "/".join(part for part in (one_line(part) for part in typed.split("/")) if part)


def is_within(category: str, above: str) -> bool:
    """Whether `category` is `above` or below it; everything is within the empty path."""
    return not above or category == above or category.startswith(f"{above}/")


def moved(category: str, old: str, new: str) -> str:
    """What `category` is called once `old` is called `new`; an empty `old` is of questions in none, and no more."""
    if not is_within(category, old) or (not old and category):
        return category
    return "/".join(part for part in (new, category[len(old) :].lstrip("/")) if part)


def tree(categories: Iterable[str]) -> list[Branch]:
    """The tree of the categories that questions stand in, one before those below it; those in none are left out."""
    own = Counter(categories)
    whole: Counter[str] = Counter()
    for path, count in own.items():
        parts = path.split("/") if path else []
        for depth in range(1, len(parts) + 1):
            whole["/".join(parts[:depth])] += count
    return [Branch(path, own[path], whole[path]) for path in sorted(whole, key=place_of)]


def place_of(path: str) -> list[tuple[str, str]]:
    """What categories are sorted by: each beside those it stands with, before those below it."""
    return [(folded(part), part) for part in path.split("/") if part]
