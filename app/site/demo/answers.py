"""An answer to a question as somebody gives it who knows, or does not."""

from __future__ import annotations

import random
from collections.abc import Mapping

from app.quizzes.types import (
    Answer,
    Content,
    MultipleChoice,
    MultipleChoiceAnswer,
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    SingleChoiceAnswer,
    grade,
)

from .material import TypedMaterial


def answer_to(
    content: Content, *, right: bool, language: str, typed: Mapping[str, TypedMaterial], chance: random.Random
) -> Answer | None:
    """An answer that earns the whole mark, or one that does not; None for a question left open."""
    if not right and chance.random() < 0.08:
        return None
    match content:
        case SingleChoice():
            fitting = [choice.key for choice in content.choices if (choice.fraction >= 1) == right]
            return SingleChoiceAnswer(chance.choice(fitting)) if fitting else None
        case MultipleChoice():
            return MultipleChoiceAnswer(_several(content, right, chance))
        case ShortAnswer():
            return _words(content, right, language, typed, chance)


def _several(content: MultipleChoice, right: bool, chance: random.Random) -> tuple[str, ...]:
    """The right choices; or these with one too many, or one forgotten."""
    keys = [choice.key for choice in content.choices]
    chosen = {choice.key for choice in content.choices if choice.right}
    if not right:
        others = [key for key in keys if len(chosen) > 1 or key not in chosen]
        chosen ^= {chance.choice(others or keys)}
    return tuple(key for key in keys if key in chosen)


def _words(
    content: ShortAnswer, right: bool, language: str, typed: Mapping[str, TypedMaterial], chance: random.Random
) -> Answer | None:
    """Something that somebody might type, of those phrases that earn what is asked for."""
    known = typed.get(language) or typed[content.source_language]
    phrases = known.right if right else known.wrong
    answers = [ShortAnswerAnswer(phrase) for phrase in phrases]
    fitting = [answer for answer in answers if (grade(content, answer, language).fraction >= 1) == right]
    if right and not fitting:
        best = next(accepted for accepted in content.accepted(language) if accepted.fraction >= 1)
        return ShortAnswerAnswer(best.text.replace("*", ""))
    return chance.choice(fitting) if fitting else None
