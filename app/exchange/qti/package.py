"""Content packages: a zip of items, and the manifest that lists them with their categories and tags."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from flask_babel import gettext as _
from lxml import etree

from .. import zips
from ..questions import OutgoingQuestion
from .tree import Element, NotReadable, legal, line_of, parsed, written
from .version import Version

MANIFEST = "imsmanifest.xml"
MOST_TAGS = 50
_LOM = {
    Version.QTI21: "http://ltsc.ieee.org/xsd/imsqtiv2p1/LOM/resource",
    Version.QTI3: "http://ltsc.ieee.org/xsd/LOM",
}
_SPACES = {
    Version.QTI21: "http://www.imsglobal.org/xsd/imscp_v1p1",
    Version.QTI3: "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
}
_SCHEMAS = {Version.QTI21: ("QTIv2.1 Package", "1.0.0"), Version.QTI3: ("QTI Package", "3.0.0")}
_KINDS = {Version.QTI21: "imsqti_item_xmlv2p1", Version.QTI3: "imsqti_item_xmlv3p0"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an item, with what the manifest says of it; `broken` says why it could not be read."""

    file: str
    data: bytes = b""
    category: str = ""
    tags: tuple[str, ...] = ()
    broken: str = ""


def unpacked(data: bytes, file: str) -> list[Entry]:
    """The items of a package, in the order of its manifest. Raises `NotReadable`."""
    try:
        package = zips.open_zip(data)
    except zips.Unsound as error:
        raise NotReadable(1, str(error)) from error
    manifests = sorted((n for n in package.names if n.rpartition("/")[2] == MANIFEST), key=lambda n: n.count("/"))
    if not manifests:
        names = sorted(name for name in package.names if name.lower().endswith(".xml"))
        entries = [_entry(package, name, "", ()) for name in names]
        items = [entry for entry in entries if entry.broken or b"ssessment" in entry.data]
        if not items:
            raise NotReadable(1, _("there is no file %(name)s in it, and no item either", name=MANIFEST))
        return items
    return _listed(package, manifests[0])


def _listed(package: zips.Zip, manifest: str) -> list[Entry]:
    try:
        root = parsed(package.read(manifest))
    except zips.Unsound as error:
        raise NotReadable(1, f"{manifest}: {error}") from error
    except NotReadable as error:
        raise NotReadable(error.line, f"{manifest}: {error}") from error
    folder = manifest.removesuffix(MANIFEST)
    entries: dict[str, Entry] = {}
    for resource in root.iterfind(".//resource"):
        if not resource.get("type", "").lower().startswith("imsqti_item"):
            if resource.get("type", "").lower().startswith("imsqti_xmlv1"):
                raise NotReadable(line_of(resource), _("this is QTI 1, which is not read; save it as QTI 2.1 or 3.0"))
            continue
        name = normpath(folder + unquote(resource.get("href") or ""))
        if name in package.names:
            entries[name] = _entry(package, name, _category(resource), _tags(resource))
        else:
            entries[name] = Entry(name[:200], broken=_("the manifest names this file, and it is not there"))
    if not entries:
        raise NotReadable(line_of(root), _("the manifest lists no items"))
    return list(entries.values())


def _entry(package: zips.Zip, name: str, category: str, tags: tuple[str, ...]) -> Entry:
    try:
        return Entry(name, package.read(name), category, tags)
    except zips.Unsound as error:
        return Entry(name, broken=str(error))


def _category(resource: Element) -> str:
    entries = resource.iterfind(".//classification/taxonPath//taxon/entry/string")
    return "/".join(text for entry in entries if (text := " ".join((entry.text or "").split())))


def _tags(resource: Element) -> tuple[str, ...]:
    keywords = (" ".join((word.text or "").split()) for word in resource.iterfind(".//general/keyword/string"))
    return tuple(dict.fromkeys(word for word in keywords if word))[:MOST_TAGS]


def packed(items: Sequence[tuple[OutgoingQuestion, Element]], version: Version) -> bytes:
    """A package of items. The same ones give the same bytes."""
    files = [(f"items/{number:04d}-{question.key[:60]}.xml", question, item)
             for number, (question, item) in enumerate(items, 1)]  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, MANIFEST, _manifest(files, version))
        for name, _question, item in files:
            _put(archive, name, written(item, version))
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    archive.writestr(member, data)


def _manifest(files: list[tuple[str, OutgoingQuestion, Element]], version: Version) -> bytes:
    space, lom = _SPACES[version], _LOM[version]
    root = etree.Element(f"{{{space}}}manifest", nsmap={None: space, "lom": lom}, identifier="questions")

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{space}}}{name}", attributes)
        element.text = text
        return element

    metadata = add(root, "metadata")
    for name, text in zip(("schema", "schemaversion"), _SCHEMAS[version], strict=True):
        add(metadata, name, text)
    add(root, "organizations")
    resources = add(root, "resources")
    for number, (file, question, item) in enumerate(files, 1):
        resource = add(resources, "resource", identifier=f"item-{number}", type=_KINDS[version], href=file)
        if question.category or question.tags:
            _describe(add(resource, "metadata"), question, lom, item)
        add(resource, "file", href=file)
    etree.indent(root)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _describe(metadata: Any, question: OutgoingQuestion, lom: str, item: Element) -> None:
    language = item.get("{http://www.w3.org/XML/1998/namespace}lang")

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{lom}}}{name}", attributes)
        element.text = None if text is None else legal(text)
        return element

    root = add(metadata, "lom")
    if question.tags:
        general = add(root, "general")
        for tag in question.tags:
            add(add(general, "keyword"), "string", tag, language=language)
    if question.category:
        classification = add(root, "classification")
        purpose = add(classification, "purpose")
        add(purpose, "source", "LOMv1.0")
        add(purpose, "value", "discipline")
        path = add(classification, "taxonPath")
        add(add(path, "source"), "string", "categories", language=language)
        for name in question.category.split("/"):
            add(add(add(path, "taxon"), "entry"), "string", name, language=language)
