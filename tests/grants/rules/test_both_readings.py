"""The two readings of a rule, `clause` in the database and `check` in Python, give the same verdict.

Small networks stand side by side in one database, and all of them are judged at once by many rules: one statement for
all people and cities, one for their facts. So more than a thousand networks each meet every rule of their world, and
two hundred thousand verdicts are compared in about a minute. Who belongs where, and what is said of the whole network
(`count_network`, `compare`), is worked out once more from the rows themselves.

Hypothesis draws the seeds and nothing else. What it draws value by value it varies afterwards, so that of a thousand
networks a quarter were different ones and of a thousand rules a third; and it cannot make a world small in good time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.auth.models import Person
from app.grants.judging.facts import load
from app.grants.judging.findings import Missing, Reason, Unknown
from app.grants.judging.queries import compare, count_network
from app.grants.rules import Any_, Node, Waived, read, write
from app.network.models import City

from .drawn_rules import DENIALS, LEAVES, every_sort, sort_of
from .networks import (
    Grounds,
    Rows,
    cities_of,
    every_situation,
    grounds,
    people_of,
    practitioners_at,
    situations,
    stays_at,
)
from .readings import (
    Subject,
    Verdicts,
    World,
    a_world,
    by_check,
    by_database,
    for_one_city,
    laid_out,
    smallest,
    verdict_of,
)

WORLDS, NETWORKS = 56, 20


@dataclass
class Seen:
    """What came up in all worlds, and how often: verdicts by the sort of rule, situations by network."""

    networks: set[bytes] = field(default_factory=set)
    rules: set[Node] = field(default_factory=set)
    met_each_other: int = 0  # pairs of a network and a rule
    verdicts: Counter[tuple[str, bool | None]] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    situations: Counter[str] = field(default_factory=Counter)

    def note(self, world: World, networks: Sequence[Rows]) -> None:
        self.networks |= set(world.networks.values())
        self.rules |= set(world.rules)
        self.met_each_other += len(world.networks) * len(world.rules)
        for rows in networks:
            self.situations.update(situations(rows, world.at))


def subjects_of(networks: Sequence[Rows], at: datetime) -> set[Subject]:
    """Everybody with their city as of `at`, and each city alone, worked out from the rows."""
    found: set[Subject] = set()
    for rows in networks:
        stays = stays_at(rows, at)
        found |= {(p["id"], stays[p["id"]]["city_id"] if p["id"] in stays else None) for p in rows[Person]}
        found |= {(None, city["id"]) for city in rows[City]}
    return found


def of_network(said: Verdicts, place: int, networks: Sequence[Rows], at: datetime) -> tuple[set[int], set[int]]:
    """Who of the practitioners meets a rule, and which cities may apply, worked out from single verdicts."""
    practitioners = {subject for rows in networks for subject in practitioners_at(rows, at).items()}
    met = {subject for subject in practitioners if said[subject][place]}
    alone = {city_id for person_id, city_id in said if person_id is None and said[person_id, city_id][place]}
    return {person_id for person_id, _city_id in met}, {city_id for _person_id, city_id in met} | alone


def judge(world: World, networks: Sequence[Rows], seen: Seen) -> tuple[Node, Subject] | None:
    """Judge the world in both ways: a rule and a subject that they disagree on; None where they agree on all."""
    rules, at = world.rules, world.at
    said = by_database(rules, at)
    found = by_check(rules, at, load(sa.select(Person.id), world.cities, at, Any_(of=rules)))
    assert said.keys() == found.keys() == subjects_of(networks, at)
    sorts = [sort_of(rule) for rule in rules]
    for subject, findings in found.items():
        verdicts = [verdict_of(finding) for finding in findings]
        if verdicts != said[subject]:
            place = next(i for i, verdict in enumerate(verdicts) if verdict != said[subject][i])
            return rules[place], subject
        seen.verdicts.update(zip(sorts, verdicts, strict=True))
        seen.reasons.update(finding.reason for finding in findings if isinstance(finding, Missing | Unknown))
    judge_together(world, networks, said)
    return None


def judge_together(world: World, networks: Sequence[Rows], said: Verdicts) -> None:
    """What is said of the whole network, and of one city, is what single verdicts come to."""
    rules, at = world.rules, world.at
    some, another = LEAVES + DENIALS, LEAVES + DENIALS + 1
    met = {place: of_network(said, place, networks, at) for place in (some, another, -2, -1)}
    for place in (some, -1):
        people, cities = met[place]
        assert count_network(rules[place], at) == (len(people), len(cities)), rules[place]
    for old, new in ((some, another), (-2, -1)):
        (people, cities), (people_then, cities_then) = met[old], met[new]
        change = compare(rules[old], rules[new], at)
        assert {city.id for city in change.gaining} == cities_then - cities
        assert {city.id for city in change.losing} == cities - cities_then
        assert (change.people_before, change.people_after) == (len(people), len(people_then))
        assert (change.people_gaining, change.people_losing) == (len(people_then - people), len(people - people_then))
    assert not met[-2][0] - met[-1][0]  # a waiver takes nothing from anybody
    busiest = Counter(city for rows in networks for city in practitioners_at(rows, at).values()).most_common(1)
    for city_id, _people in busiest:
        for subject, verdicts in for_one_city(city_id, rules[:LEAVES], at).items():
            assert verdicts == said[subject][:LEAVES], (subject, rules[:LEAVES])


def in_little(world: World, networks: Sequence[Rows], fault: tuple[Node, Subject]) -> object:
    """What is to be read of a fault: the least that shows it."""
    rule, (person_id, city_id) = fault
    rows = next(
        rows
        for number, rows in zip(world.networks, networks, strict=True)
        if person_id in people_of(number) or (person_id is None and city_id in cities_of(number))
    )
    return smallest(rule, rows, world.at) or f"only side by side with other networks: {fault}"


@pytest.fixture
def base(app: Flask) -> Grounds:
    return grounds()


@pytest.mark.timeout(1800)  # a minute of a quiet machine, and many of one that does much else
def test_clause_and_check_agree(base: Grounds) -> None:
    seen = Seen()

    @settings(max_examples=WORLDS, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=True))
    def agree(chance: Random) -> None:
        world = a_world(chance, base, NETWORKS)
        networks = world.rows(base)
        seen.note(world, networks)
        with laid_out(networks):
            fault = judge(world, networks, seen)
        if fault:
            pytest.fail(f"{in_little(world, networks, fault)}", pytrace=False)
        for rule in world.rules[:-1]:
            assert isinstance(rule, Waived) or read(write(rule)) == rule

    agree()
    assert len(seen.networks) >= 1_000
    assert len(seen.rules) >= 600
    assert seen.met_each_other >= 20_000
    # Nothing may come up less often without anybody noticing, neither in rules nor in networks.
    assert {(sort, v) for sort, can in every_sort().items() for v in can if seen.verdicts[sort, v] < 5} == set()
    assert {reason for reason in Reason if seen.reasons[reason] < 5} == set()
    assert {situation for situation in every_situation() if seen.situations[situation] < 5} == set()
