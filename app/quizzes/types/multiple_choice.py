"""Multiple choice: any number of options; all or nothing, or partial credit by their fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.core.text import Text

from .choices import Choice
from .grade import Grade


class MultipleChoiceAnswer(msgspec.Struct, frozen=True, tag="multiple_choice"):
    choices: tuple[str, ...]


class MultipleChoice(msgspec.Struct, frozen=True, tag="multiple_choice"):
    """Without `partial`: the mark for exactly the right options. With it: the sum of fractions, within 0 and 1."""

    stem: Text
    choices: tuple[Choice, ...]
    feedback: Text | None = None
    partial: bool = False

    def grade(self, answer: MultipleChoiceAnswer, language: str) -> Grade:
        chosen = set(answer.choices)
        feedback = tuple(c.feedback for c in self.choices if c.key in chosen and c.feedback)
        if self.partial:
            earned = sum(c.fraction for c in self.choices if c.key in chosen)
            return Grade(min(1.0, max(0.0, round(earned, 6))), feedback)
        right = {c.key for c in self.choices if c.right}
        return Grade(1.0 if chosen == right else 0.0, feedback)

    def read(self, fields: Mapping[str, Sequence[str]]) -> MultipleChoiceAnswer | None:
        """The answer in a posted form; None if nothing was chosen."""
        chosen = tuple(key for key in fields.get("choice", ()) if key)
        return MultipleChoiceAnswer(chosen) if chosen else None

    def accepts(self, answer: MultipleChoiceAnswer) -> bool:
        """Whether the answer names options of this question, each once."""
        keys = {choice.key for choice in self.choices}
        return len(set(answer.choices)) == len(answer.choices) and keys.issuperset(answer.choices)

    def options(self) -> tuple[str, ...]:
        """The keys of what can be shown in another order."""
        return tuple(choice.key for choice in self.choices)

    @property
    def teaches(self) -> bool:
        """Whether any answer gets feedback."""
        return self.feedback is not None or any(part.feedback for part in self.choices)

    def marks_facts(self) -> Any:
        return [self.partial, sorted((choice.key, choice.fraction) for choice in self.choices)]

    def faults(self) -> list[str]:
        """What makes the question ungradable, in words for its author."""
        if len(self.choices) < 2:
            return ["a choice question needs at least two choices"]
        if not any(choice.right for choice in self.choices):
            return ["no choice is right"]
        if self.partial and sum(c.fraction for c in self.choices if c.right) < 0.99:
            return ["the right choices together earn less than the whole mark"]
        return []
