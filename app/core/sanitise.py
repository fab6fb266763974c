"""Cleaning what trainers write, when it is saved and never when it is read.

What is let through is what a lesson is made of, as it is written and as it is dressed for reading
(`courses/dressing.py`): nothing in it can run, style, frame or send, and nothing is fetched from elsewhere. What a
word processor leaves in a text that was pasted goes too: its tags, its empty paragraphs, its headings of the first
level.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import bleach
from bleach.html5lib_shim import Filter

MOST_ROUNDS = 10
DEEPEST = 200  # tags within tags; reading a text takes the square of it
MOST_SIGNS = 20_000  # as `&` or a lone `<`: each takes as long to read as a line of text
MOST_WORK = 300_000_000  # the squares of what stands in each tag and comment
POLICY = 2  # raised with every change of what is let through; a body remembers the one that cleaned it

TAGS = frozenset(
    "a abbr aside audio b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small source span strong sub sup "
    "table tbody td tfoot th thead tr track u ul var video".split()
)
ATTRIBUTES = {
    "*": ["dir", "lang"],
    "a": ["class", "href", "title", "hreflang"],
    "abbr": ["title"],
    "aside": ["class"],
    "audio": ["src", "controls", "preload"],
    "blockquote": ["cite"],
    "col": ["span"],
    "colgroup": ["span"],
    "dfn": ["title"],
    "figure": ["class"],
    "img": ["src", "srcset", "sizes", "alt", "width", "height"],
    "li": ["value"],
    "ol": ["start", "type", "reversed"],
    "p": ["class"],
    "source": ["src", "type"],
    "td": ["colspan", "rowspan", "headers"],
    "th": ["colspan", "rowspan", "scope", "headers", "abbr"],
    "track": ["src", "kind", "srclang", "label", "default"],
    "video": ["src", "controls", "preload", "width", "height", "poster", "playsinline"],
}
CLASSES = {
    "a": frozenset({"document"}),
    "aside": frozenset({"callout", "warning"}),
    "figure": frozenset({"elsewhere"}),
    "p": frozenset({"lede", "question"}),
}
PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})
OURS = {"img": "src", "source": "src", "track": "src", "video": "src", "audio": "src"}  # only from our own store
PLAYERS = frozenset({"video", "audio"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

# Of these nothing stays where nothing is in them; of the others only the words between, a space perhaps.
EMPTY_BLOCKS = frozenset({"p", *HEADINGS, "figure", "figcaption", "blockquote", "aside"})
EMPTY_WORDS = frozenset(
    "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small span strong sub sup u var".split()
)

Token = dict[str, Any]


class _House(Filter):  # type: ignore[misc]
    """What the lists cannot say: known classes, own files only, headings from h2 down, nothing that is empty."""

    def __iter__(self) -> Iterator[Token]:
        tokens = [token for token in super().__iter__() if self._allows(token)]
        self._lower_headings(tokens)
        yield from _without_empties(tokens)

    def _allows(self, token: Token) -> bool:
        """Whether a tag stays, its attributes put right."""
        if token["type"] not in ("StartTag", "EmptyTag"):
            return True
        name, attributes = token["name"], token["data"]
        for key, value in attributes.items():
            attributes[key] = value.replace('"', "&quot;")  # or bleach quotes with ', and escapes each & once more
        if (None, "class") in attributes:
            known = [c for c in attributes[(None, "class")].split() if c in CLASSES.get(name, ())]
            attributes[(None, "class")] = " ".join(known)
            if not known:
                del attributes[(None, "class")]
        for link in ((None, "href"), (None, "cite")):
            if link in attributes and scheme_of(attributes[link]) not in (None, *PROTOCOLS):
                del attributes[link]  # bleach takes javascript:1 for a host and its port
        if name == "a":
            _put_link_right(attributes)
        if name in OURS and not is_own_file(attributes.get((None, "src"), "")):
            attributes.pop((None, "src"), None)
            if name not in PLAYERS:
                return False
        if not is_own_file(attributes.get((None, "poster"), "")):
            attributes.pop((None, "poster"), None)
        if name == "img":
            _put_picture_right(attributes)
        return True

    @staticmethod
    def _lower_headings(tokens: list[Token]) -> None:
        """The page has its h1: a text that begins with one has all its headings a level lower, else only that one."""
        headings = [token for token in tokens if token.get("name") in HEADINGS]
        whole = bool(headings) and headings[0]["name"] == "h1"
        for token in headings:
            if whole or token["name"] == "h1":
                token["name"] = f"h{min(int(token['name'][1]) + 1, 6)}"


def _put_link_right(attributes: dict[tuple[None, str], str]) -> None:
    address = attributes.get((None, "href"), "")
    if not is_own_file(address):
        attributes.pop((None, "class"), None)  # a document is a file of ours
    if is_elsewhere(address):
        attributes[(None, "rel")] = "noopener noreferrer"


def _put_picture_right(attributes: dict[tuple[None, str], str]) -> None:
    widths = [part.strip().split() for part in attributes.get((None, "srcset"), "").split(",")]
    if not all(len(p) == 2 and is_own_file(p[0]) and re.fullmatch(r"\d{1,5}w", p[1]) for p in widths):
        attributes.pop((None, "srcset"), None)
        attributes.pop((None, "sizes"), None)
    attributes.setdefault((None, "alt"), "")
    attributes[(None, "loading")] = "lazy"


class _Open:
    """A tag that is not closed yet: where it stands in what is kept, and whether anything is in it.

    `idle` says that the tag itself does nothing for what is in it.
    """

    __slots__ = ("filled", "idle", "name", "place")

    def __init__(self, token: Token, place: int) -> None:
        self.name: str = token["name"]
        self.place = place
        self.idle = (self.name == "span" and not token["data"]) or (
            self.name in PLAYERS and (None, "src") not in token["data"]
        )
        self.filled = self.name in PLAYERS and not self.idle


def _without_empties(tokens: list[Token]) -> list[Token]:
    """Paragraphs and headings without words or pictures go; so do tags around nothing, and players with no file."""
    kept: list[Token | None] = []
    stack: list[_Open] = []
    for token in tokens:
        kind = token["type"]
        if kind == "StartTag":
            stack.append(_Open(token, len(kept)))
        elif kind == "EndTag" and stack:
            closed = stack.pop()
            if closed.name in EMPTY_BLOCKS and not closed.filled:
                del kept[closed.place :]
                continue
            if closed.idle or (closed.name in EMPTY_WORDS and not closed.filled):
                kept[closed.place] = None
                token = {"type": "SpaceCharacters", "data": ""}
            if stack:
                stack[-1].filled |= closed.filled
        elif stack and token.get("name") == "source" and stack[-1].name in PLAYERS:
            stack[-1].idle, stack[-1].filled = False, True
        elif stack and _fills(token):
            stack[-1].filled = True
        kept.append(token)
    return [token for token in kept if token is not None]


def _fills(token: Token) -> bool:
    if token["type"] == "Characters":
        return bool(token["data"].strip())  # a space that does not break is a space
    if token["type"] == "EmptyTag":
        return token["name"] not in ("br", "col", "source", "track")
    return token["type"] == "Entity" and token["name"] != "nbsp"


def _cleaner() -> bleach.Cleaner:
    """One for each text: a cleaner reads into itself, so two texts at once would run into one another."""
    return bleach.Cleaner(
        tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True, strip_comments=True, filters=[_House]
    )


# What these hold is code or styling, never words: it goes with the tag.
_CODE = re.compile(r"<(script|style|noscript|iframe)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_DRAWINGS = ("template", "object", "svg", "math")

# Tags that may stand within one another; the others end by themselves, or hold nothing.
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|tr|td|th|dt|dd|br|hr|img|col|wbr|input|source|track|meta|link|option|thead|tbody|tfoot)\b)[a-z]",
    re.I,
)


_TAG_BEGINS = re.compile(r"<[a-z/!?]", re.I)
_WHOLE_TAG = re.compile(r"<[a-z/!?][^<>]*>?", re.I)
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/\"'=]+")


def is_endless(html: str) -> bool:
    """Whether reading `html` would take minutes: signs, attributes or hyphens in comments as nobody writes them."""
    tags = len(_TAG_BEGINS.findall(html))
    signs = html.count("&") + html.count("\xa0") + html.count("<") - tags + max(0, html.count(">") - tags)
    return signs > MOST_SIGNS or _work_in_tags(html) + _work_in_comments(html) > MOST_WORK


def _work_in_tags(html: str) -> int:
    """Each attribute is compared with those before it. A tag goes on behind a `>` that stands in quotes."""
    work = 0
    double = single = False  # whether a quote is open where this part begins
    for part in html.split(">"):
        begins = 0 if double or single else part.find("<")
        if begins < 0:
            continue
        work += len(_BETWEEN_ATTRIBUTES.findall(part, begins)) ** 2
        last = part.rfind("<")
        if last >= 0:
            double = single = False
        double ^= bool(part.count('"', max(last, 0)) % 2)
        single ^= bool(part.count("'", max(last, 0)) % 2)
    return work


def _work_in_comments(html: str) -> int:
    """What stands before each hyphen is copied for it."""
    comments = (part[part.index("<!--") :] for part in html.split("-->") if "<!--" in part)
    return sum(comment.count("-") ** 2 for comment in comments)


def clean(html: str) -> str:
    """`html` with nothing left that can run, style, frame or send: headings from h2, own files only.

    Cleaning what is clean already changes nothing: tags that cannot stand where they do are moved when they are
    read again, so what comes out is cleaned until it stays as it is. Of what is endless the words are kept.
    """
    for _again in range(MOST_ROUNDS):
        if is_endless(html):
            return escape(" ".join(unescape(_WHOLE_TAG.sub(" ", html)).split()), quote=False)
        before, html = html, _cleaned(html)
        if html == before:
            break
    return html


def _cleaned(html: str) -> str:
    html = _without_code(html.replace("\x00", ""))
    return str(_cleaner().clean(html)).strip() if _is_shallow(html) else escape(plain_text(html), quote=False)


def _without_code(html: str) -> str:
    """A drawing that is not closed takes its tag alone with it, since whatever follows may be words."""
    html = _CODE.sub("", html)
    for name in _DRAWINGS:
        closed = max((end.end() for end in re.finditer(rf"</{name}\s*>", html, re.I)), default=0)
        html = re.sub(rf"<{name}\b.*?</{name}\s*>", "", html[:closed], flags=re.I | re.S) + html[closed:]
    return html


def _is_shallow(html: str) -> bool:
    """Whether tags stand within tags as in a text that somebody wrote. Of one that goes deeper the words are kept."""
    depth = 0
    for tag in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > DEEPEST:
            return False
    return True


def is_own_file(address: str) -> bool:
    """Whether a file stands in our own store: other sites must not learn who reads what."""
    return re.fullmatch(r"/media/[0-9a-f]{64}/(?:\d{1,5}/)?[\w.-]{1,120}", address) is not None


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
