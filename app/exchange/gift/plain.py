"""HTML, Markdown and Moodle's own text format as plain text: paragraphs, lines, lists, and the targets of links.

Bold, italics, colours and sizes are let go. What cannot be said in plain text (images, tables, formulas,
raised and struck-out words) is reported, never dropped silently.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from app.core.sanitise import TAGS

from ..markup import MarkupParser
from .grammar import BLANK, Words, unescape

_markdown = MarkdownIt("commonmark").enable("table")

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
_SPACE = " \t\n\r\f"
_BLANK_HERE = "\N{OBJECT REPLACEMENT CHARACTER}"  # keeps the blank from being taken for Markdown
_FORMULA = re.compile(r"\$\$.+?\$\$|\\\(.+?\\\)|\\\[.+?\\\]", re.S)


def plain(words: Words) -> tuple[str, list[str]]:
    """The words as plain text, and what of them would be lost, each as the end of “it holds …”."""
    raw = words.raw.replace(BLANK, _BLANK_HERE)
    lost = ["a formula"] if _FORMULA.search(unescape(raw)) else []
    if words.format == "plain":
        text = unescape(_joined(raw))
    elif words.format == "markdown":
        text, more = _from_html(str(_markdown.render(unescape(raw))), lines=False)
        lost += more
    else:
        moodle = words.format == "moodle"
        text, more = _from_html(unescape(_joined(raw) if moodle else raw), lines=moodle)
        lost += more
    return text.strip().replace(_BLANK_HERE, BLANK), lost


def _joined(raw: str) -> str:
    """Lines that are only wrapped, made one; `\\n` is still written as such."""
    return " ".join(line.strip() for line in raw.split("\n"))


def _from_html(html: str, *, lines: bool) -> tuple[str, list[str]]:
    """`lines`: a new line in the text is one to the reader too."""
    reader = _Reader(lines)
    reader.feed(html)
    reader.close()
    text = "".join(reader.parts)
    text = re.sub(r"[ \t]*\n[ \t]*(?=\n)", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip(), list(dict.fromkeys(reader.lost))


class _Reader(MarkupParser):
    def __init__(self, lines: bool) -> None:
        super().__init__()
        self.lines = lines
        self.parts: list[str] = []
        self.lost: list[str] = []
        self.lists: list[int | None] = []  # the number an ordered list has come to
        self.targets: list[tuple[str, int]] = []  # links that are open: target, and where their words begin
        self.preformatted = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in _KNOWN:
            self.handle_data(self.get_starttag_text() or "")  # not markup but words, as List<String>
        elif tag in _TELLING:
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
            self.targets.append((dict(attributes).get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _KNOWN:
            self.handle_data(f"</{tag}>")
        elif tag in _PARAGRAPHS:
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            self.preformatted -= tag == "pre" and self.preformatted > 0
            self.paragraph()
        elif tag == "a" and self.targets:
            target, start = self.targets.pop()
            said = "".join(self.parts[start:]).strip()
            if target and target.removeprefix("mailto:") != said:
                self.parts.append(f" ({target})")

    def handle_pi(self, data: str) -> None:
        self.handle_data(f"<?{data}>")

    def item(self) -> None:
        depth = len(self.lists)
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

    def handle_data(self, data: str) -> None:
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
