"""Number: typed, and right within a tolerance; in one of the units where there are any."""

from __future__ import annotations

import msgspec

from app.core.text import Text

from .asking import Asking
from .parts import Picture


class NumberAnswer(msgspec.Struct, frozen=True, tag="number"):
    """As typed, so that nothing is lost where it is no number; `unit` is the name of the one chosen."""

    text: str
    unit: str = ""


class AcceptedNumber(msgspec.Struct, frozen=True):
    """`value` ± `tolerance`, both ends counted; `relative` says that the tolerance is a share of the value (0.05)."""

    value: float
    tolerance: float = 0.0
    relative: bool = False
    fraction: float = 1.0
    feedback: Text | None = None


class Unit(msgspec.Struct, frozen=True):
    """What an answer may be given in: 1 of it is `factor` of what the accepted numbers are in."""

    name: str
    factor: float = 1.0


class Number(Asking, frozen=True, tag="number"):
    """The first accepted number that fits decides. Where there are units, `unit_penalty` is the share of the mark
    that a wrong or missing unit costs, if the number itself is right."""

    stem: Text
    answers: tuple[AcceptedNumber, ...]
    units: tuple[Unit, ...] = ()
    unit_penalty: float = 0.0
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
