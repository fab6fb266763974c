"""HTML as people write it, read tag by tag."""

from __future__ import annotations

from html.parser import HTMLParser


class MarkupParser(HTMLParser):
    """The standard library's parser, which fails on a malformed `<![`; here that is a comment, as in a browser."""

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        return self.parse_bogus_comment(i)
