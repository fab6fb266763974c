"""Moodle's XML as a tree, without what could do harm, and what is written in it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from lxml import etree

from app.core.text import Text

from ..faults import Fault
from ..plain import LONGEST, plain
from ..text_files import too_large

Element = Any  # lxml's is private
LARGEST = 32 * 1024 * 1024  # bytes: files of pictures stand within
FORMATS = {"html": "html", "moodle_auto_format": "moodle", "plain_text": "plain", "markdown": "markdown"}


class NotOurs(Exception):
    """A question cannot be taken; the message says why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def root_of(data: bytes, file: str) -> tuple[Element, list[Fault]]:
    """The root of a file, or None and why it is not read.

    Nothing is fetched, no entity is resolved, and a file that declares its own document type is refused.
    """
    if len(data) > LARGEST:
        return None, [too_large(file, LARGEST)]
    if not data.strip():
        return None, [Fault(file, 1, _("the file is empty"))]
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 1) or 1
        return None, [Fault(file, line, _("this is not XML that can be read: %(why)s", why=str(error)[:300]))]
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        reason = _("the file declares a document type of its own, which can do harm: it is not read")
        return None, [Fault(file, 1, reason)]
    if root.tag != "quiz":
        tag = etree.QName(root).localname[:40]
        return None, [Fault(file, line_of(root), _("this is not Moodle’s XML of questions but <%(tag)s>", tag=tag))]
    return root, []


def line_of(element: Element) -> int:
    return int(element.sourceline or 1)


def value(parent: Element, path: str, default: str = "") -> str:
    """What a plain element holds, trimmed; `default` where it is not there or empty."""
    element = parent.find(path)
    if element is None:
        return default
    return _text(element).strip() or default


def is_true(parent: Element, path: str, default: bool = False) -> bool:
    written = value(parent, path).lower()
    return default if not written else written in ("1", "true")


def words(element: Element | None, language: str, default: str = "html", format: str = "") -> Text | None:
    """The words of an element with a `text` in it, as a text of one language; None if nothing is left to read.

    `format` is what it is whatever it says. Raises `NotOurs` for what plain text cannot show.
    """
    if element is None:
        return None
    string = string_of(raw(element), line_of(element), format or format_of(element, default))
    for file in element.iterchildren("file"):
        name = (file.get("name") or "")[:60]
        raise NotOurs(line_of(file), _("it holds the file “%(name)s”, and files are not taken from here", name=name))
    return Text.of({language: string}, language) if string else None


def string_of(text: str, line: int, format: str) -> str:
    """Words in a format as plain text. Raises `NotOurs` for what plain text cannot show."""
    if len(text) > LONGEST:
        raise NotOurs(line, _("it holds a text of more than %(count)s characters", count=LONGEST))
    string, lost = plain(text, format)
    if lost:
        raise NotOurs(line, _("it holds %(what)s, which plain text cannot show", what=", ".join(lost)))
    return string


def raw(element: Element) -> str:
    """What stands in the `text` of an element, as it is written."""
    text = element.find("text")
    return "" if text is None else _text(text)


def format_of(element: Element, default: str = "html") -> str:
    """The format of the words of an element, as `plain` calls it."""
    return FORMATS.get(element.get("format", ""), default)


def _text(element: Element) -> str:
    if len(element):
        raise NotOurs(line_of(element), _("<%(tag)s> holds markup that is not escaped", tag=str(element.tag)[:40]))
    return (element.text or "").replace("\r\n", "\n").replace("\r", "\n")
