"""A document as a file that translators' programs open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.languages import direction

from .document import BREAK, CORE, OWN, Document, SegmentOf, UnitOf, unit_id
from .inline import Code, Mark, Words

Element = Any  # lxml's is private
XML = "http://www.w3.org/XML/1998/namespace"
NOT_XML = re.compile("([^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff])")
TYPES = {"a": "link", "img": "image", "q": "quote"}


@dataclass(frozen=True, slots=True)
class Around:
    """What goes with a unit for translators and their programs: notes, and what its marks stand for.

    `spoken` maps the id of a mark to the keys of the units with the words of its attributes.
    """

    notes: tuple[str, ...] = ()
    codes: Mapping[str, Code] = field(default_factory=dict)
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def write(document: Document, around: Mapping[tuple[str, str], Around], notes: Mapping[str, str]) -> bytes:
    """The file, in UTF-8. `around` is by file id and key of the unit, `notes` by file id."""
    from lxml import etree  # four megabytes, which only a process that reads or writes XML need hold

    root = etree.Element(f"{{{CORE}}}xliff", nsmap={None: CORE, "academy": OWN})
    for name, value in (("version", "2.0"), ("srcLang", document.source_language), ("trgLang", document.language)):
        root.set(name, value)
    root.text = "\n"
    for file in document.files.values():
        element = _element(root, "file", id=file.id, original=f"{document.course}/edition-{document.edition}/{file.id}")
        element.set("srcDir", direction(document.source_language))
        element.set("trgDir", direction(document.language))
        _notes(element, (notes[file.id],))
        for unit in file.units.values():
            _unit(element, unit, around[file.id, unit.name])
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _element(parent: Element, tag: str, **attributes: str) -> Element:
    """An element on a line of its own; spaces are set aside for those that hold words."""
    element = _within(parent, tag, **attributes)
    element.tail = "\n"
    if tag not in ("source", "target", "note", "data"):
        element.text = "\n"
    return element


def _within(parent: Element, tag: str, **attributes: str) -> Element:
    from lxml import etree

    return etree.SubElement(parent, f"{{{CORE}}}{tag}", attributes)


def _notes(parent: Element, notes: tuple[str, ...]) -> None:
    if notes:
        holder = _element(parent, "notes")
        for number, words in enumerate(notes, 1):
            _element(holder, "note", id=f"n{number}").text = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", words)


def _unit(parent: Element, unit: UnitOf, around: Around) -> None:
    element = _element(parent, "unit", id=unit_id(unit.name), name=unit.name, canResegment="no")
    element.set(f"{{{XML}}}space", "preserve")
    element.set(f"{{{OWN}}}source", unit.source_hash)
    _notes(element, around.notes)
    data: dict[str, str] = {}
    if around.codes:
        holder = _element(element, "originalData")
        for name, code in around.codes.items():
            for end, markup in (("", code.start), ("e", code.end)):
                if markup and markup not in data:
                    data[markup] = f"d{name}{end}"
                    _element(holder, "data", id=data[markup]).text = _shown(markup)
    number = 0
    for segment in unit.segments:
        if segment.state is None:
            holder = _element(element, "ignorable")
        else:
            number += 1
            holder = _element(element, "segment", id=f"s{number}", state=str(segment.state))
        _segment(holder, segment, around, data)


def _segment(holder: Element, segment: SegmentOf, around: Around, data: Mapping[str, str]) -> None:
    _fill(_element(holder, "source"), segment.source, around, data)
    if segment.target is not None:
        _fill(_element(holder, "target"), segment.target, around, data)


def _fill(element: Element, words: Words, around: Around, data: Mapping[str, str]) -> None:
    """Put words into an element, a pair of marks as `pc` and one alone as `ph`."""
    here = [element]
    for piece in words:
        if isinstance(piece, str):
            _say(here[-1], piece)
        elif piece.kind == "close":
            here.pop()
        else:
            mark = _mark(here[-1], piece, around, data)
            if piece.kind == "open":
                here.append(mark)


def _mark(parent: Element, mark: Mark, around: Around, data: Mapping[str, str]) -> Element:
    code = around.codes[mark.id]
    spoken = " ".join(unit_id(key) for key in around.spoken.get(mark.id, ()))
    if mark.kind == "open":
        element = _within(parent, "pc", id=mark.id)
        element.set("dataRefStart", data[code.start])
        element.set("dataRefEnd", data[code.end])
        if spoken:
            element.set("subFlowsStart", spoken)
    else:
        element = _within(parent, "ph", id=mark.id, dataRef=data[code.start])
        if spoken:
            element.set("subFlows", spoken)
    element.set("canCopy", "no")
    element.set("canDelete", "no")
    if not BREAK.fullmatch(mark.id):
        element.set("type", TYPES.get(code.tag, "fmt"))
    return element


def _say(element: Element, words: str) -> None:
    """Add words behind what an element holds; a character that XML cannot hold stands as `cp`."""
    for place, part in enumerate(NOT_XML.split(words)):
        if place % 2:
            _within(element, "cp", hex=f"{ord(part):04X}")
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + part
        else:
            element.text = (element.text or "") + part


def _shown(markup: str) -> str:
    """A tag as programs show it: words of attributes are units of their own."""
    return re.sub("\0([0-9]+)\0", lambda found: f"[{int(found[1]) + 1}]", markup)
