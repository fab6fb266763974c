"""What a call asks of an application, by what it is judged, and what a city owes after an award: as data."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec

from app.core.text import Text

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    CHOICE = "choice"
    AMOUNT = "amount"
    BUDGET = "budget"
    FILES = "files"


class FileKind(StrEnum):
    """A kind of file that answers a question."""

    PDF = "pdf"
    TEXT = "text"
    SHEET = "sheet"
    SLIDES = "slides"
    PICTURE = "picture"


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
# What a file of each kind is, judged by its content (`core.filetypes.TYPES`).
MEDIA_TYPES: dict[FileKind, tuple[str, ...]] = {
    FileKind.PDF: ("application/pdf",),
    FileKind.TEXT: (f"{_OOXML}wordprocessingml.document", f"{_ODF}text"),
    FileKind.SHEET: (f"{_OOXML}spreadsheetml.sheet", f"{_ODF}spreadsheet"),
    FileKind.SLIDES: (f"{_OOXML}presentationml.presentation", f"{_ODF}presentation"),
    FileKind.PICTURE: ("image/jpeg", "image/png", "image/webp"),
}


class Choice(msgspec.Struct, frozen=True):
    """One of the answers to choose from."""

    key: Key
    label: Text


class Question(msgspec.Struct, frozen=True):
    """A question to the city. `key` never changes, so an answer goes on belonging to it.

    `words`: the most words of a text. `least`, `most`: bounds of an amount or of a budget's total, in whole units of
    the call's currency. `files`: the most files; `kinds`: which are taken, each of `FileKind` where none is named.
    """

    key: Key
    kind: QuestionKind
    title: Text
    help: Text | None = None
    required: bool = True
    words: Annotated[int, msgspec.Meta(ge=10, le=5000)] | None = None
    choices: tuple[Choice, ...] = ()
    least: Annotated[int, msgspec.Meta(ge=0)] | None = None
    most: Annotated[int, msgspec.Meta(ge=0)] | None = None
    files: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    kinds: tuple[FileKind, ...] = ()

    @property
    def media_types(self) -> frozenset[str]:
        """What a file that answers it may be."""
        return frozenset(media_type for kind in self.kinds or FileKind for media_type in MEDIA_TYPES[kind])


class Criterion(msgspec.Struct, frozen=True):
    """What reviewers score, from 0 to `points`; `weight` says how much it counts beside the others."""

    key: Key
    title: Text
    help: Text | None = None
    points: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    weight: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class Report(msgspec.Struct, frozen=True):
    """What a city owes so many months after its award."""

    key: Key
    title: Text
    months: Annotated[int, msgspec.Meta(ge=1, le=120)]


class Questionnaire(msgspec.Struct, frozen=True):
    """All of it, in the order it is asked; stored with the call, and frozen with each submission."""

    questions: tuple[Question, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    reports: tuple[Report, ...] = ()


class BudgetLine(msgspec.Struct, frozen=True):
    """A line of a budget table; the amount in whole units of the call's currency.

    While it is a draft, an amount may be what was typed, where that is no whole number; once submitted, all are.
    """

    item: str
    amount: int | str


def total_of(lines: Iterable[BudgetLine]) -> int:
    """What the lines come to, so far as they are numbers."""
    return sum(line.amount for line in lines if isinstance(line.amount, int))


# What an answer holds, by the kind of its question: a text, the key of a choice, an amount, a budget's lines. Files
# are rows of their own.
Answer = str | int | tuple[BudgetLine, ...] | None
