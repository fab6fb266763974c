"""Questions of a file beside those that the bank has: which are new, which would be new versions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from app.core.text import Text
from app.quizzes.bank import categories, tags
from app.quizzes.models import VersionState
from app.quizzes.types import Content, type_name

from .parsed import ParsedQuestion
from .question_queries import Existing
from .questions import OutgoingQuestion, QuestionFormat


class Way(StrEnum):
    """What becomes of a question whose key the bank has: a new version of that one, or a question beside it."""

    VERSION = "version"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class Placing:
    """Where questions go, and how: their language, the category above their own, tags to add, and their state."""

    language: str
    category: str = ""
    tags: tuple[str, ...] = ()
    state: VersionState = VersionState.READY


@dataclass(frozen=True, slots=True)
class Incoming:
    """A question as it would come in. `there` has its key, `content` is what its next version would say.

    `same`: nothing would change. `likely` is what is proposed. `without`: what a new version would lose, in sentences.
    """

    question: ParsedQuestion
    there: Existing | None
    content: Content
    same: bool
    likely: Way
    without: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.question.key

    @property
    def may_be_version(self) -> bool:
        """Whether it is written in the language of the one that is there."""
        return self.there is not None and self.content is not self.question.content

    @property
    def is_new(self) -> bool:
        return self.there is None


def placed(question: ParsedQuestion, placing: Placing) -> ParsedQuestion:
    """A question in the category and with the tags that were chosen."""
    parts = [part for part in (placing.category, question.category) if part]
    category = categories.path_of("/".join(parts))[: categories.LONGEST].rstrip("/ ")
    all_tags = tags.with_tags([tag[: tags.LONGEST] for tag in question.tags], placing.tags)[: tags.MOST]
    return replace(question, category=category, tags=tuple(all_tags))


def compared(
    questions: Sequence[ParsedQuestion], bank: Mapping[str, Existing], placing: Placing, format: QuestionFormat
) -> list[Incoming]:
    """Each question of a file, beside the one of the bank that has its key."""
    return [_compared(placed(question, placing), bank.get(question.key), placing, format) for question in questions]


def _compared(question: ParsedQuestion, there: Existing | None, placing: Placing, format: QuestionFormat) -> Incoming:
    if there is None or there.source_language != placing.language:
        return Incoming(question, there, question.content, False, Way.BESIDE)
    content = with_translations(question.content, there.content, placing.language)
    same = content == there.content and there.state == placing.state
    outgoing = OutgoingQuestion(there.key, there.content, there.source_language)
    lost = [loss.what for loss in format.losses([outgoing], placing.language)] if not same else []
    without = tuple(lost) if _holds_more(there.content, content) else ()
    return Incoming(question, there, content, same, Way.VERSION if _alike(question, there) else Way.BESIDE, without)


def _alike(question: ParsedQuestion, there: Existing) -> bool:
    """Whether the two are the same question, changed: keys are often made from a number alone."""
    if type_name(question.content) != type_name(there.content):
        return False
    language = there.source_language
    one, other = (set(_words(content, language)) for content in (question.content, there.content))
    return 2 * len(one & other) >= len(one | other)


def _words(content: Content, language: str) -> list[str]:
    return content.stem.best(language, language).casefold().split()


def _holds_more(old: Content, new: Content) -> bool:
    """Whether the old one has hints or pictures that the new one has not."""
    return len(old.hints) > len(new.hints) or len(old.pictures) > len(new.pictures) or type(old) is not type(new)


def with_translations(new: Content, old: Content, language: str) -> Content:
    """`new`, which is in one language, with what `old` says in the others; where its words changed, they are behind.

    A copy, whatever `old` says.
    """
    if type(new) is not type(old):
        return msgspec.structs.replace(new)
    joined: Content = _joined(new, old, language)
    return joined


def _joined(new: Any, old: Any, language: str) -> Any:
    if isinstance(new, Text) and isinstance(old, Text):
        return old.with_phrase(language, new.best(language, language), language)
    if isinstance(new, msgspec.Struct) and type(new) is type(old):
        names = new.__struct_fields__
        return msgspec.structs.replace(
            new, **{name: _joined(getattr(new, name), getattr(old, name), language) for name in names}
        )
    if isinstance(new, dict) and isinstance(old, dict):
        return {**old, **{tag: _joined(value, old.get(tag), language) for tag, value in new.items()}}
    if isinstance(new, tuple) and isinstance(old, tuple):
        if all(hasattr(item, "key") for item in (*new, *old)):
            by_key = {item.key: item for item in old}
            return tuple(_joined(item, by_key.get(item.key), language) for item in new)
        return tuple(_joined(item, old[n] if n < len(old) else None, language) for n, item in enumerate(new))
    return new


__all__ = ["Incoming", "Placing", "Way", "compared", "placed", "with_translations"]
