"""What items say, as plain text: paragraphs and lines; and plain text as what items say."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask_babel import gettext as _
from lxml import etree

from .tree import Element, NotReadable, legal, line_of

PARAGRAPHS = frozenset(
    "address article aside blockquote center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr ol p "
    "pre section ul contentBody prompt itemBody rubricBlock templateBlock feedbackBlock".split()
)
_PICTURES = frozenset("img object svg picture".split())
_TELLING = frozenset(
    "applet audio canvas embed form iframe input math mark select strike del s sub sup table textarea video "
    "printedVariable include mathml customInteraction".split()
)

Instead = Callable[[Element], str | None]  # what stands in the place of an element; None: what it says


def plain(element: Element, instead: Instead = lambda _element: None) -> str:
    """What an element says, as plain text. Raises `NotReadable` for what plain text cannot show."""
    reader = _Reader(instead)
    reader.within(element)
    text = "".join(reader.parts)
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Reader:
    def __init__(self, instead: Instead) -> None:
        self.instead = instead
        self.parts: list[str] = []
        self.lists: list[int | None] = []  # the number an ordered list has come to
        self.marked = -1  # how many parts there were after the mark of an item

    def within(self, element: Element) -> None:
        self.words(element.text, element)
        for child in element:
            self.take(child)
            self.words(child.tail, element)

    def words(self, text: str | None, where: Element) -> None:
        if not text:
            return
        if where.tag == "pre":
            self.parts.append(text)
            return
        text = re.sub("[ \t\r\n\f]+", " ", text)
        if text.startswith(" ") and (not self.parts or self.parts[-1].endswith((" ", "\n"))):
            text = text[1:]
        if text:
            self.parts.append(text)

    def take(self, element: Element) -> None:
        if not isinstance(element.tag, str):
            raise NotReadable(line_of(element), _("it names an entity that is not declared"))
        said = self.instead(element)
        if said is not None:
            self.parts.append(said)
            return
        if element.tag in _PICTURES:
            raise NotReadable(line_of(element), _("it has a picture, which is not read from a file of questions yet"))
        if element.tag in _TELLING:
            reason = _("it holds %(what)s, which plain text cannot show", what=f"<{element.tag}>")
            raise NotReadable(line_of(element), reason)
        if element.tag == "br":
            self.parts.append("\n")
        elif element.tag == "li":
            self.item(element)
        elif element.tag in PARAGRAPHS:
            self.paragraph(element)
        else:
            self.within(element)

    def paragraph(self, element: Element) -> None:
        self.end()
        is_list = element.tag in ("ul", "ol")
        if is_list:
            self.lists.append(0 if element.tag == "ol" else None)
        self.within(element)
        if is_list:
            self.lists.pop()
        self.end()

    def end(self) -> None:
        """End the paragraph; within a list its line."""
        so_far = "".join(self.parts[-3:]).rstrip(" ")
        if not so_far or len(self.parts) == self.marked:
            return
        wanted = "\n" if self.lists else "\n\n"
        if not so_far.endswith(wanted):
            self.parts.append(wanted[len(so_far) - len(so_far.rstrip("\n")) :])

    def item(self, element: Element) -> None:
        mark = "-"
        if self.lists and (number := self.lists[-1]) is not None:
            self.lists[-1] = number + 1
            mark = f"{number + 1}."
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
        self.parts.append(f"{'  ' * (len(self.lists) - 1)}{mark} ")
        self.marked = len(self.parts)
        self.within(element)


def put(parent: Element, text: str) -> None:
    """Write `text` into an element that holds words only: new lines as <br/>."""
    lines = legal(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    parent.text = lines[0]
    for line in lines[1:]:
        etree.SubElement(parent, "br").tail = line


def put_paragraphs(parent: Element, text: str) -> list[Element]:
    """Write `text` as paragraphs within an element; those."""
    made = []
    for paragraph in re.split(r"\n\s*\n", legal(text).strip()):
        made.append(etree.SubElement(parent, "p"))
        put(made[-1], paragraph.strip())
    return made
