"""What browsers call the things of a question whose keys would tell: an author's a, b, c are often the right order.

An alias is made of the thing's own words, which its reader sees anyway, so it says nothing that they do not. It is
the same in every attempt and translation, and `read` finds the key by making the aliases again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from .parts import Labelled, Prompt
from .wording import own_words


def aliases(things: Sequence[Labelled | Prompt]) -> dict[str, str]:
    """Key to alias, in the order of the things; no two are the same, also of things that read the same."""
    made: dict[str, str] = {}
    for thing in things:
        alias = hashlib.sha256(own_words(thing.text).encode()).hexdigest()[:8]
        while alias in made.values():
            alias = hashlib.sha256(alias.encode()).hexdigest()[:8]
        made[thing.key] = alias
    return made


def keys_by_alias(things: Sequence[Labelled | Prompt]) -> dict[str, str]:
    """Alias to key."""
    return {alias: key for key, alias in aliases(things).items()}


def without_meaning(things: Sequence[Labelled | Prompt]) -> tuple[str, ...]:
    """The keys in an order that says nothing of the author's: that of the aliases."""
    named = aliases(things)
    return tuple(sorted(named, key=lambda key: named[key]))
