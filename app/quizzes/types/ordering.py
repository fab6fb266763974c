"""Ordering: things to put in their order."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.text import Text

from .asking import Asking
from .parts import Labelled, Picture


class OrderCredit(StrEnum):
    """What earns part of the mark: nothing; each thing in its place; each pair in the right order."""

    ALL = "all"
    POSITION = "position"
    PAIRS = "pairs"


class OrderingAnswer(msgspec.Struct, frozen=True, tag="ordering"):
    """The key of a thing to the place given to it, from 1; those without a place are not in it."""

    places: dict[str, int]


class Ordering(Asking, frozen=True, tag="ordering"):
    """`items` in their right order."""

    stem: Text
    items: tuple[Labelled, ...]
    credit: OrderCredit = OrderCredit.ALL
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
