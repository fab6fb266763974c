"""What an attempt asks, in which order, on which pages. Pure but for the chance it is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from ..models import AttemptSlot
from ..settings import QuizSettings
from ..types import Content


class Place(Protocol):
    """A place in a published quiz, as `kind.SlotData` is."""

    @property
    def version_id(self) -> int: ...
    @property
    def marks(self) -> float: ...
    @property
    def pool(self) -> tuple[int, ...]: ...
    @property
    def new_page(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Met:
    """A version that may be drawn: its question, and how often this person has been asked that question."""

    question_id: int
    times: int = 0


def draw(
    places: Sequence[Place], met: Mapping[int, Met], source: Random, *, again: Collection[int] = ()
) -> list[int | None]:
    """For each place the id of the version that it asks; None for a random one that nothing is left for.

    No question is asked twice. Of what may be drawn, the questions met least often are taken (those of `again`,
    versions of an attempt that this one builds on, before all others), ties by chance; places are given up for one
    another, so that no question taken early leaves a place empty that it could have filled otherwise.
    """
    fixed = {met[place.version_id].question_id for place in places if not place.pool and place.version_id in met}
    wanted: dict[int, list[tuple[int, int]]] = {}  # question: the places that may ask it, each in which version
    for number, place in enumerate(places):
        for version in place.pool:
            if met[version].question_id not in fixed:
                wanted.setdefault(met[version].question_id, []).append((number, version))
    ties = list(wanted)
    source.shuffle(ties)
    times = {met[version].question_id: met[version].times for place in places for version in place.pool}
    before = {met[version].question_id for version in again if version in met}
    ties.sort(key=lambda question: (question not in before, times[question]))
    drawn: dict[int, int] = {}  # place: question
    random = sum(bool(place.pool) for place in places)
    for question in ties:
        if len(drawn) == random:
            break
        _seat(question, wanted, drawn, set(), source)
    chosen = {n: dict(wanted[question])[n] for n, question in drawn.items()}
    return [chosen.get(n) if place.pool else place.version_id for n, place in enumerate(places)]


def _seat(
    question: int, wanted: Mapping[int, list[tuple[int, int]]], drawn: dict[int, int], tried: set[int], source: Random
) -> bool:
    """Give a question a place, moving others where that frees one: an augmenting path of a matching."""
    places = [number for number, _version in wanted[question] if number not in tried]
    source.shuffle(places)
    for number in sorted(places, key=lambda number: number in drawn):
        if number in tried:
            continue
        tried.add(number)
        if number not in drawn or _seat(drawn[number], wanted, drawn, tried, source):
            drawn[number] = question
            return True
    return False


def lay_out(
    places: Sequence[Place], drawn: Sequence[int | None], contents: Mapping[int, Content], settings: QuizSettings,
    source: Random,
) -> list[AttemptSlot]:  # fmt: skip
    """The slots of an attempt: questions and options in their order, and each on its page.

    Pages begin where the quiz says, counted in its own order; when questions are mixed each page stays as long.
    """
    asked = [(place, version) for place, version in zip(places, drawn, strict=True) if version is not None]
    pages = pages_of([place.new_page for place, _version in asked])
    if settings.shuffle_questions:
        source.shuffle(asked)
    slots = []
    for (place, version), page in zip(asked, pages, strict=True):
        options = list(contents[version].options())
        if settings.shuffle:
            source.shuffle(options)
        slots.append(AttemptSlot(version, place.marks, tuple(options), page))
    return slots


def pages_of(new_page: Sequence[bool]) -> list[int]:
    """The page of each place, from 1, where `new_page` says which begin one; the first always does."""
    pages: list[int] = []
    for begins in new_page:
        pages.append(1 if not pages else pages[-1] + begins)
    return pages
