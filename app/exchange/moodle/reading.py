"""The questions of a file of Moodle's XML."""

from __future__ import annotations

from flask_babel import gettext as _

from .. import numerals
from ..faults import Fault
from ..naming import Keys, category_of
from ..parsed import ParsedQuestion
from .tree import Element, NotOurs, is_true, line_of, raw, root_of, value, words
from .types import TYPES, Asked

LEAST_MARKS, MOST_MARKS = 0.01, 100.0
USUAL_PENALTIES = (0.0, 0.1, 0.3333333, 1.0)
# What Moodle puts in by itself says nothing of the question.
USUAL_FEEDBACK = ("", "Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect.")
COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def read(data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
    """The questions of a file, and a fault for each that is not taken, which names it."""
    root, faults = root_of(data, file)
    if root is None:
        return [], faults
    questions: list[ParsedQuestion] = []
    keys = Keys()
    category = ""
    count = 0
    for element in root.iterchildren("question"):
        name = ""
        try:
            if element.get("type") == "category":
                category = category_of(value(element, "category/text"))
                continue
            count += 1
            name = value(element, "name/text")
            key = keys.give(name, count, value(element, "idnumber"))
            found = _question(element, key, category, language)
        except NotOurs as error:
            faults.append(Fault(file, error.line, _named(name, count, error.reason)))
            continue
        if reasons := found.content.faults():
            faults += [Fault(file, found.line, _named(name, count, str(reason))) for reason in reasons]
        else:
            questions.append(found)
    if not count and not faults:
        faults.append(Fault(file, 1, _("there is no question in the file")))
    return questions, sorted(faults)


def _named(name: str, count: int, reason: str) -> str:
    words = " ".join(name.split())
    if words:
        return _("“%(name)s”: %(reason)s", name=words if len(words) <= 60 else f"{words[:59]}…", reason=reason)
    return _("question %(number)s: %(reason)s", number=count, reason=reason)


def _question(element: Element, key: str, category: str, language: str) -> ParsedQuestion:
    kind = element.get("type", "")
    if kind == "description":
        raise NotOurs(line_of(element), _("this is a text without a question"))
    if kind not in TYPES:
        raise NotOurs(line_of(element), _("questions of the type “%(type)s” cannot be read", type=kind[:60]))
    stem = words(element.find("questiontext"), language)
    if stem is None:
        raise NotOurs(line_of(element), _("the question has no text"))
    hints = (words(hint, language) for hint in element.iterchildren("hint"))
    feedback = words(element.find("generalfeedback"), language)
    asked = Asked(element, language, stem, feedback, tuple(hint for hint in hints if hint is not None))
    content = TYPES[kind](asked)
    marks = _marks(element, sum(gap.weight for gap in getattr(content, "gaps", ())))
    tags = tuple(dict.fromkeys(tag for found in element.findall("tags/tag") if (tag := raw(found).strip())))
    left_out = (*asked.left_out, *_left_out(element, language))
    return ParsedQuestion(key, content, marks, category, tags, line_of(element), left_out=left_out)


def _marks(element: Element, weights: float) -> float:
    """Its mark; that of gaps is the sum of theirs where nothing else is said."""
    written = value(element, "defaultgrade")
    if not written:
        return weights if LEAST_MARKS <= weights <= MOST_MARKS else 1.0
    marks = numerals.number_of(written)
    if marks is None or not LEAST_MARKS <= marks <= MOST_MARKS:
        reason = _("its mark is from 0.01 to 100, not %(marks)s", marks=written[:30])
        raise NotOurs(line_of(element), reason)
    return marks


def _left_out(element: Element, language: str) -> list[str]:
    """What all types may say that has no place here."""
    found = []
    for name in COMBINED:
        said = words(element.find(name), language)
        if said is not None and said.best(language, language) not in USUAL_FEEDBACK:
            found.append(_("What it says to right, to partly right or to wrong answers as a whole is left out."))
            break
    if not is_true(element, "shuffleanswers", True):
        found.append(_("That its answers keep their order is left out: the quiz says whether they are shuffled."))
    penalty = numerals.number_of(value(element, "penalty", "0"))
    if penalty is not None and penalty not in USUAL_PENALTIES:
        found.append(_("Its penalty for wrong tries is left out: the quiz has one for all."))
    return found
