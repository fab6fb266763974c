"""Multiple choice: any number of options; all or nothing, or partial credit by their fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .choices import ChoiceQuestion
from .fault import QuestionFault
from .grade import Grade
from .scored import Said


class MultipleChoiceAnswer(msgspec.Struct, frozen=True, tag="multiple_choice"):
    choices: tuple[str, ...]


class MultipleChoice(ChoiceQuestion, frozen=True, tag="multiple_choice"):
    """Without `partial`: the mark for exactly the right options. With it: the sum of fractions, within 0 and 1."""

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
        chosen = self.named(fields.get("choice", ()))
        return MultipleChoiceAnswer(chosen) if chosen else None

    def accepts(self, answer: MultipleChoiceAnswer) -> bool:
        """Whether the answer names options of this question, each once."""
        keys = {choice.key for choice in self.choices}
        return len(set(answer.choices)) == len(answer.choices) and keys.issuperset(answer.choices)

    def given(self, answer: MultipleChoiceAnswer) -> tuple[Text | str, ...]:
        """What the answer says."""
        return tuple(choice.text for choice in self.choices if choice.key in answer.choices)

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        if not self.partial:
            return 1.0
        return min(1.0, round(sum(choice.fraction for choice in self.choices if choice.right), 6))

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        if self.partial:
            return (_l("Each choice taken earns or costs its share of the mark; the sum is never under nothing."),)
        return (_l("The mark is for taking all the right choices and no wrong one."),)

    def marks_facts(self) -> Any:
        return [self.partial, sorted((choice.key, choice.fraction) for choice in self.choices)]

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        if len(self.choices) < 2:
            return [QuestionFault("choices", _l("a choice question needs at least two choices"))]
        if not any(choice.right for choice in self.choices):
            return [QuestionFault("choices", _l("no choice is right"))]
        if self.partial and sum(c.fraction for c in self.choices if c.right) < 0.99:
            return [QuestionFault("choices", _l("the right choices together earn less than the whole mark"))]
        return []

    def said(self, answer: MultipleChoiceAnswer, language: str) -> tuple[Said, ...]:
        return self.chosen(answer.choices)
