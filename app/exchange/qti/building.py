"""What an item is put together from, in the order that its schema asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from .tree import LANG, Element, legal
from .words import put, put_paragraphs

LONGEST_TITLE = 120


def E(tag: str, /, **attributes: str) -> Element:
    """A new element."""
    return etree.Element(tag, attributes)


def sub(parent: Element, tag: str, /, **attributes: str) -> Element:
    """A new element at the end of another."""
    return etree.SubElement(parent, tag, attributes)


def points(number: float) -> str:
    """A number of points as it is written."""
    return repr(round(float(number), 9))


class Builder:
    """One item. `marks` is what the whole is worth."""

    def __init__(self, key: str, stem: str, language: str, marks: float) -> None:
        self.language = language
        self.marks = marks
        self.stem = stem
        self.names: dict[str, str] = {}
        self.responses: list[Element] = []
        self.outcomes: dict[str, Element] = {}
        self.body = E("itemBody")
        self.processing = E("responseProcessing")
        self.template = ""
        self.manual = False
        self.said: list[Element] = []
        title = " ".join(legal(stem).split())
        self.identifier = self.name(f"item {key}", key)
        self.title = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"

    def name(self, key: str, wanted: str | None = None) -> str:
        """An identifier for what has this key among its like; the same again for the same key."""
        if key not in self.names:
            base = re.sub(r"[^A-Za-z0-9._-]+", "-", key if wanted is None else wanted) or "x"
            base = base if re.match("[A-Za-z_]", base) else f"_{base}"
            kind = key.partition(" ")[0] if wanted is not None else ""
            taken = {name for other, name in self.names.items() if _kind(other) == kind} | {"true", "false"}
            found, again = base, 2
            while found in taken:
                found, again = f"{base}-{again}", again + 1
            self.names[key] = found
        return self.names[key]

    def paragraphs(self) -> Element:
        """Put the words of the question into the body, all as paragraphs; the body."""
        put_paragraphs(self.body, self.stem)
        return self.body

    def asked(self, interaction: str, **attributes: str) -> Element:
        """An interaction, with what is asked at last as its own words and the rest before it."""
        parts = re.split(r"\n\s*\n", self.stem.strip())
        if parts[:-1]:
            put_paragraphs(self.body, "\n\n".join(parts[:-1]))
        element = sub(self.body, interaction, responseIdentifier="RESPONSE", **attributes)
        put(sub(element, "prompt"), parts[-1].strip())
        return element

    def response(self, name: str, cardinality: str, kind: str, right: Iterable[str]) -> Element:
        """Declare a response, with its right value."""
        declaration = E("responseDeclaration", identifier=name, cardinality=cardinality, baseType=kind)
        self.responses.append(declaration)
        correct = None
        for value in right:
            correct = sub(declaration, "correctResponse") if correct is None else correct
            sub(correct, "value").text = legal(value)
        return declaration

    def mapping(
        self, declaration: Element, entries: Iterable[tuple[str, float, bool | None]], *, bounded: bool = False
    ) -> None:
        """What answers earn: each once; with `bounded` within nothing and all the marks."""
        mapping = sub(declaration, "mapping", defaultValue="0")
        mapping.set("lowerBound", "0")
        if bounded:
            mapping.set("upperBound", points(self.marks))
        seen: set[str] = set()
        for key, value, case in entries:
            if key not in seen:
                seen.add(key)
                entry = sub(mapping, "mapEntry", mapKey=legal(key), mappedValue=points(value))
                if case is not None:
                    entry.set("caseSensitive", "true" if case else "false")

    def match_correct(self) -> None:
        """All the marks for the right value."""
        if self.marks == 1:
            self.template = "match_correct"
        branch = sub(sub(self.processing, "responseCondition"), "responseIf")
        test = sub(branch, "match")
        sub(test, "variable", identifier="RESPONSE")
        sub(test, "correct", identifier="RESPONSE")
        self._score(branch, self.marks)

    def map_response(self, response: str = "RESPONSE", *, adds: bool = False) -> None:
        """The marks that the mapping gives."""
        if not adds:
            self.template = "map_response"
        branch = sub(sub(self.processing, "responseCondition"), "responseIf")
        sub(sub(sub(branch, "not"), "isNull"), "variable", identifier=response)
        value = sub(branch, "setOutcomeValue", identifier="SCORE")
        if adds:
            value = sub(value, "sum")
            sub(value, "variable", identifier="SCORE")
        sub(value, "mapResponse", identifier=response)

    def chain(
        self,
        tests: Sequence[Element],
        worth: Sequence[float] | None,
        outcome: str,
        shown: Mapping[int, str],
        *,
        adds: bool = False,
    ) -> None:
        """Tests of which the first that holds decides what it is worth, and which feedback is shown."""
        condition = E("responseCondition")
        for place, test in enumerate(tests):
            if worth is None and place not in shown:
                continue
            branch = sub(condition, "responseElseIf" if len(condition) else "responseIf")
            branch.append(test)
            if worth is not None:
                self._score(branch, worth[place], adds=adds)
            if place in shown:
                self._show(branch, outcome, shown[place])
        if len(condition):
            self.processing.append(condition)

    def _score(self, branch: Element, value: float, *, adds: bool = False) -> None:
        into = sub(branch, "setOutcomeValue", identifier="SCORE")
        if adds:
            into = sub(into, "sum")
            sub(into, "variable", identifier="SCORE")
        sub(into, "baseValue", baseType="float").text = points(value)

    def _show(self, branch: Element, outcome: str, identifier: str) -> None:
        value = sub(branch, "setOutcomeValue", identifier=outcome)
        sub(value, "baseValue", baseType="identifier").text = identifier

    def feedback(self, outcome: str, identifier: str, words: str) -> None:
        """Words that are shown when the outcome says so; nothing where there are none."""
        if not words.strip():
            return
        self.template = ""
        if outcome not in self.outcomes:
            self.outcomes[outcome] = E(
                "outcomeDeclaration", identifier=outcome, cardinality="single", baseType="identifier"
            )
        element = E("modalFeedback", outcomeIdentifier=outcome, identifier=identifier, showHide="show")
        put_paragraphs(element, words)
        self.said.append(element)

    def echo(self, outcome: str, response: str, cardinality: str) -> None:
        """Let an outcome be what was answered, if any feedback hangs on it."""
        if outcome in self.outcomes:
            self.outcomes[outcome].set("cardinality", cardinality)
            value = sub(self.processing, "setOutcomeValue", identifier=outcome)
            sub(value, "variable", identifier=response)

    def general(self, words: str) -> None:
        """Words that are shown whatever is answered."""
        if words.strip():
            self.feedback("GENERAL", "general", words)
            self._show(self.processing, "GENERAL", "general")

    def by_hand(self) -> None:
        """A person gives the marks."""
        self.manual = True

    def finished(self) -> Element:
        """The item."""
        item = E("assessmentItem", identifier=self.identifier, title=self.title, adaptive="false",
                 timeDependent="false")  # fmt: skip
        item.set(LANG, self.language)
        item.extend(self.responses)
        score = sub(item, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
        score.set("normalMaximum", points(self.marks))
        if not self.manual:
            sub(sub(score, "defaultValue"), "value").text = "0"
        most = sub(item, "outcomeDeclaration", identifier="MAXSCORE", cardinality="single", baseType="float")
        sub(sub(most, "defaultValue"), "value").text = points(self.marks)
        item.extend(self.outcomes.values())
        item.append(self.body)
        if self.template and not self.said:
            self.processing = E("responseProcessing", template=self.template)
        if self.template or len(self.processing):
            item.append(self.processing)
        item.extend(self.said)
        return item


def _kind(key: str) -> str:
    kind, space, _rest = key.partition(" ")
    return kind if space else ""
