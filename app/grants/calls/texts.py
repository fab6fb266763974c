"""The texts of a call, to translate: its own, and those of what it asks. Pure but for words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from flask_babel import gettext as _

from app.core.text import Text
from app.courses.kinds import TranslationState, Unit

from ..models import GrantCall
from ..rules import Declared, Node
from .items import Item, items
from .questionnaire import Choice, Criterion, Question, Questionnaire, Report

LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: its key on the page, what it is, and under which heading."""

    key: str
    label: str
    group: str
    text: Text


def places(call: GrantCall) -> Iterator[Place]:
    """The texts of a call in the order they are read; those without words are left out."""
    source = call.source_language
    for place in _all_places(call, source):
        if place.text.best(source, source).strip():
            yield place


def _all_places(call: GrantCall, source: str) -> Iterator[Place]:
    whole = _("The call itself")
    yield Place("title", _("Title"), whole, call.title)
    yield Place("summary", _("Summary"), whole, call.summary)
    for item in items(call.questionnaire):
        group = item.title.best(source, source)
        yield Place(f"{item.key}.title", label_of(item), group, item.title)
        explained = getattr(item, "help", None)
        if explained is not None:
            yield Place(f"{item.key}.help", _("Explanation"), group, explained)
        for number, choice in enumerate(getattr(item, "choices", ()), 1):
            yield Place(f"{item.key}.{choice.key}", _("Answer %(number)s", number=number), group, choice.label)


def label_of(item: Item) -> str:
    if isinstance(item, Criterion):
        return _("Criterion")
    return _("Report") if isinstance(item, Report) else _("Question")


def units(call: GrantCall, language: str) -> list[Unit]:
    """Every text of a call, to be translated into `language`."""
    return [
        Unit.of(
            place.key, place.label, place.text, source=call.source_language, language=language, group=place.group,
            longest=LONGEST,
        )
        for place in places(call)
    ]  # fmt: skip


def statements(rule: Node | None, language: str) -> list[Unit]:
    """Every statement of the call's rule, each once, to be translated into `language` where the rule is written.

    One that is written in that language is none.
    """
    leaves = rule.leaves() if rule else ()
    found = {leaf.key: leaf for leaf in leaves if isinstance(leaf, Declared) and leaf.source_language != language}
    return [
        Unit.of(key, _("Statement"), leaf.text, source=leaf.source_language, language=language)
        for key, leaf in found.items()
    ]


def left_of(found: Sequence[Unit]) -> int:
    """How many of the texts have no translation, or one that is out of date."""
    return sum(unit.state is not TranslationState.DONE for unit in found)


def languages_of(call: GrantCall, offered: Collection[str]) -> list[str]:
    """The languages of the site (`offered`) and those that a text has, without the call's own, in order of tag."""
    found = {tag for place in places(call) for tag in place.text.phrases}
    return sorted((found | set(offered)) - {call.source_language})


def languages_left(call: GrantCall, rule: Node | None, offered: Collection[str]) -> list[str]:
    """Of `offered`, the languages in which a text of the call or a statement of its rule is missing or out of date."""
    return [
        tag for tag in offered if tag != call.source_language and left_of([*units(call, tag), *statements(rule, tag)])
    ]


def with_texts(asked: Questionnaire, texts: Mapping[str, Text]) -> Questionnaire:
    """The questionnaire with other texts in some places, by key."""
    return Questionnaire(
        questions=tuple(_with(item, texts) for item in asked.questions),
        criteria=tuple(_with(item, texts) for item in asked.criteria),
        reports=tuple(_with(item, texts) for item in asked.reports),
    )


def _with(item: Any, texts: Mapping[str, Text]) -> Any:
    values: dict[str, Any] = {name: texts[key] for name in ("title", "help") if (key := f"{item.key}.{name}") in texts}
    if isinstance(item, Question):
        values["choices"] = tuple(
            Choice(choice.key, texts.get(f"{item.key}.{choice.key}", choice.label)) for choice in item.choices
        )
    return msgspec.structs.replace(item, **values)
