"""What giving applications to reviewers would do: who gets which, who is left out and why, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .assigning_queries import Open, list_given_pairs
from .conflicts import Pair, list_conflicts, list_knowing
from .queries import Candidate
from .spreading import spread
from .words import left_out_words, too_few_words

MOST_EACH = 10
USUAL_EACH = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """`pairs`: what would be given. `left_out`, `missing`: in words, who does not get what, and where people lack."""

    pairs: tuple[Pair, ...]
    cities: Mapping[int, str]
    left_out: tuple[str, ...]
    missing: tuple[str, ...]

    def cities_of(self, person_id: int) -> list[str]:
        """What one reviewer would get."""
        return [self.cities[application_id] for application_id, given_to in self.pairs if given_to == person_id]


def plan(applications: Sequence[Open], reviewers: Sequence[Candidate], each: int) -> Plan:
    """Give every application `each` reviewers, those it has counted, evenly, to none with a conflict or
    who could read what another handed in. Three statements."""
    cities = {application.id: application.city for application in applications}
    people = [reviewer.id for reviewer in reviewers]
    conflicts, knowing = list_conflicts(cities.keys(), people), list_knowing(cities.keys(), people)
    given = list_given_pairs(cities)
    wanted = {one.id: each - one.reviewers for one in applications if one.reviewers < each}
    pairs = spread(
        wanted,
        people,
        {*conflicts, *knowing, *given},
        {reviewer.id: reviewer.has_open for reviewer in reviewers},
    )
    names = {reviewer.id: reviewer.name for reviewer in reviewers}
    left_out = left_out_words(
        {pair: why for pair, why in conflicts.items() if pair[0] in wanted},
        {pair for pair in knowing - given if pair[0] in wanted},
        cities,
        names,
    )
    return Plan(tuple(pairs), cities, tuple(left_out), tuple(too_few_words(pairs, wanted, cities)))
