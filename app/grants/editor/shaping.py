"""What an author does to a rule, one change at a time. Pure: each gives a new rule, and the old one stays as it is.

A path is the places of parts from the whole rule down, counted from 0; the empty path is the whole rule. Each raises
`NoSuchPart` where the rule has nothing at the path, or nothing that this can be done to.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from .. import rules
from ..rules import All, Any_, AtLeast, Combinator, Node, Not, Path
from .errors import NoSuchPart, TooMuch

MOST_PARTS = 100
NOTHING = All(of=())


class Way(StrEnum):
    """What one press of a button does to a part."""

    UP = "up"
    DOWN = "down"
    REMOVE = "remove"
    INTO_ALL = "into-all"
    INTO_ANY = "into-any"
    INTO_AT_LEAST = "into-at-least"
    INTO_NOT = "into-not"
    UNWRAP = "unwrap"


def at(rule: Node, path: Path) -> Node:
    """The part at `path`."""
    try:
        return rules.at(rule, path)
    except LookupError as error:
        raise NoSuchPart from error


def add(rule: Node, under: Path, part: Node) -> Node:
    """`part` as the last of the group at `under`; where a requirement stands there, both in a group of all."""
    group = at(rule, under)
    if isinstance(group, Combinator):
        return _sized(_put(rule, under, _with_parts(group, (*group.of, part))))
    return _sized(_put(rule, under, All(of=(group, part))))


def change(rule: Node, path: Path, new: Node) -> Node:
    """`new` in the place of the part at `path`; a group that is joined in another way keeps its parts."""
    present = at(rule, path)
    if isinstance(present, Combinator) and isinstance(new, Combinator) and not new.of:
        new = _with_parts(new, present.of)
    return _sized(_put(rule, path, new))


def arrange(rule: Node, path: Path, way: Way) -> Node:
    """The rule after one press of a button beside the part at `path`."""
    part = at(rule, path)
    match way:
        case Way.UP:
            return _move(rule, path, -1)
        case Way.DOWN:
            return _move(rule, path, 1)
        case Way.REMOVE:
            return _without(rule, path)
        case Way.INTO_ALL:
            return change(rule, path, All(of=(part,)))
        case Way.INTO_ANY:
            return change(rule, path, Any_(of=(part,)))
        case Way.INTO_AT_LEAST:
            return change(rule, path, AtLeast(of=(part,), n=1))
        case Way.INTO_NOT:
            return change(rule, path, Not(of=part))
        case Way.UNWRAP:
            return _unwrapped(rule, path)


def ways(rule: Node, path: Path) -> frozenset[Way]:
    """What can be done to the part at `path`."""
    found = {Way.REMOVE, Way.INTO_ALL, Way.INTO_ANY, Way.INTO_AT_LEAST, Way.INTO_NOT}
    part = at(rule, path)
    around = at(rule, path[:-1]) if path else None
    if isinstance(around, Combinator):
        if path[-1] > 0:
            found.add(Way.UP)
        if path[-1] < len(around.of) - 1:
            found.add(Way.DOWN)
    if isinstance(part, Not) or (part.parts and (isinstance(around, Combinator) or len(part.parts) == 1)):
        found.add(Way.UNWRAP)
    if not path and part == NOTHING:
        found.discard(Way.REMOVE)
    return frozenset(found)


def _move(rule: Node, path: Path, by: int) -> Node:
    if not path:
        raise NoSuchPart
    group, place = at(rule, path[:-1]), path[-1]
    if not isinstance(group, Combinator) or not 0 <= place + by < len(group.of):
        raise NoSuchPart
    parts = list(group.of)
    parts[place], parts[place + by] = parts[place + by], parts[place]
    return _put(rule, path[:-1], _with_parts(group, tuple(parts)))


def _without(rule: Node, path: Path) -> Node:
    """What denies or holds a part alone goes with it, unless it is the whole rule."""
    if not path:
        return NOTHING
    group = at(rule, path[:-1])
    if isinstance(group, Not):
        return _without(rule, path[:-1])
    parts = group.parts
    return _put(rule, path[:-1], _with_parts(group, parts[: path[-1]] + parts[path[-1] + 1 :]))


def _unwrapped(rule: Node, path: Path) -> Node:
    """The parts in the place of the group that held them."""
    if Way.UNWRAP not in ways(rule, path):
        raise NoSuchPart
    parts = at(rule, path).parts
    if len(parts) == 1:
        return _put(rule, path, parts[0])
    around = at(rule, path[:-1])
    beside = around.parts
    return _put(rule, path[:-1], _with_parts(around, beside[: path[-1]] + parts + beside[path[-1] + 1 :]))


def _put(rule: Node, path: Path, new: Node) -> Node:
    at(rule, path)
    put = rules.replace(rule, path, new)
    assert put is not None
    return put


def _with_parts(group: Node, parts: tuple[Node, ...]) -> Node:
    return msgspec.structs.replace(group, of=parts)


def _sized(rule: Node) -> Node:
    if rules.depth(rule) > rules.DEEPEST or sum(1 for _part in rules.walk(rule)) > MOST_PARTS:
        raise TooMuch
    return rule
