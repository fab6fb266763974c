"""An answer to a question as somebody gives it who knows, or does not."""

from __future__ import annotations

import random
from collections.abc import Mapping

from app.quizzes.types import (
    Answer,
    Content,
    Essay,
    Gap,
    Gaps,
    GapsAnswer,
    HotSpot,
    HotSpotAnswer,
    Matching,
    MatchingAnswer,
    MultipleChoice,
    MultipleChoiceAnswer,
    Number,
    NumberAnswer,
    Ordering,
    OrderingAnswer,
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    SingleChoiceAnswer,
    TrueFalse,
    TrueFalseAnswer,
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
        case TrueFalse():
            return TrueFalseAnswer(content.truth == right)
        case ShortAnswer():
            return _words(content, right, language, typed, chance)
        case Number():
            value = content.answers[0].value + (0 if right else 3 * (content.answers[0].tolerance + 1))
            return NumberAnswer(f"{value:g}", content.units[0].name if content.units else "")
        case Matching():
            return MatchingAnswer(_matched(content, right))
        case Ordering():
            keys = [item.key for item in content.items]
            if not right:
                keys[0], keys[1] = keys[1], keys[0]
            return OrderingAnswer({key: place for place, key in enumerate(keys, 1)})
        case Gaps():
            return GapsAnswer({gap.key: _filled(gap, right, content.source_language) for gap in content.gaps})
        case HotSpot():
            fitting = [spot.key for spot in content.spots if spot.right == right]
            return HotSpotAnswer(tuple(fitting if content.several else fitting[:1])) if fitting else None
        case Essay():
            return None  # a demonstration has no words of people's own


def _several(content: MultipleChoice, right: bool, chance: random.Random) -> tuple[str, ...]:
    """The right choices; or these with one too many, or one forgotten."""
    keys = [choice.key for choice in content.choices]
    chosen = {choice.key for choice in content.choices if choice.right}
    if not right:
        others = [key for key in keys if len(chosen) > 1 or key not in chosen]
        chosen ^= {chance.choice(others or keys)}
    return tuple(key for key in keys if key in chosen)


def _matched(content: Matching, right: bool) -> dict[str, str]:
    """Each prompt with its match; or the first with that of another."""
    chosen = {prompt.key: prompt.match for prompt in content.prompts}
    if not right:
        first = content.prompts[0]
        chosen[first.key] = next(match.key for match in content.matches if match.key != first.match)
    return chosen


def _filled(gap: Gap, right: bool, language: str) -> str:
    """A choice of the gap, or what is typed in it."""
    if gap.choices:
        fitting = [choice.key for choice in gap.choices if (choice.fraction >= 1) == right]
        return (fitting or [gap.choices[0].key])[0]
    return gap.accepted[language][0].text.replace("*", "") if right else "…"


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
