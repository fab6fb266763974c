"""Ordering: things to put in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .aliases import aliases, keys_by_alias, without_meaning
from .asking import Asking
from .fault import QuestionFault
from .grade import Grade
from .parts import Labelled, Picture
from .scored import AnswerPart, Said, Scored
from .wording import numbered, words

FIELD = "place-"


class OrderCredit(StrEnum):
    """What earns part of the mark: nothing; each thing in its place; each pair in the right order."""

    ALL = "all"
    POSITION = "position"
    PAIRS = "pairs"


class OrderingAnswer(msgspec.Struct, frozen=True, tag="ordering"):
    """The key of a thing to the place given to it, from 1; those without a place are not in it."""

    places: dict[str, int]


class Ordering(Asking, frozen=True, tag="ordering"):
    """`items` in their right order. What was given no place earns nothing, nor do pairs that it is in; nor do two that
    were given the same place earn anything as a pair.

    Pages call items by their aliases. They first show them in an order that has nothing to do with the right one, and
    that order is nobody's answer until it is kept.
    """

    stem: Text
    items: tuple[Labelled, ...]
    credit: OrderCredit = OrderCredit.ALL
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def grade(self, answer: OrderingAnswer, language: str) -> Grade:
        places = [answer.places.get(item.key) for item in self.items]
        in_place = sum(place == right for right, place in enumerate(places, 1))
        if not places:
            return Grade(0.0)
        if self.credit is OrderCredit.POSITION:
            return Grade(in_place / len(places))
        pairs = list(combinations(places, 2))
        if self.credit is OrderCredit.PAIRS and pairs:
            ordered = sum(one is not None and other is not None and one < other for one, other in pairs)
            return Grade(ordered / len(pairs))
        return Grade(float(in_place == len(places)))

    def read(self, fields: Mapping[str, Sequence[str]]) -> OrderingAnswer | None:
        """The answer in a posted form, `place-{item}` by aliases; None if no place was given.

        What is no place or names no item is taken as such, so that it is refused and not lost.
        """
        keys = keys_by_alias(self.items)
        places = {}
        for field, values in fields.items():
            if field.startswith(FIELD) and values and values[0]:
                name = field.removeprefix(FIELD)
                places[keys.get(name, f"?{name}")] = _place(values[0])
        return OrderingAnswer(places) if places else None

    def accepts(self, answer: OrderingAnswer) -> bool:
        """Whether the answer names items of this question and places that there are. Two may share a place for a
        while: that is how places are exchanged by select boxes."""
        return {item.key for item in self.items} >= answer.places.keys() and all(
            1 <= place <= len(self.items) for place in answer.places.values()
        )

    def options(self) -> tuple[str, ...]:
        """The keys of the items, in an order that says nothing. So it may chance to be the right one: if it never
        were, two things would always have to be exchanged."""
        return without_meaning(self.items)

    def shown(self, order: Sequence[str], answer: OrderingAnswer | None) -> list[tuple[str, Labelled, int | None]]:
        """Alias, item and the place it was given, in the places given and then in `order`."""
        named, by_key = aliases(self.items), {item.key: item for item in self.items}
        places = answer.places if answer else {}
        listed = sorted((key for key in order if key in by_key), key=lambda key: places.get(key, len(by_key) + 1))
        return [(named[key], by_key[key], places.get(key)) for key in listed]

    @property
    def teaches(self) -> bool:
        return self.feedback is not None

    def scored(self, language: str) -> tuple[Scored, ...]:
        return tuple(
            Scored(numbered(place, item.text), self._share, key=item.key) for place, item in enumerate(self.items, 1)
        )

    def given(self, answer: OrderingAnswer) -> tuple[Text | str, ...]:
        """What was given a place, with it, the first first."""
        placed = [(place, item) for item in self.items if (place := answer.places.get(item.key)) is not None]
        return tuple(numbered(place, item.text) for place, item in sorted(placed, key=lambda pair: pair[0]))

    def right(self, language: str) -> tuple[Text | str, ...]:
        return self.given(OrderingAnswer({item.key: place for place, item in enumerate(self.items, 1)}))

    def rules(self) -> tuple[object, ...]:
        return (
            {
                OrderCredit.ALL: _l("The mark is for the whole order."),
                OrderCredit.POSITION: _l("Each one that stands in its own place earns an equal share of the mark."),
                OrderCredit.PAIRS: _l(
                    "Of all pairs, each two that stand in the right order, near or far, earn an equal share of the "
                    "mark. One without a place earns nothing."
                ),
            }[self.credit],
        )

    def marks_facts(self) -> Any:
        return [self.credit, [item.key for item in self.items]]

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        if len({item.key for item in self.items}) < len(self.items):
            return [QuestionFault("items", _l("two have the same key"))]
        if len(self.items) < 2:
            return [QuestionFault("items", _l("there must be at least two things to put in order"))]
        for language in sorted({tag for item in self.items for tag in item.text.phrases}):
            if len({words(item.text, language) for item in self.items}) < len(self.items):
                alike = _l("two read the same in %(language)s, so nobody can tell them apart", language=language)
                return [QuestionFault("items", alike)]
        return []

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        """Each item, with every place that it can be given."""
        places = range(1, len(self.items) + 1)
        return tuple(
            AnswerPart(
                item.key, item.text, tuple(Scored(str(at), self._share * (at == right), key=str(at)) for at in places)
            )
            for right, item in enumerate(self.items, 1)
        )

    def said(self, answer: OrderingAnswer, language: str) -> tuple[Said, ...]:
        return tuple(
            Said(item.key, str(place), fraction=self._share * (place == right))
            for right, item in enumerate(self.items, 1)
            if (place := answer.places.get(item.key)) is not None
        )

    @property
    def _share(self) -> float:
        """What an item in its place counts for; the whole where they earn it together, or by pairs."""
        return 1 / len(self.items) if self.items and self.credit is OrderCredit.POSITION else 1.0


def _place(typed: str) -> int:
    """A place as a select box sends it; 0, which there is not, for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
