"""Accepted answers in which `*` stands for any words, as patterns of XML Schema, and back."""

from __future__ import annotations

import re

_SPECIAL = frozenset("\\|.?*+(){}[]^$-")


def has_wildcard(accepted: str) -> bool:
    """Whether an accepted answer leaves anything open."""
    return "*" in accepted.replace("\\*", "")


def literal(accepted: str) -> str:
    """What an accepted answer without wildcards says."""
    return accepted.replace("\\*", "*")


def accepted(literal: str) -> str:
    """The accepted answer that says just this."""
    return literal.replace("*", "\\*")


def pattern(accepted: str, case: bool) -> str:
    """The pattern that fits what the accepted answer fits; with `case`, capitals must be as written."""
    found = []
    for part in re.split(r"(\\\*|\*+)", accepted):
        if part.startswith("*"):
            found.append(".*")
        else:
            found += [_one(character, case) for character in ("*" if part == r"\*" else part)]
    return "".join(found)


def _one(character: str, case: bool) -> str:
    other = character.swapcase()
    if not case and other != character and len(other) == 1:
        return f"[{character}{other}]"
    return f"\\{character}" if character in _SPECIAL else character


def accepted_of(pattern: str) -> tuple[str, bool] | None:
    """The accepted answer of a pattern, and whether capitals count; None if it is not one of those made here."""
    found, folded, at = [], None, 0
    while at < len(pattern):
        if pattern.startswith(".*", at):
            found.append("*")
            at += 2
        elif pattern[at] == "[":
            one, other, end = pattern[at + 1 : at + 2], pattern[at + 2 : at + 3], pattern[at + 3 : at + 4]
            if end != "]" or one.swapcase() != other or folded is False:
                return None
            found.append(one)
            folded, at = True, at + 4
        elif pattern[at] == "\\" and pattern[at + 1 : at + 2] in _SPECIAL:
            found.append(accepted(pattern[at + 1]))
            at += 2
        elif pattern[at] in _SPECIAL - {"-"}:
            return None
        else:
            if pattern[at].swapcase() != pattern[at] and len(pattern[at].swapcase()) == 1:
                if folded:
                    return None
                folded = False
            found.append(pattern[at])
            at += 1
    return "".join(found), not folded if folded is not None else False
