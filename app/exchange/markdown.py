"""Markdown as files have it: CommonMark (https://spec.commonmark.org/0.31.2/), and tables."""

from __future__ import annotations

from markdown_it import MarkdownIt


def _ready() -> MarkdownIt:
    """One for all threads: its rules are made ready here, as it would do so while two of them read."""
    markdown = MarkdownIt("commonmark").enable("table")
    for ruler in (markdown.core.ruler, markdown.block.ruler, markdown.inline.ruler, markdown.inline.ruler2):
        ruler.getRules("")
    return markdown


MARKDOWN = _ready()
