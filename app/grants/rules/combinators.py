"""`all`, `any` and `at_least` over other rules, in SQL's three values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from . import Node


class All(msgspec.Struct, frozen=True, tag="all"):
    of: tuple[Node, ...]


class Any_(msgspec.Struct, frozen=True, tag="any"):
    of: tuple[Node, ...]


class AtLeast(msgspec.Struct, frozen=True, tag="at_least"):
    n: int
    of: tuple[Node, ...]
