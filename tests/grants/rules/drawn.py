"""Rules as chance draws them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from app.grants.rules import All, Any_, AtLeast, Node


def a_rule(chance: random.Random, among: Sequence[Node], leaves: int) -> Node:
    """A rule over so many requirements, some of them the same."""
    if leaves == 1:
        return chance.choice(among)
    cuts = sorted(chance.sample(range(1, leaves), chance.randint(1, min(3, leaves - 1))))
    of = tuple(a_rule(chance, among, end - begin) for begin, end in zip([0, *cuts], [*cuts, leaves], strict=True))
    return chance.choice((All(of=of), Any_(of=of), AtLeast(of=of, n=chance.randint(1, len(of)))))
