"""Keys for questions and for what they hold, where a file names things in its own way."""

from __future__ import annotations

from collections.abc import Iterable

from app.quizzes.bank.versions import LONGEST_KEY, slug

from .naming import letters


def free(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with a number behind it what is not in `taken` yet; it is taken then."""
    key, again = wanted, 2
    while key in taken:
        end = f"-{again}"
        key, again = wanted[: LONGEST_KEY - len(end)].rstrip("-") + end, again + 1
    taken.add(key)
    return key


def keys_of(names: Iterable[str]) -> list[str]:
    """A key for each name, in order: a slug of it, or a letter where it has nothing for one."""
    taken: set[str] = set()
    return [free(slug(name) or letters(place), taken) for place, name in enumerate(names)]
