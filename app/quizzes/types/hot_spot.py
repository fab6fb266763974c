"""Hot spots: places on a picture to choose."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.text import Text

from .asking import Asking
from .parts import Picture


class Shape(StrEnum):
    """`RECTANGLE` by two opposite corners, `CIRCLE` by its centre and a point on it, `POLYGON` by its corners."""

    RECTANGLE = "rectangle"
    CIRCLE = "circle"
    POLYGON = "polygon"


class Spot(msgspec.Struct, frozen=True):
    """A place on the picture. `points` are x and y in turn, in thousandths of its width (both, so that a circle is
    one). `name` is what a screen reader says of it: where it is and what is seen there, not whether it is right."""

    key: str
    name: Text
    shape: Shape
    points: tuple[int, ...]
    fraction: float = 0.0
    feedback: Text | None = None

    @property
    def right(self) -> bool:
        return self.fraction > 0


class HotSpotAnswer(msgspec.Struct, frozen=True, tag="hot_spot"):
    spots: tuple[str, ...]


class HotSpot(Asking, frozen=True, tag="hot_spot"):
    """All places are shown, with their numbers. One is chosen, or with `several` any number: then the mark is for
    exactly the right ones, or with `partial` the sum of what the chosen ones earn, within 0 and 1. `width` and
    `height` are the picture's, in pixels."""

    stem: Text
    picture: Picture
    width: int
    height: int
    spots: tuple[Spot, ...]
    several: bool = False
    partial: bool = False
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
