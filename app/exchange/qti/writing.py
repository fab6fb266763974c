"""A question as an item, built with the names of QTI 2 and no namespace; `tree.written` makes either version of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from app.core.text import Text
from app.quizzes.types import (
    Choice,
    Content,
    Essay,
    Gaps,
    Matching,
    MultipleChoice,
    Number,
    OrderCredit,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

from ..questions import OutgoingQuestion
from ..spoken import languages, spoken
from ..true_and_false import called
from .building import Builder, E, points, sub
from .opened import IGNORED
from .patterns import has_wildcard, literal, pattern
from .tree import Element, legal
from .words import put, put_paragraphs

_GAP = re.compile(r"\[\[([^\[\]]+)\]\]")


def item(question: OutgoingQuestion, language: str) -> Element:
    """The item of a question, in `language` if it has words in it, else in its own."""
    said_in = language if language in languages(question.content) else question.source_language
    content = spoken(question, said_in)
    builder = Builder(question.key, _say(content.stem), said_in, question.marks)
    _WRITERS[type(content)](builder, content)
    builder.general(_say(content.feedback))
    return builder.finished()


def _say(text: Text | None) -> str:
    return "" if text is None else next((phrase.string for phrase in text.phrases.values()), "")


def _put_label(element: Element, text: Text) -> None:
    words = _say(text)
    if re.search(r"\n\s*\n", words.strip()):
        put_paragraphs(element, words)
    else:
        put(element, words.strip())


def _simple_choices(builder: Builder, interaction: Element, choices: Iterable[Choice]) -> None:
    for choice in choices:
        _put_label(sub(interaction, "simpleChoice", identifier=builder.name(choice.key)), choice.text)
        builder.feedback("FEEDBACK", builder.name(choice.key), _say(choice.feedback))


def _choice(builder: Builder, content: SingleChoice | MultipleChoice) -> None:
    several = isinstance(content, MultipleChoice)
    shares = {builder.name(choice.key): choice.fraction for choice in content.choices}
    right = [name for name, share in shares.items() if share > 0]
    if isinstance(content, MultipleChoice):
        whole = not content.partial
    else:
        whole = all(share in (0, 1) for share in shares.values())
    if not several and not whole:
        right = [max(shares, key=lambda name: shares[name])]
    declaration = builder.response("RESPONSE", "multiple" if several else "single", "identifier", right)
    interaction = builder.asked("choiceInteraction", shuffle="true", maxChoices="0" if several else "1")
    _simple_choices(builder, interaction, content.choices)
    if whole:
        builder.match_correct()
    else:
        entries = [(name, share * builder.marks, None) for name, share in shares.items()]
        builder.mapping(declaration, entries, bounded=True)
        builder.map_response()
    builder.echo("FEEDBACK", "RESPONSE", "multiple" if several else "single")


def _true_false(builder: Builder, content: TrueFalse) -> None:
    builder.response("RESPONSE", "single", "identifier", ["true" if content.truth else "false"])
    interaction = builder.asked("choiceInteraction", shuffle="false", maxChoices="1")
    said = (content.true_feedback, content.false_feedback)
    for name, words, feedback in zip(("true", "false"), called(builder.language), said, strict=True):
        sub(interaction, "simpleChoice", identifier=name).text = words
        builder.feedback("FEEDBACK", name, _say(feedback))
    builder.match_correct()
    builder.echo("FEEDBACK", "RESPONSE", "single")


def _short(builder: Builder, content: ShortAnswer) -> None:
    answers = next(iter(content.answers.values()), ())
    fits = [literal(answer.text) for answer in answers if not has_wildcard(answer.text) and answer.fraction >= 1]
    declaration = builder.response("RESPONSE", "single", "string", fits[:1])
    paragraph = sub(builder.paragraphs(), "p")
    entry = sub(paragraph, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="40")
    if not content.accents_matter:
        entry.set("class", IGNORED)
    _typed(builder, declaration, answers, content.case_matters, "FEEDBACK")


def _typed(
    builder: Builder, declaration: Element, answers: Any, case: bool, outcome: str, share: float | None = None
) -> None:
    """Accepted answers: by a mapping, and where one leaves something open, by tests in their order.

    `share` of the mark is what this response is worth where there are others.
    """
    response = declaration.get("identifier")
    names = {place: f"{outcome.lower()}-{place}" for place in range(len(answers))}
    for place, answer in enumerate(answers):
        builder.feedback(outcome, names[place], _say(answer.feedback))
    tests = []
    for answer in answers:
        if has_wildcard(answer.text):
            test = E("patternMatch", pattern=legal(pattern(answer.text, case)))
            sub(test, "variable", identifier=response)
        else:
            test = E("stringMatch", caseSensitive="true" if case else "false", substring="false")
            sub(test, "variable", identifier=response)
            sub(test, "baseValue", baseType="string").text = legal(literal(answer.text))
        tests.append(test)
    worth = [answer.fraction * (1.0 if share is None else share) * builder.marks for answer in answers]
    shown = {place: names[place] for place, answer in enumerate(answers) if _say(answer.feedback)}
    if any(has_wildcard(answer.text) for answer in answers):
        builder.chain(tests, worth, outcome, shown, adds=share is not None)
        return
    entries = [(literal(answer.text), value, case) for answer, value in zip(answers, worth, strict=True)]
    builder.mapping(declaration, entries)
    builder.map_response(response, adds=share is not None)
    if shown:
        builder.chain(tests, None, outcome, shown)


def _number(builder: Builder, content: Number) -> None:
    builder.response("RESPONSE", "single", "float", [repr(float(content.answers[0].value))])
    paragraph = sub(builder.paragraphs(), "p")
    sub(paragraph, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="12")
    tests = []
    for answer in content.answers:
        if answer.tolerance == 0:
            test = E("equal", toleranceMode="exact")
        else:
            size = repr(round(answer.tolerance * 100, 10) if answer.relative else answer.tolerance)
            test = E("equal", toleranceMode="relative" if answer.relative else "absolute", tolerance=f"{size} {size}")
        sub(test, "variable", identifier="RESPONSE")
        sub(test, "baseValue", baseType="float").text = repr(float(answer.value))
        tests.append(test)
    for place, answer in enumerate(content.answers):
        builder.feedback("FEEDBACK", f"feedback-{place}", _say(answer.feedback))
    shown = {place: f"feedback-{place}" for place, answer in enumerate(content.answers) if _say(answer.feedback)}
    builder.chain(tests, [answer.fraction * builder.marks for answer in content.answers], "FEEDBACK", shown)


def _matching(builder: Builder, content: Matching) -> None:
    first: dict[str, str] = {}  # of matches that read the same, the one that stays
    stays = {match.key: first.setdefault(_say(match.text).strip(), match.key) for match in content.matches}
    names = {prompt.key: builder.name(f"prompt {prompt.key}", prompt.key) for prompt in content.prompts}
    others = {key: builder.name(f"match {key}", key) for key in first.values()}
    pairs = [f"{names[prompt.key]} {others[stays[prompt.match]]}" for prompt in content.prompts]
    declaration = builder.response("RESPONSE", "multiple", "directedPair", pairs)
    interaction = builder.asked("matchInteraction", shuffle="true", maxAssociations=str(len(content.prompts)))
    asked = sub(interaction, "simpleMatchSet")
    for prompt in content.prompts:
        _put_label(sub(asked, "simpleAssociableChoice", identifier=names[prompt.key], matchMax="1"), prompt.text)
    offered = sub(interaction, "simpleMatchSet")
    for match in content.matches:
        if match.key in others:
            name = others[match.key]
            _put_label(sub(offered, "simpleAssociableChoice", identifier=name, matchMax="0"), match.text)
    if content.all_or_nothing:
        builder.match_correct()
    else:
        each = builder.marks / len(pairs)
        builder.mapping(declaration, [(pair, each, None) for pair in pairs], bounded=True)
        builder.map_response()


def _ordering(builder: Builder, content: Ordering) -> None:
    names = [builder.name(item.key) for item in content.items]
    builder.response("RESPONSE", "ordered", "identifier", names)
    interaction = builder.asked("orderInteraction", shuffle="true")
    if content.credit is OrderCredit.PAIRS:
        interaction.set("class", "credit-pairs")
    for name, item in zip(names, content.items, strict=True):
        _put_label(sub(interaction, "simpleChoice", identifier=name), item.text)
    if content.credit is not OrderCredit.POSITION:
        builder.match_correct()
        return
    for place, name in enumerate(names, 1):
        test = E("match")
        sub(sub(test, "index", n=str(place)), "variable", identifier="RESPONSE")
        sub(test, "baseValue", baseType="identifier").text = name
        builder.chain([test], [builder.marks / len(names)], "", {}, adds=True)


def _gaps(builder: Builder, content: Gaps) -> None:
    total = sum(gap.weight for gap in content.gaps)
    elements: dict[str, Element] = {}
    for number, gap in enumerate(content.gaps, 1):
        name, outcome = builder.name(f"gap {gap.key}", gap.key), f"FEEDBACK_{number}"
        share = gap.weight / total
        if gap.choices:
            element = E("inlineChoiceInteraction", responseIdentifier=name, shuffle="true")
            right = max(gap.choices, key=lambda choice: choice.fraction)
            choices = {choice.key: builder.name(f"{gap.key} {choice.key}", choice.key) for choice in gap.choices}
            declaration = builder.response(name, "single", "identifier", [choices[right.key]])
            entries = []
            for choice in gap.choices:
                words = " ".join(_say(choice.text).split())
                sub(element, "inlineChoice", identifier=choices[choice.key]).text = legal(words)
                builder.feedback(outcome, choices[choice.key], _say(choice.feedback))
                entries.append((choices[choice.key], choice.fraction * share * builder.marks, None))
            builder.mapping(declaration, entries)
            builder.map_response(name, adds=True)
            builder.echo(outcome, name, "single")
        else:
            element = E("textEntryInteraction", responseIdentifier=name, expectedLength="20")
            if not content.accents_matter:
                element.set("class", IGNORED)
            answers = next(iter(gap.accepted.values()), ())
            fits = [literal(a.text) for a in answers if not has_wildcard(a.text) and a.fraction >= 1]
            declaration = builder.response(name, "single", "string", fits[:1])
            _typed(builder, declaration, answers, content.case_matters, outcome, share)
        elements[gap.key] = element
    _put_gaps(sub(builder.body, "div", **{"class": "gaps"}), _say(content.stem), elements)


def _put_gaps(parent: Element, text: str, gaps: dict[str, Element]) -> None:
    """Paragraphs in which the gaps stand, each once."""
    for paragraph in put_paragraphs(parent, text):
        for holder in [paragraph, *paragraph]:
            if holder is paragraph:
                _split(holder, "text", holder.text or "", gaps)
            else:
                _split(holder, "tail", holder.tail or "", gaps)


def _split(holder: Element, where: str, text: str, gaps: dict[str, Element]) -> None:
    """Put gaps in the place of their names within the words before the first child, or behind an element."""
    last = None
    written = ""
    at = 0
    for found in _GAP.finditer(text):
        if (gap := gaps.get(found[1])) is None or gap.getparent() is not None:
            continue
        written = text[at : found.start()]
        if last is None:
            setattr(holder, where, written)
            parent = holder if where == "text" else holder.getparent()
            parent.insert(0 if where == "text" else parent.index(holder) + 1, gap)
        else:
            last.tail = written
            last.addnext(gap)
        gap.tail = None
        last, at = gap, found.end()
    if last is not None:
        last.tail = text[at:]


def _essay(builder: Builder, content: Essay) -> None:
    declaration = builder.response("RESPONSE", "single", "string", [])
    if content.starter:
        sub(sub(declaration, "defaultValue"), "value").text = legal(_say(content.starter))
    builder.asked("extendedTextInteraction", expectedLines="15")
    if content.guidance:
        put_paragraphs(sub(builder.body, "rubricBlock", view="scorer"), _say(content.guidance))
    if content.rubric:
        criteria = sub(sub(builder.body, "rubricBlock", **{"class": "rubric", "view": "scorer"}), "ul")
        for criterion in content.rubric:
            key = builder.name(f"criterion {criterion.key}", criterion.key)
            line = sub(criteria, "li", **{"class": "criterion", "id": key})
            put(sub(line, "span", **{"class": "text"}), _say(criterion.text))
            levels = sub(line, "ul") if criterion.levels else None
            for level in criterion.levels:
                entry = sub(levels, "li", **{"class": "level", "id": f"{key}.{level.key}"})
                put(sub(entry, "span", **{"class": "text"}), _say(level.text))
                entry[-1].tail = ": "
                sub(entry, "span", **{"class": "points"}).text = points(level.points)
    builder.by_hand()


_WRITERS: dict[type, Callable[[Builder, Any], None]] = {
    SingleChoice: _choice,
    MultipleChoice: _choice,
    TrueFalse: _true_false,
    ShortAnswer: _short,
    Number: _number,
    Matching: _matching,
    Ordering: _ordering,
    Gaps: _gaps,
    Essay: _essay,
}


def writes(content: Content) -> bool:
    """Whether there is an item for questions of this type."""
    return type(content) in _WRITERS
