"""HTML, Markdown and Moodle's own text format as plain text: paragraphs, lines, lists, and the targets of links.

Bold, italics, colours and sizes are let go. What cannot be said in plain text (images, tables, formulas,
raised and struck-out words) is reported, never dropped silently. What all question files of Moodle need, and others.
"""

from __future__ import annotations

import html
import re

from app.core.sanitise import TAGS

from .markdown import MARKDOWN
from .tags import Kind, Token, tokens

BLANK = "_____"  # stands where something is to be filled in
LONGEST = 50_000  # characters of one text, markup and all

_PARAGRAPHS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr main nav ol p pre section ul".split()
)
_TELLING = frozenset(
    "applet audio button canvas del embed form iframe img input math object s script select strike style sub sup svg "
    "table textarea video".split()
)
_LOOKS = frozenset("basefont big blink font html head body link meta nobr title tt wbr".split())
_KNOWN = TAGS | _PARAGRAPHS | _TELLING | _LOOKS
_MOST_DEEP = 9  # lists in lists that are still told apart
_SPACE = " \t\n\r\f"
_BLANK_HERE = "\N{OBJECT REPLACEMENT CHARACTER}"  # keeps the blank from being taken for Markdown
_FORMULAS = (("$$", "$$"), (r"\(", r"\)"), (r"\[", r"\]"))


_TAG = re.compile(r"</?([a-z][a-z0-9]*)(?=[\s/>])", re.I)


def plain(text: str, format: str) -> tuple[str, list[str]]:
    """`text` as plain text, and what of it would be lost, each as the end of “it holds …”.

    `format`: `plain`; `html`; `moodle`, which is HTML with lines of its own; `markdown`; `string`, the one line that
    Moodle shows as a name: entities are signs in it, and little markup is.
    """
    if format == "plain":
        return text.strip(), []
    lost = ["a formula"] if _has_formula(text) else []
    if format == "string":
        if any(found[1].lower() in _KNOWN for found in _TAG.finditer(text)):
            text, more = _from_html(text, lines=False)
        else:
            text, more = html.unescape(text), []
    elif format == "markdown":
        rendered = str(MARKDOWN.render(text.replace(BLANK, _BLANK_HERE)))
        text, more = _from_html(rendered, lines=False)
        text = text.replace(_BLANK_HERE, BLANK)
    else:
        text, more = _from_html(text, lines=format == "moodle")
    return text.strip(), lost + more


def _from_html(markup: str, *, lines: bool) -> tuple[str, list[str]]:
    """`lines`: a new line in the text is one to the reader too."""
    reader = _Reader(lines)
    for token in tokens(markup):
        reader.take(token)
    text = "".join(reader.parts)
    text = _without_spaces_at_empty_lines(text)
    return re.sub(r"\n{3,}", "\n\n", text).strip(), list(dict.fromkeys(reader.lost))


def as_html(text: str) -> str:
    """Plain text as HTML that `plain` reads as it was, but for spaces and empty lines beside one another."""
    return _escaped(text).replace("\n", "<br>")


def as_string(text: str) -> str:
    """Plain text as a `string` that `plain` reads as it was."""
    return _escaped(text)


def _escaped(text: str) -> str:
    text = html.escape(text, quote=False).replace("$$", "&#36;&#36;")
    return text.replace("\\(", "\\&#40;").replace("\\[", "\\&#91;")


def _has_formula(text: str) -> bool:
    for opening, closing in _FORMULAS:
        begins = text.find(opening)
        if begins >= 0 and text.find(closing, begins + len(opening) + 1) >= 0:
            return True
    return False


def _without_spaces_at_empty_lines(text: str) -> str:
    """Without spaces in empty lines and at the end of the lines before them."""
    lines = text.split("\n")
    for place in range(1, len(lines) - 1):
        if not lines[place].strip(" \t"):
            lines[place - 1] = lines[place - 1].rstrip(" \t")
            lines[place] = ""
    return "\n".join(lines)


class _Reader:
    def __init__(self, lines: bool) -> None:
        self.lines = lines
        self.parts: list[str] = []
        self.lost: list[str] = []
        self.lists: list[int | None] = []  # the number an ordered list has come to
        self.link: tuple[str, int] | None = None  # that is open: its target, and where its words begin
        self.preformatted = 0

    def take(self, token: Token) -> None:
        if token.kind is Kind.WORDS or token.name not in _KNOWN:
            self.words(token.text)  # what is no tag of HTML is words, as List<String>
        elif token.kind is Kind.START:
            self.begin(token.name, token.attributes)
        else:
            self.end(token.name)

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _TELLING:
            self.lost.append(f"<{tag}>")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.item()
        elif tag in _PARAGRAPHS:
            self.paragraph()
            if tag in ("ul", "ol"):
                self.lists.append(0 if tag == "ol" else None)
            self.preformatted += tag == "pre"
        elif tag == "a":
            self.link = (attributes.get("href", ""), len(self.parts))

    def end(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            self.preformatted -= tag == "pre" and self.preformatted > 0
            self.paragraph()
        elif tag == "a" and self.link is not None:
            target, start = self.link
            self.link = None
            said = "".join(self.parts[start:]).strip()
            if target and target.removeprefix("mailto:") != said:
                self.parts.append(f" ({target})")

    def item(self) -> None:
        depth = min(len(self.lists), _MOST_DEEP)
        mark = "-"
        if self.lists and (number := self.lists[-1]) is not None:
            self.lists[-1] = number + 1
            mark = f"{number + 1}."
        self.trim()
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
        self.parts.append(f"{'  ' * (depth - 1)}{mark} ")

    def paragraph(self) -> None:
        """End the paragraph; within a list its item."""
        self.trim()
        if self.parts and not self.parts[-1].endswith((". ", "- ")):
            end = "\n" if self.lists else "\n\n"
            if not "".join(self.parts[-2:]).endswith(end):
                self.parts.append(end)

    def trim(self) -> None:
        while self.parts and self.parts[-1].strip(" ") == "":
            self.parts.pop()

    def words(self, data: str) -> None:
        if self.preformatted:
            self.parts.append(data)
            return
        for i, line in enumerate(data.split("\n") if self.lines else [data]):
            if i:
                self.parts.append("\n")
            words = re.sub(f"[{_SPACE}]+", " ", line)
            if words.startswith(" ") and (not self.parts or self.parts[-1].endswith((" ", "\n"))):
                words = words[1:]
            if words:
                self.parts.append(words)
