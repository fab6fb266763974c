"""What a question says, to be searched. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from app.core.folding import folded
from app.core.text import Text

from ..types import AcceptedAnswer, Content

_read = msgspec.json.Decoder(Content, strict=False).decode


def holds(document: str, asked: list[str], beside: Iterable[str] = ()) -> bool:
    """Whether each of the folded words `asked` is in a question as it is stored, or in what stands `beside` it."""
    said = folded(" ".join([*beside, *_said(_read(document))]))
    return all(word in said for word in asked)


def _said(value: Any) -> Iterator[str]:
    """Every word of a question that people write: texts in all languages, and accepted answers."""
    if isinstance(value, Text):
        for phrase in value.phrases.values():
            yield phrase.string
    elif isinstance(value, msgspec.Struct):
        if isinstance(value, AcceptedAnswer):
            yield value.text
        for name in value.__struct_fields__:
            part = getattr(value, name)
            if not isinstance(part, str | float | int | None):
                yield from _said(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _said(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _said(part)
