"""Questions on their way out: what each format would leave of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.text import Text

from .questions import OutgoingQuestion, QuestionFormat

MOST_NAMED = 20  # keys, of the questions that lose the same


@dataclass(frozen=True, slots=True)
class Chosen:
    """Questions to write in a language; `address` names them again. `title` is of the quiz that asks them.

    `drawn` counts its slots that draw from the bank. `narrowed`: they are not the whole bank.
    """

    questions: list[OutgoingQuestion]
    language: str
    address: dict[str, Any] = field(default_factory=dict)
    title: Text | None = None
    drawn: int = 0
    narrowed: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """One thing that is left out, and the keys of the questions it is left out of."""

    what: str
    keys: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        return self.keys[:MOST_NAMED]


@dataclass(frozen=True, slots=True)
class Offer:
    """A format: how many questions it writes, those that it cannot write at all, and what it leaves out of others."""

    format: QuestionFormat
    written: int
    whole: tuple[Lost, ...]
    parts: tuple[Lost, ...]


def offer(format: QuestionFormat, questions: Sequence[OutgoingQuestion], language: str) -> Offer:
    """What a format makes of questions."""
    whole: dict[str, list[str]] = {}
    parts: dict[str, list[str]] = {}
    for loss in format.losses(questions, language):
        (whole if loss.whole else parts).setdefault(loss.what, []).append(loss.key)
    gone = {key for keys in whole.values() for key in keys}
    return Offer(format, sum(q.key not in gone for q in questions), _lost(whole), _lost(parts))


def _lost(found: dict[str, list[str]]) -> tuple[Lost, ...]:
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple(Lost(what, tuple(dict.fromkeys(keys))) for what, keys in ordered)
