"""Gaps in a text: typed, or chosen from a list."""

from __future__ import annotations

import msgspec

from app.core.text import Text

from .asking import Asking
from .choices import Choice
from .parts import Picture
from .short_answer import AcceptedAnswer


class GapsAnswer(msgspec.Struct, frozen=True, tag="gaps"):
    """The key of a gap to what was typed in it, or to the key of the choice; gaps left open are not in it."""

    filled: dict[str, str]


class Gap(msgspec.Struct, frozen=True):
    """One gap: of `choices`, else typed, with `accepted` answers a language. `weight` is its part of the mark."""

    key: str
    accepted: dict[str, tuple[AcceptedAnswer, ...]] = {}
    choices: tuple[Choice, ...] = ()
    weight: float = 1.0


class Gaps(Asking, frozen=True, tag="gaps"):
    """`stem` is the text, in which `[[key]]` stands for a gap, in each of its languages."""

    stem: Text
    gaps: tuple[Gap, ...]
    source_language: str
    case_matters: bool = False
    accents_matter: bool = False
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
