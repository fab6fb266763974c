"""Items as questions: from a single file, or from a package."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from app.quizzes.bank.versions import slug
from app.quizzes.types import Content

from .. import keys, zips
from ..faults import Fault
from ..parsed import ParsedQuestion
from . import closed, opened, package
from .item import Item
from .tree import Element, NotReadable, line_of, parsed, walk

MOST = 2000  # items of a file
INTERACTIONS: dict[str, Callable[[Item, Sequence[Element]], Content]] = {
    "choiceInteraction": closed.choice,
    "matchInteraction": closed.match,
    "orderInteraction": closed.order,
    "textEntryInteraction": opened.text_entry,
    "inlineChoiceInteraction": opened.gaps,
    "gapMatchInteraction": opened.gap_match,
    "extendedTextInteraction": opened.essay,
}
_PICTURES = {
    "hotspotInteraction", "selectPointInteraction", "graphicOrderInteraction", "graphicAssociateInteraction",
    "graphicGapMatchInteraction", "positionObjectInteraction", "drawingInteraction",
}  # fmt: skip


def read(data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
    """The questions of an item or a package, written in `language`, and a fault for each that is not taken."""
    try:
        entries = package.unpacked(data, file) if data.startswith(zips.SIGNATURE) else [package.Entry(file, data)]
    except NotReadable as error:
        return [], [Fault(file, error.line, error.reason)]
    if len(entries) > MOST:
        return [], [Fault(file, 1, _("a file may hold at most %(count)s questions", count=MOST))]
    questions: list[ParsedQuestion] = []
    faults: list[Fault] = []
    taken: set[str] = set()
    for place, entry in enumerate(entries, 1):
        try:
            question = _question(entry, language, taken, place)
        except NotReadable as error:
            faults.append(Fault(entry.file, error.line, error.reason))
            continue
        if reasons := question.content.faults():
            faults += [Fault(entry.file, question.line, str(reason)) for reason in reasons]
            continue
        questions.append(question)
    return questions, sorted(faults)


def _question(entry: package.Entry, language: str, taken: set[str], place: int) -> ParsedQuestion:
    if entry.broken:
        raise NotReadable(1, entry.broken)
    root = parsed(entry.data)
    if root.tag == "questestinterop":
        raise NotReadable(1, _("this is QTI 1, which is not read; save it as QTI 2.1 or 3.0"))
    if root.tag in ("assessmentTest", "assessmentSection"):
        raise NotReadable(1, _("this is a test; its questions are read from the package that it stands in"))
    if root.tag != "assessmentItem":
        raise NotReadable(1, _("this is not an item of QTI: it begins with %(tag)s", tag=f"<{root.tag}>"[:60]))
    item = Item(root, language)
    content = _content(item)
    wanted = slug(root.get("identifier", "")) or slug(root.get("title", "")) or f"question-{place}"
    marks = item.marks if 0.01 <= item.marks <= 100 else 1.0
    tags = tuple(dict.fromkeys(tag for tag in entry.tags if tag))
    return ParsedQuestion(keys.free(wanted, taken), content, marks, entry.category[:200], tags, line_of(root))


def _content(item: Item) -> Content:
    body = item.root.find("itemBody")
    if body is None:
        raise NotReadable(line_of(item.root), _("the item has no body"))
    found = [element for element in walk(body) if element.tag.endswith("Interaction")]
    if not found:
        raise NotReadable(line_of(body), _("there is nothing to answer in it"))
    kinds = {element.tag for element in found}
    for element in found:
        if element.tag in _PICTURES:
            reason = _("what is answered on a picture is not read from a file of questions yet")
            raise NotReadable(line_of(element), reason)
        if element.tag not in INTERACTIONS:
            reason = _("%(what)s is a way to answer that this site does not have", what=f"<{element.tag}>")
            raise NotReadable(line_of(element), reason)
    inline = {"textEntryInteraction", "inlineChoiceInteraction"}
    if kinds <= inline and len(found) > 1:
        return opened.gaps(item, found)
    if len(found) > 1:
        raise NotReadable(line_of(found[1]), _("it asks several things at once, and here a question asks one"))
    return INTERACTIONS[found[0].tag](item, found)
