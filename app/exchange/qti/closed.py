"""Items where one chooses from what there is: choices, matches, an order."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from app.core.text import Text
from app.quizzes.types import (
    Choice,
    Content,
    Labelled,
    Matching,
    MultipleChoice,
    OrderCredit,
    Ordering,
    Prompt,
    SingleChoice,
    TrueFalse,
)

from .. import keys
from ..true_and_false import is_called
from .item import Item, classes
from .processing import When
from .tree import Element, NotReadable


def choice(item: Item, interactions: Sequence[Element]) -> Content:
    """One of several, any number of them, or true and false."""
    (interaction,) = interactions
    declaration = item.declaration(interaction)
    response = declaration.get("identifier")
    elements = list(interaction.iterchildren("simpleChoice"))
    stem = item.stem(interaction)
    if declaration.get("cardinality", "single") == "single":
        earns = _earned(item, declaration, interaction)
        total = item.total(max(earns.values(), default=0.0))
        said = _said(item, elements, response, {key for key, points in earns.items() if points > 0})
        choices = _choices(item, elements, {key: points / total for key, points in earns.items()}, said)
        return _true_or_false(item, elements, choices, stem) or SingleChoice(stem, choices, item.general())
    item.no_verdict(response)
    said = _said(item, elements, response, set())
    steps = [step for step in item.scoring(response) if step.maps or step.score]
    if len(steps) == 1 and steps[0].test.when is When.RIGHT:
        item.total(steps[0].score or 0.0)
        right = dict.fromkeys(item.correct(declaration), 1.0)
        return MultipleChoice(stem, _choices(item, elements, right, said), item.general(), partial=False)
    earns = _earned(item, declaration, interaction)
    best = round(sum(points for points in earns.values() if points > 0), 9)
    bound = item.bound(declaration)
    total = item.total(best if bound is None else min(best, bound))
    shares = {key: points / total for key, points in earns.items()}
    return MultipleChoice(stem, _choices(item, elements, shares, said), item.general(), partial=True)


def _earned(item: Item, declaration: Element, interaction: Element) -> dict[str, float]:
    """Points by the identifier of a choice."""
    response = declaration.get("identifier")
    steps = item.scoring(response)
    if steps and all(step.test.when is When.IS and step.score is not None for step in steps):
        return {step.test.value or "": step.score or 0.0 for step in steps}
    way = item.one_way(response, interaction)
    if way.maps:
        return {entry.key: entry.value for entry in item.mapping(declaration)}
    return dict.fromkeys(item.correct(declaration), way.score or 0.0)


def _said(item: Item, elements: list[Element], response: str, right: set[str]) -> list[Text | None]:
    """What is said to who takes each choice."""
    if not right:
        return [item.of_choice(element, response) for element in elements]
    good, bad = item.right_and_wrong(response)
    return [
        item.of_choice(element, response) or (good if element.get("identifier") in right else bad)
        for element in elements
    ]


def _choices(
    item: Item, elements: list[Element], shares: dict[str, float], said: list[Text | None]
) -> tuple[Choice, ...]:
    found = keys.keys_of(element.get("identifier", "") for element in elements)
    return tuple(
        Choice(key, _label(item, element), round(shares.get(element.get("identifier", ""), 0.0), 7), feedback)
        for key, element, feedback in zip(found, elements, said, strict=True)
    )


def _label(item: Item, element: Element) -> Text:
    text = item.words(element)
    if text is None:
        raise item.refuse(element, _("an answer has no text"))
    return text


def _true_or_false(item: Item, elements: list[Element], choices: tuple[Choice, ...], stem: Text) -> TrueFalse | None:
    """The question as one of true or false, if its two choices are called so."""
    names = [element.get("identifier", "").casefold() for element in elements]
    if sorted(names) != ["false", "true"] or sorted(choice.fraction for choice in choices) != [0.0, 1.0]:
        return None
    by_name = dict(zip(names, choices, strict=True))
    words = {name: choice.text.best(item.language, item.language) for name, choice in by_name.items()}
    if not all(is_called(said, name == "true") for name, said in words.items()):
        return None
    return TrueFalse(
        stem,
        by_name["true"].right,
        item.general(),
        true_feedback=by_name["true"].feedback,
        false_feedback=by_name["false"].feedback,
    )


def match(item: Item, interactions: Sequence[Element]) -> Content:
    """What belongs together."""
    (interaction,) = interactions
    declaration = item.declaration(interaction)
    response = declaration.get("identifier")
    item.no_verdict(response)
    sets = list(interaction.iterchildren("simpleMatchSet"))
    if len(sets) != 2:
        raise item.refuse(interaction, _("there are not two lists to match"))
    asked, offered = ([e for e in s if e.tag == "simpleAssociableChoice"] for s in sets)
    way = item.one_way(response, interaction)
    pairs = _pairs(item, declaration, asked, offered, whole=not way.maps)
    earns = sum(pairs.values()) if way.maps else way.score or 0.0
    item.total(round(earns, 9))
    prompt_keys = keys.keys_of(e.get("identifier", "") for e in asked)
    match_keys = dict(
        zip((e.get("identifier") for e in offered), keys.keys_of(e.get("identifier", "") for e in offered), strict=True)
    )
    right = {prompt: match_keys[other] for prompt, other in pairs}
    return Matching(
        item.stem(interaction),
        tuple(
            Prompt(key, _label(item, e), right[e.get("identifier")]) for key, e in zip(prompt_keys, asked, strict=True)
        ),
        tuple(Labelled(match_keys[e.get("identifier")], _label(item, e)) for e in offered),
        all_or_nothing=not way.maps,
        feedback=item.general(),
    )


def _pairs(
    item: Item, declaration: Element, asked: list[Element], offered: list[Element], *, whole: bool
) -> dict[tuple[str, str], float]:
    """Points by pair, one for each prompt and all alike. Raises `NotReadable`."""
    if whole:
        earns = dict.fromkeys(item.correct(declaration), 1.0)
    else:
        earns = {entry.key: entry.value for entry in item.mapping(declaration)}
    prompts = {e.get("identifier", "") for e in asked}
    matches = {e.get("identifier", "") for e in offered}
    pairs: dict[tuple[str, str], float] = {}
    for written, points in earns.items():
        ends = written.split()
        if len(ends) != 2 or not ((ends[0] in prompts and ends[1] in matches) or set(ends) <= prompts | matches):
            raise item.refuse(declaration, _("a right pair names what is not there: %(pair)s", pair=written[:80]))
        if points < 0:
            raise item.refuse(declaration, _("a wrong pair would cost something, and here it only earns nothing"))
        if points:
            pair = (ends[0], ends[1]) if ends[0] in prompts else (ends[1], ends[0])
            if pair[1] not in matches:
                raise item.refuse(declaration, _("a right pair names what is not there: %(pair)s", pair=written[:80]))
            pairs[pair] = points
    if sorted(prompt for prompt, _other in pairs) != sorted(prompts):
        raise item.refuse(declaration, _("not every prompt of the first list has just one match"))
    if pairs and max(pairs.values()) - min(pairs.values()) > 1e-6:
        raise item.refuse(declaration, _("its pairs do not all earn the same"))
    return pairs


def order(item: Item, interactions: Sequence[Element]) -> Content:
    """Things to put in their order."""
    (interaction,) = interactions
    declaration = item.declaration(interaction)
    response = declaration.get("identifier")
    item.no_verdict(response)
    elements = {e.get("identifier", ""): e for e in interaction.iterchildren("simpleChoice")}
    steps = [step for step in item.scoring(response) if step.maps or step.score]
    credit = OrderCredit.ALL
    if steps and all(step.test.when is When.PLACE for step in steps):
        in_order = [s.test.value or "" for s in sorted(steps, key=lambda step: step.test.place)]
        scores = {round(step.score or 0.0, 6) for step in steps}
        if len(scores) > 1 or not all(step.adds for step in steps):
            raise NotReadable(steps[0].line, _("its places do not all earn the same"))
        item.total(round(sum(step.score or 0.0 for step in steps), 9))
        credit = OrderCredit.POSITION
    else:
        way = item.one_way(response, interaction)
        if way.maps:
            raise item.refuse(interaction, _("how it is graded is not said in a way that can be followed"))
        item.total(way.score or 0.0)
        in_order = item.correct(declaration)
        credit = OrderCredit.PAIRS if "credit-pairs" in classes(interaction) else OrderCredit.ALL
    if sorted(in_order) != sorted(elements):
        raise item.refuse(declaration, _("the right order does not name each thing once"))
    found = dict(zip(elements, keys.keys_of(elements), strict=True))
    items = tuple(Labelled(found[name], _label(item, elements[name])) for name in in_order)
    return Ordering(item.stem(interaction), items, credit, item.general())
