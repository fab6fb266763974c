"""XLIFF documents as tests make, check and translate them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from lxml import etree

from app.exchange.xliff.document import CORE

XML = "{http://www.w3.org/XML/1998/namespace}"
TOKEN = re.compile(r"[\w.:-]+", re.ASCII)
HOLDS = {  # what stands in what, in which order: XLIFF 2.0, 4.2
    "xliff": ["file"],
    "file": ["notes", "unit"],
    "notes": ["note"],
    "unit": ["notes", "originalData", "segment ignorable"],
    "originalData": ["data"],
    "segment": ["source", "target"],
    "ignorable": ["source", "target"],
}
INLINE = {"pc", "ph", "cp"}


def q(tag: str) -> str:
    return f"{{{CORE}}}{tag}"


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def conforms(data: bytes) -> list[str]:
    """What in a file is not as XLIFF 2.0 has it, as far as our files go: places, order, ids, references, states."""
    root = etree.fromstring(data)
    faults = [] if root.tag == q("xliff") and root.get("version") == "2.0" else ["the root"]
    faults += [f"<{local(e)}> of another namespace" for e in root.iter() if not e.tag.startswith(f"{{{CORE}}}")]
    for element in root.iter():
        tag = local(element)
        if tag in HOLDS:
            order = [next((i for i, t in enumerate(HOLDS[tag]) if local(c) in t.split()), -1) for c in element]
            if order != sorted(order) or -1 in order:
                faults.append(f"<{tag}> holds {[local(c) for c in element]}")
            if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
                faults.append(f"<{tag}> holds words")
        elif tag in ("source", "target", "pc"):
            faults += [f"<{local(c)}> within <{tag}>" for c in element if local(c) not in INLINE]
        if "id" in element.attrib and not TOKEN.fullmatch(element.get("id")):
            faults.append(f"the id {element.get('id')!r}")
    for unit in root.iter(q("unit")):
        named = [e.get("id") for e in unit.iter(q("segment"))]
        named += [e.get("id") for source in unit.iter(q("source")) for e in source.iter(q("pc"), q("ph"))]
        faults += [f"the id {name} twice in {unit.get('id')}" for name, times in Counter(named).items() if times > 1]
        data_ids = {e.get("id") for e in unit.iter(q("data"))}
        for element in unit.iter(q("pc"), q("ph")):
            references = [element.get(name) for name in ("dataRef", "dataRefStart", "dataRefEnd") if element.get(name)]
            faults += [f"no data {name} in {unit.get('id')}" for name in references if name not in data_ids]
        states = {e.get("state") for e in unit.iter(q("segment"))}
        faults += [f"the state {state}" for state in states - {"initial", "translated", "reviewed", "final"}]
        segments = unit.findall(q("segment"))
        faults += [f"{unit.get('id')} is {s.get('state')} without target" for s in segments
                   if s.get("state") != "initial" and s.find(q("target")) is None]  # fmt: skip
    for file in root.iter(q("file")):
        ids = Counter(unit.get("id") for unit in file.iter(q("unit")))
        faults += [f"the unit {name} twice" for name, times in ids.items() if times > 1]
        flows = {name for e in file.iter(q("pc"), q("ph")) for key in ("subFlows", "subFlowsStart")
                 for name in e.get(key, "").split()}  # fmt: skip
        faults += [f"no unit {name} for a subflow" for name in flows - ids.keys()]
    return faults


def translate(data: bytes, say: Callable[[str], str], state: str = "translated") -> bytes:
    """The file with every segment translated by `say`, string by string, its codes where they were."""
    root = etree.fromstring(data)
    for segment in root.iter(q("segment")):
        source, target = segment.find(q("source")), segment.find(q("target"))
        if target is not None:
            segment.remove(target)
        target = etree.fromstring(etree.tostring(source, with_tail=False))
        target.tag = q("target")
        for element in target.iter():
            element.text = say(element.text) if element.text else element.text
            if element is not target:
                element.tail = say(element.tail) if element.tail else element.tail
        segment.append(target)
        segment.set("state", state)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def edited(data: bytes, edit: Callable[[Any], object]) -> bytes:
    """The file after `edit` changed its root element."""
    root = etree.fromstring(data)
    edit(root)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def unit(root: Any, name: str, file: str | None = None) -> Any:
    """The unit with this id."""
    return next(u for u in root.iter(q("unit")) if u.get("id") == name and file in (None, u.getparent().get("id")))
