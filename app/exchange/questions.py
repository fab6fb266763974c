"""Question files of any format: what reading one gives, and what writing one says that it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.quizzes.types import Content

from .faults import Fault
from .parsed import ParsedQuestion


@dataclass(frozen=True, slots=True)
class OutgoingQuestion:
    """A question of the bank to be written to a file."""

    key: str
    content: Content
    source_language: str
    marks: float = 1.0
    category: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format cannot say of a question: `whole` where the question itself is left out. `what` is a sentence."""

    key: str
    what: str
    whole: bool = False


class QuestionFormat(Protocol):
    """A format, as the pages offer it. Pure: bytes in, questions out, and back.

    `name` stands in addresses (`gift`), `suffix` ends file names (`.gift`); `label` and `summary` are for people.
    """

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> object: ...
    @property
    def summary(self) -> object: ...
    @property
    def suffix(self) -> str: ...
    @property
    def media_type(self) -> str: ...

    def read(self, data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
        """The questions of a file, written in `language`, and a fault for each that is not taken."""
        ...

    def losses(self, questions: Sequence[OutgoingQuestion], language: str) -> list[Loss]:
        """What would be left out, told before anything is written."""
        ...

    def write(self, questions: Sequence[OutgoingQuestion], language: str) -> bytes:
        """The questions, each in `language` or else its own, but for those whose loss is whole."""
        ...


FORMATS: dict[str, QuestionFormat] = {}  # filled by the wiring
