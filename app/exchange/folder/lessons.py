"""A lesson's file, Markdown or HTML, as the cleaned HTML that is saved; and back to a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from flask_babel import gettext as _
from markdown_it.token import Token

from app.core import sanitise
from app.courses.lessons.dressing import source_of

from ..faults import Fault
from ..markdown import MARKDOWN
from ..markup import MarkupParser

# Taken out without a word: what holds no words of its own, or is only about looks.
_UNREMARKABLE = sanitise.TAGS | {"html", "head", "body", "font", "center", "big", "tt"}

# What shows a file, and is a fault where it is lost; a video or sound counts once a lesson may hold one.
SHOWN = frozenset({"img", "video", "audio"} & sanitise.TAGS)

Attributes = list[tuple[str, str | None]]
Visit = Callable[[str, Attributes, int], Attributes]


class LessonReader:
    """Reads the lessons of one course.

    `media` maps the name of each sound file in `media/` to its address on the site, `broken` names those
    that are there but have faults of their own.
    """

    def __init__(self, media: dict[str, str], broken: set[str]) -> None:
        self.media = media
        self.broken = broken
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def read(self, file: str, text: str) -> str:
        """The lesson as cleaned HTML, empty if it is not written yet. Faults are noted, and then it is of no use."""
        if not text.strip():
            self.warnings.append(Fault(file, 1, _("the lesson has no text yet")))
            return ""
        before = len(self.faults)
        lesson = _Lesson(self, file)
        html = lesson.from_markdown(text) if file.endswith(".md") else rewrite(text, lesson.visit)
        cleaned = source_of(html)
        if len(self.faults) > before:
            return cleaned
        if not lesson.shown and not sanitise.plain_text(cleaned):
            self.faults.append(Fault(file, 1, _("the lesson has no text")))
        if _count_shown(cleaned) != lesson.shown:
            reason = _("an image is lost: it stands within markup that is taken out, or its tag is not closed")
            self.faults.append(Fault(file, 1, reason))
        return cleaned


class _Lesson:
    """One file while it is read."""

    def __init__(self, reader: LessonReader, file: str) -> None:
        self.reader = reader
        self.file = file
        self.shown = 0

    def fault(self, line: int, reason: str) -> None:
        self.reader.faults.append(Fault(self.file, line, reason))

    def warn(self, line: int, reason: str) -> None:
        self.reader.warnings.append(Fault(self.file, line, reason))

    def from_markdown(self, text: str) -> str:
        tokens = MARKDOWN.parse(text)
        for token in tokens:
            self.token(token, token.map[0] + 1 if token.map else 1)
        return str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))

    def token(self, token: Token, line: int) -> None:
        """Look into a token and all within it; images get their address on the site."""
        if token.type in ("html_block", "html_inline"):
            token.content = rewrite(token.content, lambda tag, found, at: self.visit(tag, found, line + at - 1))
        elif token.type == "heading_open" and token.tag == "h1":
            self.visit("h1", [], line)
        elif token.type == "image":
            attributes: Attributes = [("src", str(token.attrs.get("src", "")))]
            if words := _words(token).strip():
                attributes.append(("alt", words))
            token.attrs["src"] = dict(self.visit("img", attributes, line))["src"] or ""
            return
        elif token.type == "link_open":
            token.attrs["href"] = (
                dict(self.visit("a", [("href", str(token.attrs.get("href", "")))], line))["href"] or ""
            )
        for child in token.children or ():
            self.token(child, line)
            if child.type in ("softbreak", "hardbreak"):
                line += 1

    def visit(self, tag: str, attributes: Attributes, line: int) -> Attributes:
        """Check one tag; its attributes, with addresses as the site has them."""
        if tag == "h1":
            self.warn(line, _("headings in a lesson begin at the second level; this one becomes one of the second"))
        elif tag not in _UNREMARKABLE:
            self.warn(line, _("<%(tag)s> is taken out of the lesson", tag=tag))
        for name, _value in attributes:
            if name.startswith("on"):
                self.warn(line, _("%(attribute)s is taken out of <%(tag)s>", attribute=name, tag=tag))
        if tag in SHOWN:
            return self.shows(tag, attributes, line)
        if tag == "a":
            return [(name, self.link(value or "", line) if name == "href" else value) for name, value in attributes]
        return attributes

    def shows(self, tag: str, attributes: Attributes, line: int) -> Attributes:
        """A picture, video or sound. A picture says what it shows; in HTML `alt=""` says that it only decorates."""
        self.shown += 1
        values = dict(attributes)
        source = values.get("src") or ""
        if tag == "img" and "alt" not in values:
            self.fault(line, _("the image %(source)s has no words for those who do not see it", source=source))
        address = self.medium(source, line)
        if address is None:
            source = source or _("without a source")
            words = (
                _("the image %(source)s must lie in media/, as ../media/name.webp", source=source)
                if tag == "img"
                else _("the file %(source)s must lie in media/, as ../media/name.mp4", source=source)
            )
            self.fault(line, words)
        return [(name, address if name == "src" else value) for name, value in attributes]

    def link(self, target: str, line: int) -> str:
        if (address := self.medium(target, line)) is not None:
            return address
        parts = urlsplit(target)
        if target and not parts.scheme and not parts.netloc and not target.startswith(("/", "#")):
            self.warn(line, _("the link %(target)s leads nowhere on the site", target=target))
        return target

    def medium(self, source: str, line: int) -> str | None:
        """The address of a file of `media/`; None if `source` names none. One that is missing is a fault."""
        found = re.fullmatch(r"(?:\.\./)?media/([^/]+)", source)
        if found is None:
            return None
        name = found[1]
        if name not in self.reader.media and name not in self.reader.broken:
            self.fault(line, _("there is no media/%(file)s", file=name))
        return self.reader.media.get(name, f"/media/{'0' * 64}/{name}")


def _words(image: Token) -> str:
    """The words of an image in Markdown."""
    return "".join(child.content or "\n" for child in image.children or ())


def as_file(html: str, name_of: Callable[[str, str], str]) -> str:
    """Saved HTML as a lesson's file; `name_of(hash, name)` is what the image is called in `media/`."""

    def visit(tag: str, attributes: Attributes, _line: int) -> Attributes:
        return [(n, _beside(v or "", name_of) if n in ("src", "href") else v) for n, v in attributes]

    return rewrite(html, visit).rstrip("\n") + "\n"


def _beside(address: str, name_of: Callable[[str, str], str]) -> str:
    found = re.fullmatch(r"/media/([0-9a-f]{64})/([\w.-]+)", address)
    return f"../media/{name_of(found[1], found[2])}" if found else address


def rewrite(html: str, visit: Visit) -> str:
    """`html` as it is, but for the attributes of images and links, which are what `visit` makes of them.

    `visit` sees every start tag with its attributes and its line.
    """
    finder = _Tags(html, visit)
    finder.feed(html)
    finder.close()
    parts, at = [], 0
    for start, length, tag in finder.changes:
        parts += [html[at:start], tag]
        at = start + length
    return "".join([*parts, html[at:]])


class _Tags(MarkupParser):
    """Finds start tags with their places, and what is to stand there."""

    def __init__(self, html: str, visit: Visit) -> None:
        super().__init__()
        self.visit = visit
        self.changes: list[tuple[int, int, str]] = []
        self.line_starts = [0]
        for line in html.split("\n"):
            self.line_starts.append(self.line_starts[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        line, column = self.getpos()
        seen = self.visit(tag, attributes, line)
        if seen != attributes:
            written = "".join(f' {name}="{escape(value or "")}"' for name, value in seen)
            start = self.line_starts[line - 1] + column
            self.changes.append((start, len(self.get_starttag_text() or ""), f"<{tag}{written}>"))


def _count_shown(html: str) -> int:
    count = 0

    def visit(tag: str, attributes: Attributes, _line: int) -> Attributes:
        nonlocal count
        count += tag in SHOWN
        return attributes

    rewrite(html, visit)
    return count
