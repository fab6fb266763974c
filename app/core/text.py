"""Text in many languages: what a trainer writes, once, with its translations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec


class Phrase(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One language's string, and the hash of the source it was translated from (None: it is the source)."""

    string: str
    source_hash: str | None = None


class Text(msgspec.Struct, frozen=True):
    """A string in its source language and any number of others. Replaced, never mutated."""

    phrases: dict[str, Phrase]

    @classmethod
    def of(cls, strings: Mapping[str, str], source: str) -> Text:
        """A text from language tag to string, each translation taken as made from today's source."""
        made_from = string_hash(strings[source])
        return cls(
            {tag: Phrase(s) if tag == source else Phrase(s, made_from) for tag, s in strings.items() if s.strip()}
        )

    def best(self, language: str, fallback: str) -> str:
        """The string in `language`, else in `fallback`, else in any."""
        return self.spoken(language, fallback)[1]

    def spoken(self, language: str, fallback: str) -> tuple[str, str]:
        """As `best`, with the tag of the language it is in, so that a page can mark it."""
        for tag in (language, fallback):
            if phrase := self.phrases.get(tag):
                return tag, phrase.string
        for tag, phrase in sorted(self.phrases.items()):
            return tag, phrase.string
        return fallback, ""

    def outdated(self, source: str) -> list[str]:
        """The languages whose translation was made from another source string than today's."""
        original = self.phrases.get(source)
        if original is None:
            return []
        today = string_hash(original.string)
        return sorted(tag for tag, phrase in self.phrases.items() if phrase.source_hash not in (None, today))

    def with_phrase(self, language: str, string: str, source: str) -> Text:
        """This text with `string` in `language`, where `source` is the language that it is written in.

        In the source language the others keep what they were made from, and so become out of date. In another
        it is a translation of today's source; one without words is taken out.
        """
        phrases = dict(self.phrases)
        if language == source:
            phrases[language] = Phrase(string)
            if not string.strip() and len(phrases) == 1:
                return Text({})
        elif string.strip():
            original = self.phrases.get(source)
            phrases[language] = Phrase(string, string_hash(original.string if original else ""))
        else:
            phrases.pop(language, None)
        return Text(phrases)

    def strings(self) -> dict[str, str]:
        """Language tag to string, as files and forms want it."""
        return {tag: phrase.string for tag, phrase in self.phrases.items()}


def source_first(text: Text, source: str) -> dict[str, str]:
    """Language tag to string with the source language first, as notices carry titles."""
    strings = text.strings()
    return {source: strings.pop(source, ""), **strings}


def string_hash(string: str) -> str:
    """A short, stable fingerprint of a source string: 64 bits of SHA-256, in hexadecimal."""
    return hashlib.sha256(string.encode()).hexdigest()[:16]
