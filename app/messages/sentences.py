"""What a notice says. Each kind has one template, with the link that acts on it; mail takes its words from the same.

`templates/notices/<kind>.html` is one sentence with one link. In a mail the link's address stands below the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from flask import current_app, render_template
from flask_babel import get_locale


@dataclass(frozen=True, slots=True)
class Sentence:
    """A notice in plain words, and the path on this site that its link leads to."""

    words: str
    path: str | None


def sentence(kind: str, values: Mapping[str, Any]) -> Sentence:
    """What a notice says to whoever is being spoken to. Needs no request."""
    reader = _Reader()
    reader.feed(render_template(f"notices/{kind}.html", values=values, url_for=path_of, kept=False))
    reader.close()
    return Sentence(" ".join("".join(reader.words).split()), reader.path)


def path_of(endpoint: str, **values: Any) -> str:
    """The path of a page, as `url_for` within a request."""
    return current_app.url_map.bind("localhost").build(endpoint, values)


def notice_title(titles: Mapping[str, str]) -> str:
    """A title of `titles` (language tag to words, the source language first) in the language of the reader."""
    language = str(get_locale() or "en").replace("_", "-")
    for tag in (language, language.partition("-")[0], "en"):
        if words := titles.get(tag):
            return words
    return next(iter(titles.values()), "")


def notice_moment(said: str) -> datetime:
    """A moment that stands in a notice's values in ISO 8601."""
    return datetime.fromisoformat(said)


class _Reader(HTMLParser):
    """The words of a sentence, and where its first link leads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.path: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and self.path is None:
            self.path = dict(attrs).get("href")

    def handle_data(self, data: str) -> None:
        self.words.append(data)
