"""Addresses out of what was pasted: lists, lines of a table, `Amina Trabelsi <amina@ghent.example>`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import addresses

_LINES = re.compile(r"[;\r\n]+")
_BETWEEN = re.compile(r"[,;\s<>]+")
_LIKE_ONE = re.compile(r"@|\w\.\w")  # what is meant as an address, unlike a name


def emails(text: str) -> list[str]:
    """The folded addresses, each once."""
    words = (addresses.folded(word) for word in _BETWEEN.split(text) if word)
    return [word for word in dict.fromkeys(words) if addresses.is_address(word)]


def no_emails(text: str) -> list[str]:
    """What stands where an address should and is none, as it was pasted, each once. Names beside addresses are not."""
    return list(dict.fromkeys(found for line in _LINES.split(text) for found in _faults(line)))


def _faults(line: str) -> Iterator[str]:
    parts = [part.strip() for part in line.split(",") if part.strip(" \t<>")]
    for place, part in enumerate(parts):
        words = [word for word in _BETWEEN.split(part) if word]
        wrong = [word for word in words if _LIKE_ONE.search(word) and not _is_address(word)]
        if wrong:
            yield from wrong
        elif not any(map(_is_address, words)) and not (place + 1 < len(parts) and "<" in parts[place + 1]):
            yield part  # else a family name, before `, Amina <amina@ghent.example>`


def _is_address(word: str) -> bool:
    return addresses.is_address(addresses.folded(word))
