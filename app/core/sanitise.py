"""Cleaning what trainers write, when it is saved and never when it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import bleach
from bleach.html5lib_shim import Filter

MOST_ROUNDS = 10
POLICY = 1  # raised with every change of what is let through; a body remembers the one that cleaned it

TAGS = frozenset(
    "a abbr aside b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption figure "
    "h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub sup "
    "table tbody td tfoot th thead tr u ul var".split()
)
ATTRIBUTES = {
    "*": ["dir", "lang"],
    "a": ["href", "title", "hreflang"],
    "abbr": ["title"],
    "aside": ["class"],
    "blockquote": ["cite"],
    "col": ["span"],
    "colgroup": ["span"],
    "dfn": ["title"],
    "img": ["src", "alt", "width", "height"],
    "li": ["value"],
    "ol": ["start", "type", "reversed"],
    "p": ["class"],
    "td": ["colspan", "rowspan", "headers"],
    "th": ["colspan", "rowspan", "scope", "headers", "abbr"],
}
CLASSES = frozenset({"callout", "warning", "lede", "question"})
PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})


class _House(Filter):  # type: ignore[misc]
    """What the lists cannot say: known classes, headings from h2 down, images of our own, tables that can scroll."""

    def __iter__(self) -> Iterator[dict[str, object]]:
        for token in super().__iter__():
            if token.get("type") in ("StartTag", "EmptyTag"):
                attributes = token["data"]
                known = [c for c in attributes.get((None, "class"), "").split() if c in CLASSES]
                if known:
                    attributes[(None, "class")] = " ".join(known)
                else:
                    attributes.pop((None, "class"), None)
                for link in ((None, "href"), (None, "cite")):
                    if link in attributes and scheme_of(attributes[link]) not in (None, *PROTOCOLS):
                        del attributes[link]  # bleach takes javascript:1 for a host and its port
                if token["name"] == "img":
                    if not is_own_image(attributes.get((None, "src"), "")):
                        continue
                    attributes.setdefault((None, "alt"), "")
                    attributes[(None, "loading")] = "lazy"
                if token["name"] == "a" and (None, "href") in attributes and is_elsewhere(attributes[(None, "href")]):
                    attributes[(None, "rel")] = "noopener noreferrer"
            yield token


_cleaner = bleach.Cleaner(
    tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True, strip_comments=True, filters=[_House]
)


# What these hold is code or styling, never words: it goes with the tag.
_WORDLESS = re.compile(r"<(script|style|template|noscript|iframe|object|svg|math)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)


def clean(html: str) -> str:
    """`html` with nothing left that can run, style, frame or send: headings from h2, own images only.

    Cleaning what is clean already changes nothing: tags that cannot stand where they do are moved when they are
    read again, so what comes out is cleaned until it stays as it is.
    """
    for _again in range(MOST_ROUNDS):
        before, html = html, _cleaned(html)
        if html == before:
            break
    return html


def _cleaned(html: str) -> str:
    html = _WORDLESS.sub("", html.replace("\x00", ""))
    html = re.sub(r"<(/?)h1\b", r"<\1h2", html, flags=re.I)
    return str(_cleaner.clean(html)).strip()


def is_own_image(source: str) -> bool:
    """Whether an image stands in our own store: other sites must not learn who reads what."""
    return re.fullmatch(r"/media/[0-9a-f]{64}/[\w.-]{1,120}", source) is not None


def scheme_of(url: str) -> str | None:
    """The scheme of an address as a browser finds it (WHATWG URL, scheme start state); None for a relative one."""
    found = re.match(r"[\x00-\x20]*([a-z][a-z0-9+.-]*):", re.sub(r"[\t\n\r]", "", url), re.I)
    return found[1].casefold() if found else None


def is_elsewhere(url: str) -> bool:
    """Whether a link leads to another site."""
    return bool(urlsplit(url).netloc)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain_text(html: str) -> str:
    """The words of `html`, without markup, spaces made one."""
    parser = _Words()
    parser.feed(html)
    return " ".join("".join(parser.parts).split())
