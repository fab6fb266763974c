"""Moodle's types of questions, each read as what it is here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.core.text import Text
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Essay,
    Gap,
    Gaps,
    Labelled,
    Matching,
    MultipleChoice,
    Number,
    OrderCredit,
    Ordering,
    Prompt,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    Unit,
)
from app.quizzes.types.typed import LONGEST

from .. import numerals
from ..naming import letters
from . import cloze
from .tree import Element, NotOurs, format_of, is_true, line_of, raw, string_of, value, words

CREDITS = {
    "ALL_OR_NOTHING": OrderCredit.ALL,
    "-1": OrderCredit.ALL,
    "ABSOLUTE_POSITION": OrderCredit.POSITION,
    "0": OrderCredit.POSITION,
    "RELATIVE_ALL_PREVIOUS_AND_NEXT": OrderCredit.PAIRS,
    "4": OrderCredit.PAIRS,
}
_PLACE = re.compile(r"\[\[([0-9]{1,4})\]\]")


@dataclass(slots=True)
class Asked:
    """A question as far as all types have the same, and what is left out of it."""

    element: Element
    language: str
    stem: Text
    feedback: Text | None
    hints: tuple[Text, ...]
    left_out: list[str] = field(default_factory=list)

    @property
    def line(self) -> int:
        return line_of(self.element)

    def words(self, element: Element | None, default: str = "html", format: str = "") -> Text | None:
        return words(element, self.language, default, format)

    def said(self, element: Element | None, default: str = "html", format: str = "") -> Text:
        """The words of an element that must have some."""
        text = self.words(element, default, format)
        if text is None:
            line = self.line if element is None else line_of(element)
            raise NotOurs(line, _("an answer has no text"))
        return text

    def string(self, text: Text) -> str:
        return text.best(self.language, self.language)


def _fraction(answer: Element) -> float:
    written = answer.get("fraction", "0")
    fraction = numerals.fraction_of(written)
    if fraction is None:
        reason = _("a weight lies between -100 and 100 percent, not at %(weight)s", weight=written[:30])
        raise NotOurs(line_of(answer), reason)
    return fraction


def _choices(asked: Asked) -> tuple[Choice, ...]:
    return tuple(
        Choice(letters(place), asked.said(answer), _fraction(answer), asked.words(answer.find("feedback")))
        for place, answer in enumerate(asked.element.iterchildren("answer"))
    )


def _multichoice(asked: Asked) -> Content:
    choices = _choices(asked)
    if is_true(asked.element, "single", True):
        return SingleChoice(asked.stem, choices, asked.feedback, asked.hints)
    return MultipleChoice(asked.stem, choices, asked.feedback, asked.hints, partial=True)


def _multichoiceset(asked: Asked) -> Content:
    choices = tuple(Choice(choice.key, choice.text, float(choice.right), choice.feedback) for choice in _choices(asked))
    return MultipleChoice(asked.stem, choices, asked.feedback, asked.hints, partial=False)


def _truefalse(asked: Asked) -> Content:
    answers = {raw(answer).strip().lower(): answer for answer in asked.element.iterchildren("answer")}
    right = [name for name, answer in answers.items() if _fraction(answer) > 0]
    if answers.keys() != {"true", "false"} or len(right) != 1:
        raise NotOurs(asked.line, _("one of its answers, true and false, must be right"))
    said = {name: asked.words(answer.find("feedback")) for name, answer in answers.items()}
    return TrueFalse(asked.stem, right == ["true"], asked.feedback, said["true"], said["false"], asked.hints)


def _shortanswer(asked: Asked) -> Content:
    accepted = []
    for answer in asked.element.iterchildren("answer"):
        text = " ".join(raw(answer).split())
        if not 0 < len(text) <= LONGEST:
            reason = _("an accepted answer has from 1 to %(count)s characters", count=LONGEST)
            raise NotOurs(line_of(answer), reason)
        fraction = max(0.0, _fraction(answer))
        accepted.append(AcceptedAnswer(text, fraction, asked.words(answer.find("feedback"))))
    case = is_true(asked.element, "usecase")
    answers = {asked.language: tuple(accepted)}
    return ShortAnswer(asked.stem, answers, asked.language, asked.feedback, case, asked.hints)


def _numerical(asked: Asked) -> Content:
    found = []
    for answer in asked.element.iterchildren("answer"):
        written, fraction, said = raw(answer).strip(), _fraction(answer), asked.words(answer.find("feedback"))
        if written == "*":
            if fraction > 0:
                raise NotOurs(line_of(answer), _("any number at all would earn marks"))
            if said is not None:
                words = asked.string(said)
                asked.left_out.append(_("What it says to any other number is left out: “%(words)s”", words=words))
            continue
        number, tolerance = numerals.number_of(written), numerals.number_of(value(answer, "tolerance", "0"))
        if number is None or tolerance is None or tolerance < 0:
            raise NotOurs(line_of(answer), _("%(words)r, or its tolerance, is no number", words=written[:60]))
        found.append(AcceptedNumber(number, tolerance, fraction=max(0.0, fraction), feedback=said))
    units = _units(asked) if value(asked.element, "showunits") != "3" else ()
    penalty = 0.0
    if units and value(asked.element, "unitgradingtype", "0") != "0":
        penalty = min(1.0, max(0.0, numerals.number_of(value(asked.element, "unitpenalty", "0.1")) or 0.0))
    return Number(asked.stem, tuple(found), units, penalty, asked.feedback, asked.hints)


def _units(asked: Asked) -> tuple[Unit, ...]:
    """A multiplier says how many of a unit are 1 of the first; a factor, the other way round."""
    found = []
    for unit in asked.element.findall("units/unit"):
        name, factor = value(unit, "unit_name"), numerals.inverse(value(unit, "multiplier", "1"))
        if not name or factor is None or factor <= 0:
            raise NotOurs(line_of(unit), _("a unit has a name, and a multiplier above nothing"))
        found.append(Unit(name, factor))
    return tuple(found)


def _matching(asked: Asked) -> Content:
    matches: dict[str, Labelled] = {}
    prompts: list[Prompt] = []
    for pair in asked.element.iterchildren("subquestion"):
        text = asked.said(pair.find("answer"), format="string")
        match = matches.setdefault(asked.string(text), Labelled(letters(len(matches)), text))
        if (prompt := asked.words(pair)) is not None:
            prompts.append(Prompt(letters(len(prompts)), prompt, match.key))
    return Matching(asked.stem, tuple(prompts), tuple(matches.values()), feedback=asked.feedback, hints=asked.hints)


def _ordering(asked: Asked) -> Content:
    grading = value(asked.element, "gradingtype", "ABSOLUTE_POSITION").upper()
    if grading not in CREDITS:
        raise NotOurs(asked.line, _("orders are not graded here as it asks: %(type)s", type=grading[:60]))
    if value(asked.element, "selecttype", "ALL").upper() not in ("ALL", "0"):
        raise NotOurs(asked.line, _("it asks for some of its items only; here all are put in order"))
    answers = [(_order(answer), answer) for answer in asked.element.iterchildren("answer")]
    if any(asked.words(answer.find("feedback")) for _place, answer in answers):
        asked.left_out.append(_("The feedback to its answers is left out."))
    items = tuple(
        Labelled(letters(place), asked.said(answer))
        for place, (_order, answer) in enumerate(sorted(answers, key=lambda pair: pair[0]))
    )
    return Ordering(asked.stem, items, CREDITS[grading], asked.feedback, asked.hints)


def _order(answer: Element) -> float:
    return numerals.number_of(answer.get("fraction", "0")) or 0.0


def _essay(asked: Asked) -> Content:
    element = asked.element
    if value(element, "attachmentsrequired", "0") != "0" or value(element, "responseformat") == "noinline":
        raise NotOurs(asked.line, _("it asks for files, which cannot be handed in here"))
    if value(element, "attachments", "0") != "0":
        asked.left_out.append(_("That files may be handed in is left out."))
    return Essay(
        asked.stem,
        guidance=asked.words(element.find("graderinfo")),
        fewest=_count(element, "minwordlimit"),
        most=_count(element, "maxwordlimit"),
        starter=asked.words(element.find("responsetemplate")),
        feedback=asked.feedback,
        hints=asked.hints,
    )


def _count(element: Element, name: str) -> int | None:
    written = value(element, name)
    return int(written) or None if re.fullmatch("[0-9]{1,6}", written) else None


def _cloze(asked: Asked) -> Content:
    question = asked.element.find("questiontext")
    line = line_of(question)
    text, gaps, case = cloze.read(raw(question), line, asked.language)
    stem = string_of(text, line, format_of(question))
    return Gaps(
        Text.of({asked.language: stem}, asked.language), gaps, asked.language, case, feedback=asked.feedback,
        hints=asked.hints,
    )  # fmt: skip


def _gapselect(asked: Asked) -> Content:
    """Words to drag or to choose, numbered through; those of one group can stand in the same gaps."""
    options = [
        (value(option, "group", "1"), asked.said(option), line_of(option))
        for option in asked.element.iterchildren("dragbox", "selectoption")
    ]
    stem = asked.string(asked.stem)
    gaps: list[Gap] = []
    parts: list[str] = []
    at = 0
    keys = cloze.free_keys(_PLACE.sub("", stem))
    for place in _PLACE.finditer(stem):
        number = int(place[1])
        if not 1 <= number <= len(options):
            raise NotOurs(asked.line, _("there is no choice %(number)s for the gap [[%(number)s]]", number=number))
        group, right, _line = options[number - 1]
        choices: dict[str, Choice] = {}
        for other, text, _line in options:
            if other == group:
                said = asked.string(text)
                fraction = float(said == asked.string(right))
                choices.setdefault(said, Choice(letters(len(choices)), text, fraction))
        key = next(keys)
        gaps.append(Gap(key, choices=tuple(choices.values())))
        parts += [stem[at : place.start()], f"[[{key}]]"]
        at = place.end()
    if not gaps:
        raise NotOurs(asked.line, _("there is no gap in its text"))
    text = Text.of({asked.language: "".join([*parts, stem[at:]])}, asked.language)
    return Gaps(text, tuple(gaps), asked.language, feedback=asked.feedback, hints=asked.hints)


TYPES: dict[str, Callable[[Asked], Content]] = {
    "multichoice": _multichoice,
    "multichoiceset": _multichoiceset,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _gapselect,
    "ddwtos": _gapselect,
}
