"""Items where one writes: words, numbers, gaps in a text, an essay."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from app.core.text import Text
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Criterion,
    Essay,
    Gap,
    Gaps,
    Level,
    Number,
    ShortAnswer,
)
from app.quizzes.types.typed import LONGEST

from .. import keys
from .item import Item, classes
from .patterns import accepted, accepted_of
from .processing import Step, Test, When, float_of, number
from .tree import Element, NotReadable, walk
from .words import PARAGRAPHS, plain

BLANK = "_____"
IGNORED = "accents-ignored"  # the class that says so of an interaction
_OPENS, _CLOSES = "\ufdd0", "\ufdd1"  # around the key of a gap while its text is read

Found = list[tuple[str, float, bool, Text | None]]  # accepted answers: words, points, whether capitals count, feedback


def text_entry(item: Item, interactions: Sequence[Element]) -> Content:
    """A word or a number to type; a gap where the text goes on after it."""
    (interaction,) = interactions
    declaration = item.declaration(interaction)
    kind = declaration.get("baseType", "string")
    if kind in ("float", "integer"):
        return _number(item, interaction, declaration)
    if kind != "string":
        reason = _("what is to be typed is neither words nor a number, but %(kind)s", kind=kind[:40])
        raise item.refuse(interaction, reason)
    if _is_within_words(interaction):
        return gaps(item, interactions)
    found = _typed(item, declaration, interaction)
    total = item.total(max((points for _words, points, _case, _feedback in found), default=0.0))
    answers = tuple(
        AcceptedAnswer(words, round(max(0.0, points) / total, 7), feedback) for words, points, _case, feedback in found
    )
    return ShortAnswer(
        item.stem(interaction),
        {item.language: answers},
        item.language,
        item.general(),
        case_matters=_case(item, found),
        accents_matter=IGNORED not in classes(interaction),
    )


def _is_within_words(interaction: Element) -> bool:
    """Whether words follow in the paragraph, or it is said to be a text with gaps."""
    block = interaction.getparent()
    while block.tag not in PARAGRAPHS and block.getparent() is not None:
        block = block.getparent()
    if any("gaps" in classes(above) for above in interaction.iterancestors()):
        return True
    if block.tag == "itemBody":
        return False
    whole = plain(block, lambda e: BLANK if e is interaction else None)
    return bool(whole.rpartition(BLANK)[2].strip(" .?!:\n"))


def _typed(item: Item, declaration: Element, interaction: Element) -> Found:
    """What is accepted and what it earns, the first that fits first."""
    response = declaration.get("identifier", "")
    good, bad = item.right_and_wrong(response)
    if bad:
        raise item.refuse(interaction, _("what is said to every wrong answer has no place in such a question"))
    steps = item.scoring(response)
    if steps and all(step.score is not None and step.test.when in (When.IS, When.LIKE) for step in steps):
        if len({step.condition for step in steps}) > 1:
            raise NotReadable(steps[1].line, _("an answer may earn points twice"))
        return [_tested(item, step) for step in steps]
    way = item.one_way(response, interaction)
    if way.maps:
        found = [(entry.key, entry.value, entry.case) for entry in item.mapping(declaration)]
    else:
        found = [(value, way.score or 0.0, way.test.case) for value in item.correct(declaration)]
    best = max((points for _value, points, _case in found), default=0.0)
    return [
        (
            _accepted(item, declaration, value),
            points,
            case,
            item.of_value(response, Test(When.IS, response, value)) or (good if points == best else None),
        )
        for value, points, case in found
    ]


def _tested(item: Item, step: Step) -> tuple[str, float, bool, Text | None]:
    test = step.test
    feedback = item.of_value(test.response, test)
    if test.when is When.LIKE:
        found = accepted_of(test.value or "")
        if found is None:
            raise NotReadable(step.line, _("the pattern of an answer cannot be said with * alone"))
        return found[0], step.score or 0.0, found[1], feedback
    words = accepted(" ".join((test.value or "").split()))
    return f"*{words}*" if test.within else words, step.score or 0.0, test.case, feedback


def _accepted(item: Item, where: Element, value: str) -> str:
    words = accepted(" ".join(value.split()))
    if not 0 < len(words) <= LONGEST:
        raise item.refuse(where, _("an accepted answer has from 1 to %(count)s characters", count=LONGEST))
    return words


def _case(item: Item, found: Found) -> bool:
    """Whether capitals count. Raises `NotReadable` where that is not the same for all answers."""
    telling = {case for words, _points, case, _feedback in found if words.lower() != words.upper()}
    if len(telling) > 1:
        raise item.refuse(item.root, _("capitals count in some answers and not in others"))
    cases = telling or {case for _words, _points, case, _feedback in found}
    return any(cases)


def _number(item: Item, interaction: Element, declaration: Element) -> Content:
    response = declaration.get("identifier", "")
    if any(item.right_and_wrong(response)[1:]):
        raise item.refuse(interaction, _("what is said to every wrong answer has no place in such a question"))
    steps = item.scoring(response)
    found: list[tuple[Test, float, Text | None]] = []
    if any(step.maps for step in steps):
        item.one_way(response, interaction)
        for entry in item.mapping(declaration):
            test = Test(When.IS, response, entry.key)
            found.append((test, entry.value, item.of_value(response, test)))
    else:
        if len({step.condition for step in steps}) > 1:
            raise NotReadable(steps[1].line, _("an answer may earn points twice"))
        for step in steps:
            if step.test.when not in (When.RIGHT, When.IS, When.NEAR):
                raise NotReadable(step.line, _("how it is graded is not said in a way that can be followed"))
            values = item.correct(declaration) if step.test.value is None else [step.test.value]
            said = item.of_value(response, step.test)
            near = (step.test.tolerance, step.test.relative)
            found += [
                (Test(When.NEAR, response, v, tolerance=near[0], relative=near[1]), step.score or 0.0, said)
                for v in values
            ]
    total = item.total(max((points for _test, points, _said in found), default=0.0))
    answers = tuple(
        AcceptedNumber(
            float_of(test.value or "", declaration),
            test.tolerance,
            test.relative,
            round(max(0.0, points) / total, 7),
            said,
        )
        for test, points, said in found
    )
    return Number(_around(item, interaction), answers, feedback=item.general())


def _around(item: Item, interaction: Element) -> Text:
    """What is asked, with a blank where words follow the answer."""
    if not _is_within_words(interaction):
        return item.stem(interaction)
    text = item.text(plain(item.body, lambda e: BLANK if e is interaction else "" if e.tag == "rubricBlock" else None))
    assert text
    return text


def gaps(item: Item, interactions: Sequence[Element]) -> Content:
    """Gaps in a text, typed or chosen."""
    names = [interaction.get("responseIdentifier", "") for interaction in interactions]
    if len(set(names)) < len(names):
        raise item.refuse(interactions[0], _("two gaps take the same answer"))
    found = dict(zip(names, keys.keys_of(names), strict=True))
    all_typed: Found = []
    made: list[tuple[str, Found, list[Choice], float]] = []
    for interaction, name in zip(interactions, names, strict=True):
        declaration = item.declaration(interaction)
        if interaction.tag == "textEntryInteraction":
            typed = _typed(item, declaration, interaction)
            all_typed += typed
            made.append((found[name], typed, [], max((entry[1] for entry in typed), default=0.0)))
        else:
            choices, best = _inline(item, declaration, interaction)
            made.append((found[name], [], choices, best))
    bests = [best for _key, _typed, _choices, best in made]
    if min(bests) <= 0:
        raise item.refuse(item.root, _("no answer to a gap earns anything"))
    item.total(round(sum(bests), 9))
    ignored = any(IGNORED in classes(interaction) for interaction in interactions)
    return Gaps(
        _text_with_gaps(item, {e: found[e.get("responseIdentifier", "")] for e in interactions}),
        tuple(
            Gap(
                key,
                {item.language: tuple(AcceptedAnswer(w, round(p / best, 7), f) for w, p, _c, f in typed)}
                if typed
                else {},
                tuple(choices),
                round(best / min(bests), 4),
            )
            for key, typed, choices, best in made
        ),
        item.language,
        case_matters=_case(item, all_typed) if all_typed else False,
        accents_matter=not ignored,
        feedback=item.general(),
    )


def _inline(item: Item, declaration: Element, interaction: Element) -> tuple[list[Choice], float]:
    response = declaration.get("identifier", "")
    elements = list(interaction.iterchildren("inlineChoice"))
    steps = item.scoring(response)
    if steps and all(step.test.when is When.IS for step in steps):
        earns = {step.test.value or "": step.score or 0.0 for step in steps}
    else:
        way = item.one_way(response, interaction)
        earns = (
            {entry.key: entry.value for entry in item.mapping(declaration)}
            if way.maps
            else dict.fromkeys(item.correct(declaration), way.score or 0.0)
        )
    best = max(earns.values(), default=0.0)
    if best <= 0:
        return [], 0.0
    choices = []
    names = [element.get("identifier", "") for element in elements]
    for key, name, element in zip(keys.keys_of(names), names, elements, strict=True):
        text = item.words(element)
        if text is None:
            raise item.refuse(element, _("an answer has no text"))
        share = round(earns.get(name, 0.0) / best, 7)
        choices.append(Choice(key, text, share, item.of_choice(element, response)))
    return choices, best


def _text_with_gaps(item: Item, gaps: dict[Element, str]) -> Text:
    def instead(element: Element) -> str | None:
        if element in gaps:
            return f"{_OPENS}{gaps[element]}{_CLOSES}"
        return "" if element.tag == "rubricBlock" else None

    words = plain(item.body, instead).replace("[[", "[ [").replace(_OPENS, "[[").replace(_CLOSES, "]]")
    text = item.text(words)
    assert text
    return text


def gap_match(item: Item, interactions: Sequence[Element]) -> Content:
    """Gaps to fill from one list: each is a gap with these choices."""
    (interaction,) = interactions
    declaration = item.declaration(interaction)
    response = declaration.get("identifier", "")
    item.no_verdict(response)
    places = [element for element in walk(interaction) if element.tag == "gap"]
    offered = [element for element in interaction if element.tag in ("gapText", "gapImg")]
    names = [element.get("identifier", "") for element in places]
    way = item.one_way(response, interaction)
    if not way.maps and len(places) > 1:
        raise item.refuse(interaction, _("the mark is for all gaps or none, and here each gap earns its part"))
    entries = item.mapping(declaration) if way.maps else []
    earns = {e.key: e.value for e in entries} or dict.fromkeys(item.correct(declaration), way.score or 1.0)
    by_gap: dict[str, dict[str, float]] = {name: {} for name in names}
    for pair, points in earns.items():
        ends = pair.split()
        gap = next((end for end in ends if end in by_gap), "")
        if len(ends) != 2 or not gap or points < 0:
            raise item.refuse(declaration, _("a right pair names what is not there: %(pair)s", pair=pair[:80]))
        by_gap[gap][ends[1] if ends[0] == gap else ends[0]] = points
    bests = [max(by_gap[name].values(), default=0.0) for name in names]
    if not bests or min(bests) <= 0:
        raise item.refuse(interaction, _("no answer to a gap earns anything"))
    item.total(round(sum(bests), 9))
    labels = [(element.get("identifier", ""), item.words(element), element) for element in offered]
    choice_keys = keys.keys_of(name for name, _text, _element in labels)
    made = []
    for key, name, best in zip(keys.keys_of(names), names, bests, strict=True):
        choices = []
        for choice_key, (label, text, element) in zip(choice_keys, labels, strict=True):
            if text is None:
                raise item.refuse(element, _("an answer has no text"))
            choices.append(Choice(choice_key, text, round(by_gap[name].get(label, 0.0) / best, 7)))
        made.append(Gap(key, {}, tuple(choices), round(best / min(bests), 4)))
    found = dict(zip(places, (gap.key for gap in made), strict=True))
    for element in offered:
        interaction.remove(element)
    return Gaps(_text_with_gaps(item, found), tuple(made), item.language, feedback=item.general())


def essay(item: Item, interactions: Sequence[Element]) -> Content:
    """Something to write at length, marked by a person."""
    (interaction,) = interactions
    declaration = item.declaration(interaction)
    if declaration.get("cardinality", "single") != "single":
        raise item.refuse(interaction, _("it takes several texts, and here an essay is one"))
    if any(step.maps or step.score for step in item.steps):
        raise item.refuse(interaction, _("it is graded by rules, and here a person marks an essay"))
    item.marks = item.most() or 1.0
    guidance = [
        plain(block)
        for block in item.root.iterfind("itemBody//rubricBlock")
        if "rubric" not in classes(block) and set(block.get("view", "").split()) & {"scorer", "author", "tutor"}
    ]
    starter = declaration.find("defaultValue/value")
    return Essay(
        item.stem(interaction),
        rubric=_rubric(item),
        guidance=item.text("\n\n".join(guidance)) if guidance else None,
        starter=None if starter is None else item.text((starter.text or "").strip()),
        feedback=item.general(),
    )


def _rubric(item: Item) -> tuple[Criterion, ...]:
    """The criteria, as they are written here."""
    elements = [e for e in item.root.iterfind("itemBody//rubricBlock//li") if "criterion" in classes(e)]
    found = []
    for key, element in zip(keys.keys_of(e.get("id", "") for e in elements), elements, strict=True):
        levels = [e for e in element.iterfind("ul/li") if "level" in classes(e)]
        names = [e.get("id", "").rpartition(".")[2] for e in levels]
        found.append(
            Criterion(
                key,
                _span(item, element, "text"),
                tuple(
                    Level(level_key, _span(item, level, "text"), number(_within(item, level, "points")))
                    for level_key, level in zip(keys.keys_of(names), levels, strict=True)
                ),
            )
        )
    return tuple(found)


def _within(item: Item, element: Element, name: str) -> Element:
    for span in element.iterchildren("span"):
        if name in classes(span):
            return span
    raise item.refuse(element, _("a line of the rubric is not complete"))


def _span(item: Item, element: Element, name: str) -> Text:
    text = item.words(_within(item, element, name))
    if text is None:
        raise item.refuse(element, _("a line of the rubric is not complete"))
    return text
