"""XML of either version as one tree: the names of QTI 2, without namespaces. Elements keep their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from lxml import etree

from .version import Version

Element = Any  # lxml's is private
MOST_DEEP = 100
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HTML = frozenset(
    "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd label li nav object ol p param pre q ruby s "
    "samp section small span strong sub sup table tbody td tfoot th thead tr tt u ul var".split()
)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


ITEM_SPACES = {
    Version.QTI21: "http://www.imsglobal.org/xsd/imsqti_v2p1",
    Version.QTI3: "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
SCHEMAS = {
    Version.QTI21: "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    Version.QTI3: "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
}
TEMPLATES = {
    Version.QTI21: "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{name}",
    Version.QTI3: "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{name}.xml",
}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


class NotReadable(Exception):
    """A file or question that is not taken; the message says why, `line` where."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def parsed(data: bytes) -> Element:
    """The root of an XML file, with the names of QTI 2. Raises `NotReadable`.

    Nothing is fetched, no entity is resolved, and a file that declares its own document type is refused.
    """
    if not data.strip():
        raise NotReadable(1, _("the file is empty"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise NotReadable(line, _("this is not XML that can be read: %(why)s", why=str(error)[:200])) from error
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        reason = _("the file declares a document type of its own, which can do harm: it is not read")
        raise NotReadable(1, reason)
    _rename(root)
    return root


def _rename(root: Element) -> None:
    deep = [(root, 1)]
    while deep:
        element, depth = deep.pop()
        if depth > MOST_DEEP:
            raise NotReadable(line_of(element), _("elements stand in one another too deep"))
        if not isinstance(element.tag, str):
            continue  # an entity that nobody declared
        name = etree.QName(element).localname
        element.tag = _camel(name.removeprefix("qti-")) if name.startswith("qti-") else name
        for attribute in [a for a in element.attrib if "-" in a and not a.startswith(("data-", "{", "aria-"))]:
            element.attrib[_camel(attribute)] = element.attrib.pop(attribute)
        deep += [(child, depth + 1) for child in element]


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)


def line_of(element: Element) -> int:
    """Where an element begins, from 1."""
    return int(element.sourceline or 1)


def written(item: Element, version: Version) -> bytes:
    """An item, built with the names of QTI 2 and no namespace, as a file of a version."""
    space = ITEM_SPACES[version]
    root = _moved(item, version, space, {None: space, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{space} {SCHEMAS[version]}")
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _moved(element: Element, version: Version, space: str, names: dict[str | None, str] | None = None) -> Element:
    new = version is Version.QTI3
    is_ours = element.tag not in _HTML
    tag = f"qti-{_kebab(element.tag)}" if new and is_ours else element.tag
    copy = etree.Element(f"{{{space}}}{tag}", nsmap=names)
    for name, value in element.attrib.items():
        if name == "template":
            value = TEMPLATES[version].format(name=value)
        copy.set(_kebab(name) if new and is_ours and not name.startswith("{") else name, value)
    copy.text, copy.tail = element.text, element.tail
    children = list(element)
    if new and element.tag in ("modalFeedback", "rubricBlock"):  # whose words have a body of their own there
        if element.tag == "rubricBlock":
            copy.set("use", "scoring")
        body = etree.SubElement(copy, f"{{{space}}}qti-content-body")
        body.extend(_moved(child, version, space) for child in children)
        return copy
    copy.extend(_moved(child, version, space) for child in children)
    return copy


def legal(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def walk(element: Element, *, below: tuple[str, ...] = ()) -> Iterator[Element]:
    """Elements within, in order, but for those within elements named in `below`, which themselves come."""
    for child in element:
        if isinstance(child.tag, str):
            yield child
            if child.tag not in below:
                yield from walk(child, below=below)
