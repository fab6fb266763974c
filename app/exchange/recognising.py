"""Which format a file is in, by its name and what it holds. Pure."""

from __future__ import annotations

import re

from . import zips
from .questions import FORMATS, QuestionFormat

_AIKEN = re.compile(r"^ANSWER:\s*[A-Z]\s*$", re.M | re.I)
_XML = re.compile(rb"<\s*(?:[\w.-]+:)?(quiz|assessmentItem|qti-assessment-item|questestinterop)[\s>]")


def recognised(name: str, data: bytes) -> QuestionFormat | None:
    """The format of a file; None where nothing tells."""
    return FORMATS.get(_guess(name.lower(), data))


def _guess(name: str, data: bytes) -> str:
    if data.startswith(zips.SIGNATURE):
        return "xlsx" if name.endswith(".xlsx") or b"xl/workbook.xml" in data else "qti21"
    head = data[:4096].replace(b"\0", b"")
    if found := _XML.search(head):
        return {b"quiz": "moodle", b"qti-assessment-item": "qti3"}.get(found[1], "qti21")
    for suffix, format in ((".csv", "csv"), (".tsv", "csv"), (".gift", "gift")):
        if name.endswith(suffix):
            return format
    text = data.decode("utf-8", "replace")
    if _AIKEN.search(text.replace("\r", "\n")):
        return "aiken"
    if "{" in text or "::" in text:
        return "gift"
    first = text.lstrip("\ufeff\r\n").partition("\n")[0].casefold()
    return "csv" if "type" in first and "question" in first else ""
