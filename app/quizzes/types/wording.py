"""Texts of a question read, compared and put together."""

from __future__ import annotations

from collections.abc import Callable

from app.core.languages import RIGHT_TO_LEFT
from app.core.text import Phrase, Text


def own_language(text: Text) -> str:
    """The language that a text is written in: the first that was not made from another."""
    tags = sorted(text.phrases)
    return next((tag for tag in tags if text.phrases[tag].source_hash is None), tags[0] if tags else "")


def own_words(text: Text) -> str:
    """What a text says in the language it is written in, spaces made one."""
    return words(text, own_language(text))


def words(text: Text, language: str) -> str:
    """What a text says in `language`, or else its own, spaces made one."""
    return " ".join(text.best(language, own_language(text)).split())


def read_the_same(one: Text, other: Text, language: str) -> bool:
    """Whether nobody who reads them in `language`, or in their own, can tell them apart."""
    return words(one, language) == words(other, language) or own_words(one) == own_words(other)


def paired(one: Text, other: Text) -> Text:
    """`one → other`, in each language of either; the arrow points as the language is read."""
    tags = sorted(one.phrases.keys() | other.phrases.keys())
    own = own_language(one)
    return _made(tags, own, lambda tag: f"{words(one, tag)} {'←' if tag in RIGHT_TO_LEFT else '→'} {words(other, tag)}")


def numbered(place: int, text: Text) -> Text:
    """`1. text`, in each language of the text."""
    return _made(sorted(text.phrases), own_language(text), lambda tag: f"{place}. {words(text, tag)}")


def _made(tags: list[str], own: str, say: Callable[[str], str]) -> Text:
    return (
        Text.of({tag: say(tag) for tag in tags}, own) if own in tags else Text({tag: Phrase(say(tag)) for tag in tags})
    )
