"""Essay: written, and marked by a trainer, by a rubric where there is one."""

from __future__ import annotations

import msgspec

from app.core.text import Text

from .asking import Asking
from .parts import Picture


class EssayAnswer(msgspec.Struct, frozen=True, tag="essay"):
    text: str


class Level(msgspec.Struct, frozen=True):
    """How well a criterion is met, in words, and the points that earns."""

    key: str
    text: Text
    points: float


class Criterion(msgspec.Struct, frozen=True):
    """What is looked for; its levels from the least to the most."""

    key: str
    text: Text
    levels: tuple[Level, ...]


class Essay(Asking, frozen=True, tag="essay"):
    """`guidance` is for those who mark and is never shown to practitioners; the rubric is, with the result.

    `fewest` and `most` words are asked for and counted while writing; an answer outside them is kept all the same.
    `starter` is what stands in the box at first.
    """

    stem: Text
    rubric: tuple[Criterion, ...] = ()
    guidance: Text | None = None
    fewest: int | None = None
    most: int | None = None
    starter: Text | None = None
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
