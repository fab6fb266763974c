"""How two people’s changes of the same facts are brought together, and how a form carries what its writer saw.

Facts are a frozen `msgspec.Struct` of plain values. Pure.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

Facts = TypeVar("Facts", bound=msgspec.Struct)


def names_of(facts: type[msgspec.Struct]) -> frozenset[str]:
    """The names of the fields."""
    return frozenset(facts.__struct_fields__)


def changed(before: Facts, after: Facts) -> frozenset[str]:
    """The names of the fields in which two differ."""
    return frozenset(name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name))


def taking(mine: Facts, theirs: Facts, names: frozenset[str]) -> Facts:
    """`mine`, but for these fields `theirs`."""
    return msgspec.structs.replace(mine, **{name: getattr(theirs, name) for name in names})


def disputed(before: Facts, mine: Facts, theirs: Facts) -> frozenset[str]:
    """The fields that two people changed from what both saw, and not to the same."""
    return changed(before, mine) & changed(before, theirs) & changed(mine, theirs)


def merged(before: Facts, mine: Facts, theirs: Facts) -> Facts:
    """`mine`, with what the other changed and `mine` did not."""
    return taking(mine, theirs, changed(before, theirs) - changed(before, mine))


def encode(facts: msgspec.Struct) -> str:
    """As a form carries them, to tell later what its writer saw."""
    return msgspec.json.encode(facts).decode()


def decode(carried: str, shape: type[Facts]) -> Facts | None:
    """What a form carried; None for anything else, however deep it is nested."""
    try:
        return msgspec.json.decode(carried, type=shape)
    except (msgspec.DecodeError, RecursionError):
        return None
