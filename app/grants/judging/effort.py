"""How far off a finding is: what is to be done for it, and how much. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

from .findings import Finding, Missing, OutOfReach, OwnWord, OwnWork, Unknown, is_barred, minutes_left, shortest_way


class Load(NamedTuple):
    """What one thing to do takes: whether it cannot be done now, and minutes of own work that can be."""

    is_barred: bool = False
    minutes: int = 0

    def beside(self, other: Load) -> Load:
        """What the thing takes where two requirements ask for it."""
        return Load(self.is_barred or other.is_barred, max(self.minutes, other.minutes))


class Effort(NamedTuple):
    """How far off something is, to compare: the first figure that differs decides.

    So a way through what nobody can do comes last, one that waits for time or for a bar to fall before it, then the way
    with the fewest steps, with the fewest of them in other hands, and with the least work. Efforts of ways that have no
    thing in common add up.
    """

    never: int = 0  # things that nobody can do
    waits: int = 0  # things that time alone brings
    barred: int = 0  # things that cannot be done now
    steps: int = 0  # things in all
    others: int = 0  # things in other hands
    minutes: int = 0


def work_of(leaves: Iterable[Missing | Unknown]) -> dict[Hashable, Load]:
    """The things that the leaves ask for, each once, however many of them it meets."""
    work: dict[Hashable, Load] = {}
    for leaf in leaves:
        load = Load(is_barred=True) if is_barred(leaf) else Load(minutes=minutes_left(leaf))
        for thing in leaf.todo:
            work[thing] = load.beside(work.get(thing, load))
    return work


def effort_of(work: Mapping[Hashable, Load]) -> Effort:
    """What so many things take together."""
    facts = [thing for thing in work if isinstance(thing, OutOfReach)]
    waits = sum(fact.in_time for fact in facts)
    return Effort(
        never=len(facts) - waits,
        waits=waits,
        barred=sum(load.is_barred for load in work.values()),
        steps=len(work),
        others=sum(not isinstance(thing, OwnWork | OwnWord) for thing in work),
        minutes=sum(load.minutes for load in work.values()),
    )


def effort(finding: Finding) -> Effort:
    """How far off a finding is, by its shortest way."""
    return effort_of({**dict.fromkeys(finding.todo, Load()), **work_of(shortest_way(finding))})


def work_left(finding: Finding) -> int:
    """Minutes of work that can be done on the shortest way, each course counted once."""
    return effort(finding).minutes
