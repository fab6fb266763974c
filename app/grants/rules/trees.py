"""Finding one's way in a rule: its places, what stands there, and what identifies a requirement. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import rfc8785

from .combinators import Combinator, Node, Not
from .people import Declared

# A place in a rule: of its parts the one, of that one's parts the one, and so on; () is the rule itself.
Path = tuple[int, ...]


def at(rule: Node, path: Path) -> Node:
    """What stands at `path`. Raises `LookupError` where nothing does."""
    for place in path:
        rule = _part(rule, place)
    return rule


def replace(rule: Node, path: Path, new: Node | None) -> Node | None:
    """The rule with `new` at `path`, or without what stands there; None where nothing is left.

    What stands behind a place that goes moves up; a `not` goes with what it denies. Raises `LookupError`.
    """
    if not path:
        return new
    place, *rest = path
    part = replace(_part(rule, place), tuple(rest), new)
    if isinstance(rule, Not):
        return None if part is None else Not(part)
    assert isinstance(rule, Combinator)
    kept = () if part is None else (part,)
    return msgspec.structs.replace(rule, of=(*rule.of[:place], *kept, *rule.of[place + 1 :]))


def walk(rule: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, each before its parts."""
    yield path, rule
    for place, part in enumerate(rule.parts):
        yield from walk(part, (*path, place))


def depth(rule: Node) -> int:
    """How deep it nests: 1 for a leaf."""
    return 1 + max((depth(part) for part in rule.parts), default=0)


def mark_of(node: Node) -> str:
    """What identifies a requirement: SHA-256, in hexadecimal, of it as RFC 8785 writes it.

    A statement is identified by its key, so that a translation of its words leaves it what it was.
    """
    data: dict[str, Any] = msgspec.to_builtins(node)
    if isinstance(node, Declared):
        data = {"type": data["type"], "key": node.key}
    return hashlib.sha256(rfc8785.dumps(data)).hexdigest()


def _part(rule: Node, place: int) -> Node:
    if not 0 <= place < len(rule.parts):
        raise LookupError(f"no part {place} in {type(rule).__name__}")
    return rule.parts[place]
