"""Questions as a file of Moodle's XML that reads as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from lxml import etree

from app.core.text import Text
from app.quizzes.types import (
    Content,
    Essay,
    Gaps,
    Labelled,
    Matching,
    MultipleChoice,
    Number,
    OrderCredit,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    texts,
)

from .. import leaving_out, numerals
from ..leaving_out import Trait
from ..naming import category_path
from ..plain import as_string, plain
from ..questions import Loss, OutgoingQuestion
from ..spoken import spoken
from . import cloze
from .tree import Element

TYPES = (SingleChoice, MultipleChoice, TrueFalse, ShortAnswer, Number, Matching, Ordering, Gaps, Essay)
SAYS = frozenset(Trait) - {
    Trait.PICTURES,
    Trait.ALL_OR_NOTHING,
    Trait.MATCHES_ALL_OR_NOTHING,
    Trait.ACCENTS,
    Trait.RELATIVE,
    Trait.RUBRIC,
}
NAMES = {
    SingleChoice: "multichoice",
    MultipleChoice: "multichoice",
    TrueFalse: "truefalse",
    ShortAnswer: "shortanswer",
    Number: "numerical",
    Matching: "matching",
    Ordering: "ordering",
    Gaps: "cloze",
    Essay: "essay",
}
CREDITS = {
    OrderCredit.ALL: "ALL_OR_NOTHING",
    OrderCredit.POSITION: "ABSOLUTE_POSITION",
    OrderCredit.PAIRS: "RELATIVE_ALL_PREVIOUS_AND_NEXT",
}
# What XML 1.0 cannot hold at all.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def losses(question: OutgoingQuestion, language: str) -> Iterator[Loss]:
    """What Moodle's XML cannot say of a question."""
    yield from leaving_out.losses(question, language, TYPES, SAYS)
    content = question.content
    if not isinstance(content, TYPES):
        return
    content = spoken(question, language)
    if any(_IMPOSSIBLE.search(_string(text)) for text in texts(content)):
        yield Loss(question.key, _("Signs that XML cannot hold are left out."))
    if isinstance(content, Gaps):
        if any(cloze.whole_weights(content)[gap.key] != gap.weight for gap in content.gaps):
            yield Loss(question.key, _("The weights of its gaps are written as whole numbers of the same proportions."))
        stem, format = _gaps_text(content, _string(content.stem), language)
        if format == "html" and not _same(content, stem, language):
            yield Loss(question.key, _("Spaces and empty lines beside one another become one."))


def write(questions: Sequence[OutgoingQuestion], language: str) -> bytes:
    """A file of the questions, but for those that Moodle has no type for."""
    root = etree.Element("quiz")
    category = ""
    for question in questions:
        if any(loss.whole for loss in losses(question, language)):
            continue
        if question.category.strip() != category:
            category = question.category.strip()
            element = etree.SubElement(root, "question", type="category")
            _plain(etree.SubElement(element, "category"), "text", category_path(category))
        _question(root, question, spoken(question, language), language)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _question(root: Element, question: OutgoingQuestion, content: Content, language: str) -> None:
    element = etree.SubElement(root, "question", type=NAMES[type(content)])
    _plain(etree.SubElement(element, "name"), "text", question.key)
    stem, format = _string(content.stem), "plain_text"
    if isinstance(content, Gaps):
        stem, format = _gaps_text(content, stem, language)
    _plain(etree.SubElement(element, "questiontext", format=format), "text", stem)
    _words(element, "generalfeedback", content.feedback)
    _plain(element, "defaultgrade", numerals.numeral(question.marks))
    _plain(element, "penalty", "0.3333333")
    _plain(element, "hidden", "0")
    _answers(element, content, language)
    for hint in content.hints:
        _words(element, "hint", hint)
    if question.tags:
        tags = etree.SubElement(element, "tags")
        for tag in question.tags:
            _plain(etree.SubElement(tags, "tag"), "text", " ".join(tag.split()))


def _answers(element: Element, content: Content, language: str) -> None:
    match content:
        case SingleChoice() | MultipleChoice():
            _choices(element, content)
        case TrueFalse():
            for name, right, said in (
                ("true", content.truth, content.true_feedback),
                ("false", not content.truth, content.false_feedback),
            ):
                _answer(element, name, float(right), said)
        case ShortAnswer():
            _plain(element, "usecase", str(int(content.case_matters)))
            for accepted in content.answers.get(language, ()):
                _answer(element, accepted.text, accepted.fraction, accepted.feedback)
        case Number():
            _numbers(element, content)
        case Matching():
            _pairs(element, content)
        case Ordering():
            _plain(element, "layouttype", "VERTICAL")
            _plain(element, "selecttype", "ALL")
            _plain(element, "selectcount", "0")
            _plain(element, "gradingtype", CREDITS[content.credit])
            _plain(element, "showgrading", "SHOW")
            _plain(element, "numberingstyle", "none")
            _combined(element)
            for place, item in enumerate(content.items, 1):
                answer = etree.SubElement(element, "answer", fraction=f"{place}.0000000", format="plain_text")
                _plain(answer, "text", _string(item.text))
        case Essay():
            _essay(element, content)


def _choices(element: Element, content: SingleChoice | MultipleChoice) -> None:
    _plain(element, "single", "true" if isinstance(content, SingleChoice) else "false")
    _plain(element, "shuffleanswers", "true")
    _plain(element, "answernumbering", "abc")
    _combined(element)
    shares = [choice.fraction for choice in content.choices]
    if isinstance(content, MultipleChoice):
        shares = leaving_out.shares(content)
    for choice, share in zip(content.choices, shares, strict=True):
        _answer(element, _string(choice.text), share, choice.feedback, format="plain_text")


def _numbers(element: Element, content: Number) -> None:
    for number in content.answers:
        answer = _answer(element, numerals.numeral(number.value), number.fraction, number.feedback)
        _plain(answer, "tolerance", numerals.numeral(leaving_out.tolerance(number)))
    if content.units:
        units = etree.SubElement(element, "units")
        for unit in content.units:
            written = etree.SubElement(units, "unit")
            _plain(written, "multiplier", numerals.inverted(unit.factor))
            _plain(written, "unit_name", unit.name)
    _plain(element, "unitgradingtype", "1" if content.units and content.unit_penalty else "0")
    _plain(element, "unitpenalty", numerals.numeral(content.unit_penalty))
    _plain(element, "showunits", "2" if content.units else "3")
    _plain(element, "unitsleft", "0")


def _pairs(element: Element, content: Matching) -> None:
    _plain(element, "shuffleanswers", "true")
    _combined(element)
    matches = {match.key: match for match in content.matches}
    for prompt in content.prompts:
        _pair(element, _string(prompt.text), matches[prompt.match])
    asked = {_string(matches[prompt.match].text) for prompt in content.prompts}
    for match in content.matches:
        if _string(match.text) not in asked:
            _pair(element, "", match)


def _pair(element: Element, prompt: str, match: Labelled) -> None:
    pair = etree.SubElement(element, "subquestion", format="plain_text")
    _plain(pair, "text", prompt)
    _plain(etree.SubElement(pair, "answer"), "text", as_string(_string(match.text)))


def _essay(element: Element, content: Essay) -> None:
    _plain(element, "responseformat", "plain")
    _plain(element, "responserequired", "1")
    _plain(element, "responsefieldlines", "15")
    _plain(element, "minwordlimit", "" if content.fewest is None else str(content.fewest))
    _plain(element, "maxwordlimit", "" if content.most is None else str(content.most))
    _plain(element, "attachments", "0")
    _plain(element, "attachmentsrequired", "0")
    _words(element, "graderinfo", content.guidance)
    _words(element, "responsetemplate", content.starter)


def _gaps_text(content: Gaps, stem: str, language: str) -> tuple[str, str]:
    """The text with its gaps, and its format: plain, but where that would make more gaps than there are."""
    text = cloze.written(content, stem, language, escape=False)
    if len(cloze.BEGIN.findall(text)) == len(content.gaps):
        return text, "plain_text"
    return cloze.written(content, stem, language, escape=True), "html"


def _same(content: Gaps, written: str, language: str) -> bool:
    """Whether what surrounds the gaps reads as it was."""
    text, gaps, _case = cloze.read(written, 1, language)
    string, lost = plain(text, "html")
    own = _string(content.stem)
    for gap, other in zip(content.gaps, gaps, strict=True):
        own = own.replace(f"[[{gap.key}]]", f"[[{other.key}]]", 1)
    return (string, lost) == (own, [])


def _combined(element: Element) -> None:
    for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        _words(element, name, None)


def _answer(
    element: Element, text: str, fraction: float, feedback: Text | None, format: str = "moodle_auto_format"
) -> Element:
    answer = etree.SubElement(element, "answer", fraction=numerals.percent(fraction), format=format)
    _plain(answer, "text", text)
    _words(answer, "feedback", feedback)
    return answer


def _words(element: Element, name: str, text: Text | None) -> None:
    _plain(etree.SubElement(element, name, format="plain_text"), "text", _string(text))


def _plain(element: Element, name: str, text: str) -> None:
    etree.SubElement(element, name).text = _IMPOSSIBLE.sub("", text)


def _string(text: Text | None) -> str:
    """The words, in their one language."""
    return next(iter(text.strings().values()), "") if text else ""
