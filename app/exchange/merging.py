"""What is known of translations, carried from a text to the one that takes its place.

A file says what a text is in each language, not which source a translation was made from. So a translation
that has not changed keeps what it was made from, and shows as out of date where its source has; one that
has changed counts as made from today's source.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from app.core.text import Text
from app.quizzes.types import AcceptedAnswer, Choice, Content, ShortAnswer

T = TypeVar("T", bound=Text | None)


def carried(new: T, old: Text | None) -> T:
    """`new`, with what `old` knew of the translations that have not changed."""
    if new is None or old is None:
        return new
    phrases = {}
    for tag, phrase in new.phrases.items():
        before = old.phrases.get(tag)
        if before and before.string == phrase.string and before.source_hash and phrase.source_hash:
            phrases[tag] = before
        else:
            phrases[tag] = phrase
    return Text(phrases)  # type: ignore[return-value]


def carried_content(new: Content, old: Content | None) -> Content:
    """A question's content with the same done to every text in it; choices are matched by key."""
    if type(new) is not type(old) or old is None:
        return new
    changes: dict[str, object] = {"stem": carried(new.stem, old.stem), "feedback": carried(new.feedback, old.feedback)}
    if hasattr(new, "choices") and hasattr(old, "choices"):
        before = {choice.key: choice for choice in old.choices}
        changes["choices"] = tuple(_carried_choice(choice, before.get(choice.key)) for choice in new.choices)
    if isinstance(new, ShortAnswer) and isinstance(old, ShortAnswer):
        changes["answers"] = {
            language: tuple(_carried_answer(answer, old.answers.get(language, ())) for answer in answers)
            for language, answers in new.answers.items()
        }
    return msgspec.structs.replace(new, **changes)


def _carried_choice(new: Choice, old: Choice | None) -> Choice:
    if old is None:
        return new
    return msgspec.structs.replace(new, text=carried(new.text, old.text), feedback=carried(new.feedback, old.feedback))


def _carried_answer(new: AcceptedAnswer, old: tuple[AcceptedAnswer, ...]) -> AcceptedAnswer:
    same = next((answer for answer in old if answer.text == new.text), None)
    if same is None:
        return new
    feedback = carried(new.feedback, same.feedback)
    return msgspec.structs.replace(new, feedback=feedback, source_hash=new.source_hash or same.source_hash)
