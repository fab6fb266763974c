"""Eligibility rules: a tree of combinators over leaves, stored as data, read two ways.

`clause(at)` is one SQL expression over `Person`, NULL for unknown; `check(facts, at)` is pure and gives a
`Finding`. A property test holds the two to the same verdict. Stored rules only ever grow: a field is added
last with a default, anything else is a new tag.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from .cities import CityIn, CityTrained, MemberFor
from .combinators import All, Any_, AtLeast, Combinator, Leaf, Node, Not
from .courses import Certified, Completed
from .people import Declared, HasRole
from .problems import DEEPEST, Problem, Surroundings, problems
from .quizzes import Passed
from .requirement import Names, Requirement
from .trees import Path, at, depth, mark_of, replace, walk
from .waived import Pardon, Waived, waivable, waive

__all__ = [
    "DEEPEST",
    "All",
    "Any_",
    "AtLeast",
    "Certified",
    "CityIn",
    "CityTrained",
    "Combinator",
    "Completed",
    "Declared",
    "HasRole",
    "Leaf",
    "MemberFor",
    "Names",
    "Node",
    "Not",
    "Pardon",
    "Passed",
    "Path",
    "Problem",
    "Requirement",
    "Surroundings",
    "Waived",
    "at",
    "depth",
    "mark_of",
    "problems",
    "read",
    "replace",
    "waivable",
    "waive",
    "walk",
    "write",
]


# Far more than a rule may have when it is saved; see `problems`.
DEEPEST_READ = 60


def read(tree: dict[str, Any]) -> Node:
    """The rule that `tree` holds. Raises `msgspec.ValidationError` with the place of the fault."""
    _refuse_an_abyss(tree)
    return cast(Node, msgspec.convert(tree, Node))


def _refuse_an_abyss(tree: Any) -> None:
    """Raise `msgspec.ValidationError` for what is nested deeper than anything that walks a rule could go."""
    pending = [(tree, 1)]
    while pending:
        part, level = pending.pop()
        if level > DEEPEST_READ:
            raise msgspec.ValidationError(_too_deep())
        below = part.get("of") if isinstance(part, dict) else None
        pending += [(each, level + 1) for each in (below if isinstance(below, list | tuple) else [below]) if each]


def write(rule: Node) -> dict[str, Any]:
    """The rule as JSON-able data, as `read` takes it."""
    return cast(dict[str, Any], msgspec.to_builtins(rule))


def _too_deep() -> str:
    return f"nested deeper than {DEEPEST_READ} levels"
