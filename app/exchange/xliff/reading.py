"""A translator's file, from whichever program, as a document: what it says, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from ..faults import Fault, Refused
from .document import CORE, OWN, VERSIONS, Document, FileOf, SegmentOf, State, UnitOf, joined
from .inline import Mark, Words, well_nested

Element = Any  # lxml's is private
LARGEST = 8 * 1024 * 1024  # bytes
MOST_DEEP = 100
ORIGINAL = re.compile(r"(?P<course>[^/]+)/edition-(?P<edition>[0-9]{1,9})/[^/]+")
NAME = "XLIFF"  # what faults call the file


class NotXliff(Refused):
    """The file is not XLIFF 2.0 at all, or may do harm; the one fault says why."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__([Fault(NAME, line, reason)])


def read(data: bytes) -> Document:
    """What a file says. Raises `NotXliff`, or `Refused` with everything that is wrong within it. Slow.

    Nothing is fetched, no entity is resolved, and a file that declares its own document type is refused.
    """
    root = _parsed(data)
    faults: list[Fault] = []
    files: dict[str, FileOf] = {}
    belongs: set[tuple[str, int]] = set()
    for element in root.iterchildren(_name("file")):
        original = ORIGINAL.fullmatch(element.get("original", ""))
        if original is None:
            faults.append(Fault(NAME, _line(element), _("a file element does not say which course it is from")))
            continue
        belongs.add((original["course"], int(original["edition"])))
        file = FileOf(element.get("id", ""), _units(element, faults), _line(element))
        if file.id in files:
            faults.append(Fault(NAME, file.line, _("two files have the id %(id)s", id=file.id)))
        files[file.id] = file
    if not files and not faults:
        faults.append(Fault(NAME, 1, _("the file has no texts")))
    if len(belongs) > 1:
        faults.append(Fault(NAME, 1, _("its texts are from more than one course or edition")))
    if faults:
        raise Refused(faults)
    ((course, edition),) = belongs
    return Document(course, edition, root.get("srcLang", ""), root.get("trgLang", ""), files)


def _parsed(data: bytes) -> Element:
    from lxml import etree  # four megabytes, which only a process that reads or writes XML need hold

    if len(data) > LARGEST:
        raise NotXliff(_("the file is larger than %(size)s MB", size=LARGEST // 1024 // 1024))
    if not data.strip():
        raise NotXliff(_("the file is empty"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise NotXliff(_("this is not XML that can be read: %(why)s", why=error.msg), error.lineno or 1) from error
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise NotXliff(_("the file declares a document type of its own, which can do harm: it is not read"))
    name = etree.QName(root)
    if name.localname == "xliff" and name.namespace != CORE:
        raise NotXliff(
            _("this is XLIFF %(version)s, and 2.0 is needed: save it as that", version=root.get("version", "1.2")[:20])
        )
    if root.tag != _name("xliff"):
        raise NotXliff(_("this is not XLIFF but <%(tag)s>", tag=name.localname[:40]))
    if root.get("version") not in VERSIONS:
        raise NotXliff(_("this is XLIFF %(version)s, and 2.0 is needed", version=root.get("version", "?")[:20]))
    return root


def _name(tag: str) -> str:
    return f"{{{CORE}}}{tag}"


def _line(element: Element) -> int:
    return int(element.sourceline or 1)


def _units(file: Element, faults: list[Fault]) -> dict[str, UnitOf]:
    """The units of a file by id, also those in groups, in whatever order."""
    units: dict[str, UnitOf] = {}
    for element in file.iter(_name("unit")):
        key, line = element.get("id", ""), _line(element)
        if key in units:
            faults.append(Fault(NAME, line, _("the text %(key)s stands in the file twice", key=key)))
            continue
        try:
            segments = tuple(_segments(element))
        except _Broken as broken:
            reason = _("the markup of the text %(key)s is broken: %(why)s", key=key, why=broken)
            faults.append(Fault(NAME, broken.line, reason))
            segments = ()
        units[key] = UnitOf(key, segments, element.get(f"{{{OWN}}}source", ""), line)
    return units


class _Broken(ValueError):
    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


def _segments(unit: Element) -> Iterator[SegmentOf]:
    for element in unit.iterchildren(_name("segment"), _name("ignorable")):
        source, target = element.find(_name("source")), element.find(_name("target"))
        if source is None:
            raise _Broken(_("a segment has no source"), _line(element))
        state = None
        if element.tag == _name("segment"):
            said = element.get("state", "initial")
            state = State(said) if said in set(map(str, State)) else State.INITIAL
        yield SegmentOf(_words(source), None if target is None else _words(target), state)


def _words(element: Element) -> Words:
    """The words of a source or a target, with marks for its inline codes."""
    words = joined([tuple(_pieces(element, 0))])
    if not well_nested(words):
        raise _Broken(_("a code is closed that is not open, or the other way round"), _line(element))
    return words


def _pieces(element: Element, deep: int) -> Iterator[str | Mark]:
    if deep > MOST_DEEP:
        raise _Broken(_("codes stand too deep in one another"), _line(element))
    if element.text:
        yield element.text
    for child in element:
        yield from _code(child, deep)
        if child.tail:
            yield child.tail


def _code(child: Element, deep: int) -> Iterator[str | Mark]:
    """What one inline element stands for. Annotations (`mrk`, `sm`, `em`) say nothing here; what they hold does."""
    from lxml import etree

    tag = etree.QName(child)
    name = child.get("id", "")
    if tag.namespace != CORE:
        raise _Broken(_("<%(tag)s> may not stand here", tag=tag.localname), _line(child))
    if tag.localname == "pc":
        yield Mark("open", name)
        yield from _pieces(child, deep + 1)
        yield Mark("close", name)
    elif tag.localname == "ph":
        yield Mark("alone", name)
    elif tag.localname == "sc":
        yield Mark("open", name)
    elif tag.localname == "ec":
        yield Mark("close", child.get("startRef", name))
    elif tag.localname == "cp":
        yield _character(child)
    elif tag.localname == "mrk":
        yield from _pieces(child, deep + 1)
    elif tag.localname not in ("sm", "em"):
        raise _Broken(_("<%(tag)s> may not stand here", tag=tag.localname), _line(child))


def _character(element: Element) -> str:
    digits = element.get("hex", "")
    if not re.fullmatch(r"[0-9A-Fa-f]{1,6}", digits) or int(digits, 16) in range(0xD800, 0xE000):
        raise _Broken(_("a character has no number"), _line(element))
    return chr(int(digits, 16)) if int(digits, 16) <= 0x10FFFF else ""
