"""Single choice: one option is chosen; it earns its fraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.core.text import Text

from .choices import Choice
from .grade import Grade


class SingleChoiceAnswer(msgspec.Struct, frozen=True, tag="single_choice"):
    choice: str


class SingleChoice(msgspec.Struct, frozen=True, tag="single_choice"):
    stem: Text
    choices: tuple[Choice, ...]
    feedback: Text | None = None

    def grade(self, answer: SingleChoiceAnswer, language: str) -> Grade:
        for choice in self.choices:
            if choice.key == answer.choice:
                feedback = (choice.feedback,) if choice.feedback else ()
                return Grade(min(1.0, max(0.0, choice.fraction)), feedback)
        return Grade(0.0)

    def read(self, fields: Mapping[str, Sequence[str]]) -> SingleChoiceAnswer | None:
        """The answer in a posted form; None if nothing was chosen."""
        chosen = fields.get("choice", ())
        return SingleChoiceAnswer(chosen[0]) if chosen and chosen[0] else None

    def accepts(self, answer: SingleChoiceAnswer) -> bool:
        """Whether the answer names an option of this question."""
        return any(choice.key == answer.choice for choice in self.choices)

    def options(self) -> tuple[str, ...]:
        """The keys of what can be shown in another order."""
        return tuple(choice.key for choice in self.choices)

    @property
    def teaches(self) -> bool:
        """Whether any answer gets feedback."""
        return self.feedback is not None or any(part.feedback for part in self.choices)

    def marks_facts(self) -> Any:
        return sorted((choice.key, choice.fraction) for choice in self.choices)

    def faults(self) -> list[str]:
        """What makes the question ungradable, in words for its author."""
        best = max((choice.fraction for choice in self.choices), default=0.0)
        if len(self.choices) < 2:
            return ["a choice question needs at least two choices"]
        if best < 1:
            return ["no choice is right"]
        if sum(choice.fraction >= 1 for choice in self.choices) > 1:
            return ["a single-choice question has exactly one right choice; use multiple_choice for more"]
        return []
