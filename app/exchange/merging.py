"""What is known of translations, carried from a text to the one that takes its place.

A file says what a text is in each language, not which source a translation was made from. So a translation
that has not changed keeps what it was made from, and shows as out of date where its source has; one that
has changed counts as made from today's source.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from app.core.text import Text
from app.quizzes.types import AcceptedAnswer, Content

T = TypeVar("T", bound=Text | None)
S = TypeVar("S", bound=msgspec.Struct)


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
    """A question's content with the same done to every text in it, whatever its type."""
    return new if old is None else _carried_struct(new, old)


def _carried_struct(new: S, old: object) -> S:
    """What has a key is matched by it, anything else in a list by its place, accepted answers by their words."""
    if type(new) is not type(old):
        return new
    changes = {name: _carried_value(getattr(new, name), getattr(old, name)) for name in new.__struct_fields__}
    return msgspec.structs.replace(new, **changes)


def _carried_value(new: object, old: object) -> object:
    if isinstance(new, Text):
        return carried(new, old if isinstance(old, Text) else None)
    if isinstance(new, msgspec.Struct):
        return _carried_struct(new, old)
    if isinstance(new, tuple) and isinstance(old, tuple):
        keyed = {one.key: one for one in old if hasattr(one, "key")}
        placed = dict(enumerate(old))
        return tuple(
            _carried_value(one, keyed.get(one.key) if hasattr(one, "key") else placed.get(place))
            for place, one in enumerate(new)
        )
    if isinstance(new, dict) and isinstance(old, dict):
        return {
            language: tuple(_carried_answer(answer, old.get(language, ())) for answer in answers)
            for language, answers in new.items()
        }
    return new


def _carried_answer(new: AcceptedAnswer, old: tuple[AcceptedAnswer, ...]) -> AcceptedAnswer:
    same = next((answer for answer in old if answer.text == new.text), None)
    if same is None:
        return new
    feedback = carried(new.feedback, same.feedback)
    return msgspec.structs.replace(new, feedback=feedback, source_hash=new.source_hash or same.source_hash)
