"""Whether any city could meet a rule: found by trying the cities that could make a difference. Pure.

What asks a person asks for something that anybody could do, so a rule can be met exactly if some city makes it true
once all of that is done. Of cities only what the rule names matters: the places and sizes, how long they are members,
and how many people are trained, where more people imply fewer and a shorter time a longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from app.network.models import SizeBand

from .cities import CityIn, CityTrained, MemberFor
from .combinators import All, Any_, AtLeast, Leaf, Node, Not

MOST_TRIED = 20_000
MOST_STEPS = 200_000
MOST_DENIED = 10

# A region, a country by its code and a size; "" for one that the rule does not name.
Place = tuple[str, str, str]
Truth = Mapping[Leaf, bool]


class TooMany(Exception):
    """The rule names so much of cities that not all of it can be tried."""


class Budget:
    """How much may be tried for all questions about one rule and its parts, in requirements looked at."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Raises `TooMany` once all of it is spent, and from then on."""
        self.left -= steps
        if self.left < 0:
            raise TooMany


def can_be_met(rule: Node, regions_of: Mapping[str, frozenset[str]], budget: Budget) -> bool:
    """Whether some city with willing people could meet the rule; also where there is too much to be tried.

    `regions_of`: country code to the regions that its cities are in, for countries with a city in the network.
    """
    try:
        return any(_holds(rule, truth) for truth in _cities(rule, regions_of, budget, wanted=True))
    except TooMany:
        return True


def is_always_met(rule: Node, regions_of: Mapping[str, frozenset[str]], budget: Budget) -> bool:
    """Whether every city that is a member meets the rule, whatever its people do; not where that is too much to try."""
    try:
        return all(_holds(rule, truth) for truth in _cities(rule, regions_of, budget, wanted=False))
    except TooMany:
        return False


def _holds(rule: Node, truth: Truth) -> bool:
    match rule:
        case All(of=parts):
            return all(_holds(part, truth) for part in parts)
        case Any_(of=parts):
            return any(_holds(part, truth) for part in parts)
        case AtLeast(of=parts, n=n):
            return sum(_holds(part, truth) for part in parts) >= n
        case Not(of=part):
            return not _holds(part, truth)
        case leaf:
            return truth[leaf]


def _cities(rule: Node, regions_of: Mapping[str, frozenset[str]], budget: Budget, *, wanted: bool) -> Iterator[Truth]:
    """The truth of each leaf for every sort of city that could make the rule come out as wanted."""
    standing = list(rule.leaves())
    budget.spend(len(standing))
    leaves = list(dict.fromkeys(standing))
    personal: dict[Leaf, bool] = {leaf: wanted for leaf in leaves if not leaf.of_city}
    sorts: list[list[dict[Leaf, bool]]] = [
        _by_place([leaf for leaf in leaves if isinstance(leaf, CityIn)], regions_of, budget),
        _by_membership([leaf for leaf in leaves if isinstance(leaf, MemberFor)]),
        _by_training(rule, [leaf for leaf in leaves if isinstance(leaf, CityTrained)], budget, wanted=wanted),
    ]
    if len(sorts[0]) * len(sorts[1]) * len(sorts[2]) > MOST_TRIED:
        raise TooMany
    for place, membership, training in product(*sorts):
        budget.spend(len(standing))
        yield {**personal, **place, **membership, **training}


def _by_place(
    leaves: Sequence[CityIn], regions_of: Mapping[str, frozenset[str]], budget: Budget
) -> list[dict[Leaf, bool]]:
    found = set()
    for place in _places(leaves, regions_of):
        budget.spend(len(leaves))
        found.add(tuple(_is_in(leaf, place) for leaf in leaves))
    return [dict(zip(leaves, each, strict=True)) for each in sorted(found, reverse=True)]


def _places(leaves: Sequence[CityIn], regions_of: Mapping[str, frozenset[str]]) -> Iterator[Place]:
    regions = {region.value for leaf in leaves for region in leaf.regions}
    countries = {code for leaf in leaves for code in leaf.countries}
    if len(regions) * len(countries) > MOST_TRIED:
        raise TooMany
    for country in sorted(countries | {""}):
        known = regions_of.get(country)
        there = regions | {""} if known is None else {region if region in regions else "" for region in known}
        yield from product(sorted(there), [country], list(SizeBand))


def _is_in(leaf: CityIn, place: Place) -> bool:
    asked = zip(place, (leaf.regions, leaf.countries, leaf.sizes), strict=True)
    return all(value in values for value, values in asked if values)


def _by_membership(leaves: Sequence[MemberFor]) -> list[dict[Leaf, bool]]:
    lengths = [0, *sorted({leaf.months for leaf in leaves})]
    return [{leaf: leaf.months <= length for leaf in leaves} for length in lengths]


def _by_training(rule: Node, leaves: Sequence[CityTrained], budget: Budget, *, wanted: bool) -> list[dict[Leaf, bool]]:
    """Each choice of what is not trained, with all the rest trained that this allows."""
    polarity = set(_polarities(rule, wanted))
    denied = [leaf for leaf in leaves if (leaf, False) in polarity]
    if len(denied) > MOST_DENIED:
        raise TooMany
    found: list[dict[Leaf, bool]] = []
    for values in product((True, False), repeat=len(denied)):
        lacking = [leaf for leaf, value in zip(denied, values, strict=True) if not value]
        budget.spend(len(leaves) * (1 + len(lacking)))
        trained: dict[Leaf, bool] = {leaf: not any(_implies(leaf, other) for other in lacking) for leaf in leaves}
        if all(trained[leaf] is value for leaf, value in zip(denied, values, strict=True)):
            found.append(trained)
    return found


def _polarities(rule: Node, wanted: bool) -> Iterator[tuple[Leaf, bool]]:
    """Each leaf with whether the rule comes out as wanted the sooner when the leaf is met."""
    match rule:
        case Not(of=part):
            yield from _polarities(part, not wanted)
        case All(of=parts) | Any_(of=parts) | AtLeast(of=parts):
            for part in parts:
                yield from _polarities(part, wanted)
        case leaf:
            yield leaf, wanted


def _implies(one: CityTrained, other: CityTrained) -> bool:
    """Whether a city that meets the one must meet the other."""
    if one == other:
        return True
    if one.course_id != other.course_id or (one.within_months or 10**6) > (other.within_months or 10**6):
        return False
    if other.share is not None:
        return one.share is not None and one.share >= other.share
    return (1 if one.share is not None else one.people or 1) >= (other.people or 1)
