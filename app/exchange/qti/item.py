"""One item as it is read: its declarations, words and feedback."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.text import Text

from .processing import SCORES, Step, Test, When, float_of, number, steps_of
from .tree import Element, NotReadable, line_of, walk
from .words import plain


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a mapping, in the points of the item."""

    key: str
    value: float
    case: bool


class Item:
    """`marks` is what the whole is worth, known once it was graded."""

    def __init__(self, root: Element, language: str) -> None:
        self.root = root
        self.language = language
        self.marks = 1.0
        self.body = root.find("itemBody")
        self.steps = steps_of(root)
        self.declared = {d.get("identifier", ""): d for d in root.iterchildren("responseDeclaration")}

    def refuse(self, element: Element, reason: str) -> NotReadable:
        """What to raise where an element cannot be taken."""
        return NotReadable(line_of(element), reason)

    def declaration(self, interaction: Element) -> Element:
        """The response that an interaction answers. Raises `NotReadable`."""
        found = self.declared.get(interaction.get("responseIdentifier", ""))
        if found is None:
            raise self.refuse(interaction, _("the response that it answers is not declared"))
        return found

    def text(self, string: str) -> Text | None:
        return Text.of({self.language: string}, self.language) if string.strip() else None

    def words(self, element: Element) -> Text | None:
        """What an element says, without feedback within it; None if nothing."""
        return self.text(plain(element, lambda e: "" if e.tag == "feedbackInline" else None))

    def stem(self, interaction: Element) -> Text:
        """What is asked: the words around an interaction, and last its own. Raises `NotReadable`."""
        around = plain(self.body, lambda e: "" if e is interaction or _is_apart(e) else None)
        prompt = interaction.find("prompt")
        asked = plain(prompt) if prompt is not None else ""
        stem = self.text("\n\n".join(part for part in (around, asked) if part))
        if stem is None:
            raise self.refuse(interaction, _("the question has no text"))
        return stem

    def correct(self, declaration: Element) -> list[str]:
        """The values of the right response."""
        found = declaration.find("correctResponse")
        return [] if found is None else [(value.text or "").strip() for value in found.iterchildren("value")]

    def mapping(self, declaration: Element) -> list[Entry]:
        """The entries of a response's mapping. Raises `NotReadable`."""
        mapping = declaration.find("mapping")
        if mapping is None:
            raise self.refuse(declaration, _("what answers earn is not said: a mapping is missing"))
        if float_of(mapping.get("defaultValue", "0") or "0", mapping) != 0:
            raise self.refuse(mapping, _("an answer that nobody foresaw would earn or cost something"))
        return [
            Entry(
                entry.get("mapKey", "").strip(),
                float_of(entry.get("mappedValue", ""), entry),
                entry.get("caseSensitive", "true") != "false",
            )
            for entry in mapping.iterchildren("mapEntry")
        ]

    def bound(self, declaration: Element) -> float | None:
        """The most that a mapping gives, where it says so."""
        mapping = declaration.find("mapping")
        upper = None if mapping is None else mapping.get("upperBound")
        return None if upper is None else float_of(upper, mapping)

    def total(self, best: float) -> float:
        """What the whole mark is, where `best` points can be had; that is noted as the item's marks."""
        if best <= 0:
            raise self.refuse(self.root, _("no answer earns anything"))
        self.marks = best
        if (said := self.most()) and abs(best / said - 1) < 0.011:
            self.marks = said
        return self.marks

    def most(self) -> float | None:
        """The most that the item says can be had."""
        for declaration in self.root.iterchildren("outcomeDeclaration"):
            if declaration.get("identifier") in ("MAXSCORE", "MAX_SCORE"):
                for value in declaration.iterfind("defaultValue/value"):
                    return number(value)
        for declaration in self.root.iterchildren("outcomeDeclaration"):
            if declaration.get("identifier") in SCORES and declaration.get("normalMaximum"):
                return float_of(declaration.get("normalMaximum"), declaration)
        return None

    def scoring(self, response: str) -> list[Step]:
        """The steps that give points for a response."""
        for step in self.steps:
            if step.score and step.test.when in (When.ALWAYS, When.ELSE):
                raise NotReadable(step.line, _("there are points whatever is answered"))
        return [
            step for step in self.steps
            if (step.score is not None and step.test.response == response) or step.maps == response
        ]  # fmt: skip

    def one_way(self, response: str, element: Element) -> Step:
        """The one step by which a response is graded by its right value or its mapping. Raises `NotReadable`."""
        steps = [step for step in self.scoring(response) if step.maps or step.score]
        if len(steps) == 1 and (steps[0].maps or steps[0].test.when is When.RIGHT):
            return steps[0]
        raise self.refuse(element, _("how it is graded is not said in a way that can be followed"))

    def feedback(self, identifier: str, outcome: str) -> Text | None:
        """The words shown when an outcome holds an identifier."""
        for element in self.root.iterchildren("modalFeedback"):
            if (element.get("outcomeIdentifier"), element.get("identifier")) == (outcome, identifier):
                if element.get("showHide") == "hide":
                    raise self.refuse(element, _("a feedback is shown for all answers but one"))
                return self.words(element)
        return None

    def general(self) -> Text | None:
        """The words shown whatever is answered."""
        said = [
            self.feedback(step.shows[1], step.shows[0])
            for step in self.steps
            if step.shows and step.test.when is When.ALWAYS
        ]
        words = [text.best(self.language, self.language) for text in said if text]
        return self.text("\n\n".join(words)) if words else None

    def of_choice(self, element: Element, response: str) -> Text | None:
        """What is said to who takes a choice: within it, or in a feedback of the item."""
        key = element.get("identifier", "")
        for inner in walk(element):
            if inner.tag == "feedbackInline" and inner.get("identifier") == key and inner.get("showHide") != "hide":
                return self.words(inner)
        for step in self.steps:
            if step.echoes and step.echoes[1] == response and (found := self.feedback(key, step.echoes[0])):
                return found
            if step.shows and step.test.when is When.IS and (step.test.response, step.test.value) == (response, key):
                return self.feedback(step.shows[1], step.shows[0])
        return None

    def right_and_wrong(self, response: str) -> tuple[Text | None, Text | None]:
        """What is said where a response is right, and where it is not."""
        right = wrong = None
        conditions = {s.condition for s in self.steps if s.test.when is When.RIGHT and s.test.response == response}
        for step in self.steps:
            if step.shows and step.condition in conditions:
                if step.test.when is When.RIGHT:
                    right = self.feedback(step.shows[1], step.shows[0])
                elif step.test.when is When.ELSE:
                    wrong = self.feedback(step.shows[1], step.shows[0])
        return right, wrong

    def no_verdict(self, response: str) -> None:
        """Refuse what is said to right and wrong answers as wholes, where there is no place for it."""
        if any(self.right_and_wrong(response)):
            reason = _("what is said to a right or a wrong answer as a whole has no place in such a question")
            raise self.refuse(self.root, reason)

    def of_value(self, response: str, test: Test) -> Text | None:
        """What is said to who answers with a value that was foreseen."""
        for step in self.steps:
            if step.shows and step.test.response == response and (step.test.when, step.test.value) == (
                test.when, test.value
            ):  # fmt: skip
                return self.feedback(step.shows[1], step.shows[0])
        return None


def classes(element: Element) -> set[str]:
    """The classes of an element."""
    return set(element.get("class", "").split())


def _is_apart(element: Element) -> bool:
    return element.tag in ("rubricBlock", "feedbackBlock", "feedbackInline") and not (
        element.tag == "rubricBlock" and "candidate" in element.get("view", "").split()
    )
