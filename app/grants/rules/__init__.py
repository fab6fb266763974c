"""Eligibility rules: a tree of combinators over leaves, stored as data, read two ways.

`clause(at)` is one SQL expression over `Person`, NULL for unknown; `check(facts, at)` is pure and gives a
`Finding`. A property test holds the two to the same verdict. Stored rules only ever grow: a field is added
last with a default, anything else is a new tag.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from .combinators import All, Any_, AtLeast, Combinator, Node
from .leaves import Certified, CityTrained, Completed, Leaf

__all__ = [
    "All",
    "Any_",
    "AtLeast",
    "Certified",
    "CityTrained",
    "Combinator",
    "Completed",
    "Leaf",
    "Node",
    "read",
    "write",
]


def read(tree: dict[str, Any]) -> Node:
    """The rule that `tree` holds. Raises `msgspec.ValidationError` with the place of the fault."""
    return cast(Node, msgspec.convert(tree, Node))


def write(rule: Node) -> dict[str, Any]:
    """The rule as JSON-able data, as `read` takes it."""
    return cast(dict[str, Any], msgspec.to_builtins(rule))
