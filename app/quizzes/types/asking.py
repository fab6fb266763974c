"""What every type of question can be asked, and what it answers unless it has more to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from app.core.text import Text

from .fault import QuestionFault
from .grade import Grade
from .scored import AnswerPart, Said, Scored


class Asking(msgspec.Struct, frozen=True):
    """The base of all types. Every type has the fields `stem`, `feedback`, `hints` and `pictures`, and is pure.

    `marked_by_hand`: whether a person marks the answers.
    """

    marked_by_hand: ClassVar[bool] = False

    def shown_stem(self, language: str, source: str) -> tuple[str, str]:
        """The stem as people read it, in `language` or else in its own, `source`: the language it is in, and it."""
        return self.stem.spoken(language, source)  # type: ignore[attr-defined]

    def is_whole_in(self, language: str) -> bool:
        """Whether its texts in `language`, where there are any, hold all that they must."""
        return True

    def grade(self, answer: Any, language: str) -> Grade:
        """How much of the mark an answer of the type earns, and the feedback it calls for."""
        raise NotImplementedError

    def read(self, fields: Mapping[str, Sequence[str]]) -> Any:
        """The answer in a posted form; None if nothing was answered."""
        raise NotImplementedError

    def accepts(self, answer: Any) -> bool:
        """Whether an answer of the type names only what the question has, and is short enough."""
        raise NotImplementedError

    def options(self) -> tuple[str, ...]:
        """The keys of what can be shown in another order."""
        return ()

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        return 1.0

    @property
    def teaches(self) -> bool:
        """Whether any answer gets feedback."""
        raise NotImplementedError

    def scored(self, language: str) -> tuple[Scored, ...]:
        """What can be answered and what it earns, in the author's order."""
        raise NotImplementedError

    def given(self, answer: Any) -> tuple[Text | str, ...]:
        """What the answer says."""
        raise NotImplementedError

    def right(self, language: str) -> tuple[Text | str, ...]:
        """What a right answer says."""
        raise NotImplementedError

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        raise NotImplementedError

    def marks_facts(self) -> Any:
        """What affects marks, and nothing else, as plain values."""
        raise NotImplementedError

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        raise NotImplementedError

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        """What there is to answer, with every answer that is foreseen: what statistics count."""
        raise NotImplementedError

    def said(self, answer: Any, language: str) -> tuple[Said, ...]:
        """What an answer says to each part; parts left open are not in it, and one may be in it several times."""
        raise NotImplementedError
