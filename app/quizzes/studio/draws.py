"""Which questions of the bank random slots draw, and whether there are enough of them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.folding import folded

from ..models import Draw

SEPARATOR = "/"  # between a category and the one below it


def holds(draw: Draw, category: str, tags: Iterable[str]) -> bool:
    """Whether a draw takes a question that stands in `category` and has these tags, however they are capitalised."""
    inside = category == draw.category
    if draw.below and not inside:
        inside = not draw.category or category.startswith(draw.category + SEPARATOR)
    return inside and (not draw.tags or {folded(tag) for tag in draw.tags} <= {folded(tag) for tag in tags})


def with_parents(categories: Iterable[str]) -> list[str]:
    """These categories and those that they stand below, sorted; the one without a name is left out."""
    found = set()
    for category in categories:
        parts = category.split(SEPARATOR)
        found |= {SEPARATOR.join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return sorted(found - {""})


@dataclass(frozen=True, slots=True)
class Shortage:
    """Places that draw from the same questions, and by how many these are too few."""

    places: tuple[int, ...]
    questions: int
    missing: int


def drawn(pools: Mapping[int, Collection[int]]) -> dict[int, int]:
    """A question for as many places as possible, none twice; `pools` maps a place to the questions it may take.

    A largest matching, by augmenting paths. A place that nothing is left for is left out. Earlier places and earlier
    questions go first.
    """
    taken: dict[int, int] = {}
    # Who has more to choose from than there are places is never left without, so it waits till the others have chosen.
    scarce = [place for place, pool in pools.items() if len(pool) < len(pools)]
    for place in scarce:
        _seat(place, pools, taken, set())
    chosen = {place: question for question, place in taken.items()}
    for place in [place for place, pool in pools.items() if len(pool) >= len(pools)]:
        chosen[place] = next(question for question in pools[place] if question not in taken)
        taken[chosen[place]] = place
    return {place: chosen[place] for place in pools if place in chosen}


def _seat(place: int, pools: Mapping[int, Collection[int]], taken: dict[int, int], seen: set[int]) -> bool:
    """Find a question for a place, where need be by giving others another one."""
    for question in pools[place]:
        if question not in taken:
            taken[question] = place
            return True
    for question in pools[place]:
        if question in seen:
            continue
        seen.add(question)
        if _seat(taken[question], pools, taken, seen):
            taken[question] = place
            return True
    return False


def shortages(pools: Mapping[int, Collection[int]]) -> list[Shortage]:
    """Where questions are too few for the places that draw them, each question asked once.

    By Hall's theorem: the places that a place left without could have taken a question from have, all together, fewer
    questions than they are.
    """
    chosen = drawn(pools)
    holder = {question: place for place, question in chosen.items()}
    found: list[Shortage] = []
    told: set[int] = set()
    for place in pools:
        if place in chosen or place in told:
            continue
        group = _rivals([place], pools, holder)
        # Another place left without that draws the same questions belongs to it.
        while more := [
            other
            for other in pools
            if other not in chosen
            and other not in group
            and (set(pools[other]) & _questions(group, pools) or (not pools[other] and not pools[place]))
        ]:
            group = _rivals([*group, *more], pools, holder)
        told |= group
        questions = len(_questions(group, pools))
        found.append(Shortage(tuple(sorted(group)), questions, len(group) - questions))
    return found


def _rivals(places: Sequence[int], pools: Mapping[int, Collection[int]], holder: Mapping[int, int]) -> set[int]:
    """These places and all that hold a question which one of them, or of those found so, might have taken."""
    group, waiting = set(places), list(places)
    while waiting:
        for question in pools[waiting.pop()]:
            if (other := holder[question]) not in group:
                group.add(other)
                waiting.append(other)
    return group


def _questions(places: Iterable[int], pools: Mapping[int, Collection[int]]) -> set[int]:
    return {question for place in places for question in pools[place]}
