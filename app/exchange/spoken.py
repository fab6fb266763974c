"""A question in one of its languages, as formats need it that know only one."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from app.core.text import Phrase, Text
from app.quizzes.types import AcceptedAnswer, Content, Gaps, ShortAnswer, texts

from .questions import OutgoingQuestion

Struct = TypeVar("Struct", bound=msgspec.Struct)
OPTIONAL = frozenset({"feedback", "true_feedback", "false_feedback", "guidance", "starter"})
Accepted = dict[str, tuple[AcceptedAnswer, ...]]


def spoken(question: OutgoingQuestion, language: str) -> Content:
    """The question in `language`, and where it has no words in it, in its own; all of it said to be in `language`.

    A feedback without any words is none.
    """
    content = _spoken(question.content, language, question.source_language)
    if isinstance(content, ShortAnswer | Gaps):
        return msgspec.structs.replace(content, source_language=language)
    return content


def languages(content: Content) -> set[str]:
    """Every language that it has words in."""
    found = {tag for text in texts(content) for tag in text.phrases}
    if isinstance(content, ShortAnswer):
        found |= content.answers.keys()
    if isinstance(content, Gaps):
        found |= {tag for gap in content.gaps for tag in gap.accepted}
    return found


def missing(question: OutgoingQuestion, language: str) -> bool:
    """Whether any of its words are not in `language`."""
    return any(language not in text.phrases for text in texts(question.content) if text.phrases)


def _spoken(struct: Struct, language: str, source: str) -> Struct:
    changed: dict[str, Any] = {}
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if name in ("answers", "accepted") and isinstance(value, dict):
            changed[name] = _accepted(value, language, source)
            continue
        changed[name] = value = _value(value, language, source)
        if name in OPTIONAL and isinstance(value, Text) and not value.phrases:
            changed[name] = None
        elif name == "hints":
            changed[name] = tuple(hint for hint in value if hint.phrases)
    return msgspec.structs.replace(struct, **changed)


def _value(value: Any, language: str, source: str) -> Any:
    if isinstance(value, Text):
        string = value.best(language, source).replace("\r\n", "\n").replace("\r", "\n").strip()
        return Text({language: Phrase(string)} if string else {})
    if isinstance(value, tuple):
        return tuple(_value(item, language, source) for item in value)
    if isinstance(value, msgspec.Struct):
        return _spoken(value, language, source)
    return value


def _accepted(answers: Accepted, language: str, source: str) -> Accepted:
    here = answers.get(language) or answers.get(source, ())
    own = answers.get(source, ())
    found = []
    for place, answer in enumerate(here):
        # Empty, a translation says that the source's own words stand here.
        text = answer.text or (own[place].text if place < len(own) else "")
        said = _value(answer.feedback, language, source) if answer.feedback else None
        feedback = said if said and said.phrases else None
        found.append(AcceptedAnswer(" ".join(text.split()), answer.fraction, feedback))
    return {language: tuple(found)} if found else {}


__all__ = ["languages", "missing", "spoken"]
