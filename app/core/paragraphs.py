"""What a person reads in a text of HTML: a paragraph a line, pictures and addresses in words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from flask_babel import gettext as _

from .sanitise import is_elsewhere

_BLOCKS = frozenset(
    "aside blockquote br caption dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul "
    "video audio".split()
)
_CELLS = frozenset({"td", "th"})


def paragraphs(html: str) -> str:
    """The words of `html`, a line for each paragraph, list item, heading and row of a table.

    What has no words is said: a picture with its text alternative, a film, the address of a link to another site.
    What only changes looks is left out.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.address: str | None = None
        self.verbatim = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attributes}
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in _CELLS and self.parts and self.parts[-1].strip():
            self.parts.append(" | ")
        self.verbatim += tag == "pre"
        if tag == "li":
            self.parts.append("• ")
        elif tag == "img":
            self.parts.append(_("[Picture: %(alternative)s]", alternative=known.get("alt") or "–"))
        elif tag in ("video", "audio"):
            self.parts.append(_("[Recording: %(name)s]", name=known.get("src", "").rpartition("/")[2] or "–"))
        elif tag == "a":
            self.address = known.get("href") if is_elsewhere(known.get("href", "")) else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.address:
            self.parts.append(f" ({self.address})")
            self.address = None
        self.verbatim -= tag == "pre"
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self.verbatim else re.sub(r"\s+", " ", data))
