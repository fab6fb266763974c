"""Single choice: one option is chosen; it earns its fraction."""

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


class SingleChoiceAnswer(msgspec.Struct, frozen=True, tag="single_choice"):
    choice: str


class SingleChoice(ChoiceQuestion, frozen=True, tag="single_choice"):
    def grade(self, answer: SingleChoiceAnswer, language: str) -> Grade:
        for choice in self.choices:
            if choice.key == answer.choice:
                feedback = (choice.feedback,) if choice.feedback else ()
                return Grade(min(1.0, max(0.0, choice.fraction)), feedback)
        return Grade(0.0)

    def read(self, fields: Mapping[str, Sequence[str]]) -> SingleChoiceAnswer | None:
        """The answer in a posted form; None if nothing was chosen."""
        chosen = self.named(fields.get("choice", ())[:1])
        return SingleChoiceAnswer(chosen[0]) if chosen else None

    def accepts(self, answer: SingleChoiceAnswer) -> bool:
        """Whether the answer names an option of this question."""
        return any(choice.key == answer.choice for choice in self.choices)

    def given(self, answer: SingleChoiceAnswer) -> tuple[Text | str, ...]:
        """What the answer says."""
        return tuple(choice.text for choice in self.choices if choice.key == answer.choice)

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        return max((min(1.0, choice.fraction) for choice in self.choices), default=0.0)

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        return (_l("One choice can be taken. The right one earns the whole mark."),)

    def marks_facts(self) -> Any:
        return sorted((choice.key, choice.fraction) for choice in self.choices)

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        best = max((choice.fraction for choice in self.choices), default=0.0)
        if len(self.choices) < 2:
            return [QuestionFault("choices", _l("a choice question needs at least two choices"))]
        if best < 1:
            return [QuestionFault("choices", _l("no choice is right"))]
        if sum(choice.fraction >= 1 for choice in self.choices) > 1:
            words = _l("a single-choice question has exactly one right choice; for more, use multiple choice")
            return [QuestionFault("choices", words)]
        return []

    def said(self, answer: SingleChoiceAnswer, language: str) -> tuple[Said, ...]:
        return self.chosen((answer.choice,))
