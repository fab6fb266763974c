"""The texts of a question of any type, each at its place: to list them, or to put others there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import msgspec

from app.core.text import Text

from .typed import Accepted

Held = TypeVar("Held", bound=msgspec.Struct)

# What one of a list is called in a place.
ONE_OF = {
    "choices": "choice",
    "answers": "answer",
    "accepted": "answer",
    "prompts": "prompt",
    "matches": "match",
    "items": "item",
    "gaps": "gap",
    "spots": "spot",
    "rubric": "criterion",
    "levels": "level",
    "hints": "hint",
    "pictures": "picture",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a question something stands.

    `key` names it: `stem`, `choice/a/text`, `hint/1`. `shape` is the key with `#` for what tells one of a list from
    the others, and `numbers` are their places, from 1. `right` says that it belongs to a right answer.
    """

    key: str = ""
    shape: str = ""
    numbers: tuple[int, ...] = ()
    right: bool = False

    def field(self, name: str) -> Place:
        return replace(self, key=_under(self.key, name), shape=_under(self.shape, name))

    def one(self, name: str, item: object, number: int) -> Place:
        """That of the item with this number in the list called `name`."""
        key = getattr(item, "key", None) or number
        return Place(
            _under(self.key, f"{ONE_OF[name]}/{key}"),
            _under(self.shape, f"{ONE_OF[name]}/#"),
            (*self.numbers, number),
            bool(getattr(item, "right", False)),
        )


class Change(Protocol):
    """What is done with each text; both give what is to stand there."""

    def text(self, place: Place, text: Text) -> Text: ...

    def accepted(self, place: Place, answers: Accepted) -> Accepted:
        """`place` is of the list; answers of one language stand in it under their numbers."""
        ...


def rewritten(content: Held, change: Change) -> Held:
    """The question as `change` makes it, its texts taken in reading order."""
    return _struct(content, Place(), change)


def _struct(held: Held, place: Place, change: Change) -> Held:
    changes = {}
    for name in held.__struct_fields__:
        before = getattr(held, name)
        after = _value(name, before, place, change)
        if after is not before:
            changes[name] = after
    return msgspec.structs.replace(held, **changes) if changes else held


def _value(name: str, value: Any, place: Place, change: Change) -> Any:
    if isinstance(value, Text):
        return change.text(place.field(name), value)
    if isinstance(value, msgspec.Struct):
        return _struct(value, place.field(name), change)
    if isinstance(value, dict):
        return change.accepted(place, value) if value else value
    if isinstance(value, tuple) and name in ONE_OF:
        return tuple(_item(item, place.one(name, item, number), change) for number, item in enumerate(value, 1))
    return value


def _item(item: Any, place: Place, change: Change) -> Any:
    return change.text(place, item) if isinstance(item, Text) else _struct(item, place, change)


def _under(above: str, name: str) -> str:
    return f"{above}/{name}" if above else name
