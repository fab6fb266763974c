"""Until when the shortest way is enough, as not all that holds today lasts until a call closes. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..calls.call import Standing
from ..judging.findings import CityWork, Finding, Met, Missing, OutOfReach, Reason, Unknown, shortest_way
from ..rules import Node

Leaf = Missing | Unknown


@dataclass(frozen=True, slots=True)
class Done:
    """What will be done once the shortest way is gone: how much of each thing, and which requirements ask for it today.

    `anew`: what is gone through from its beginning, and so meets again what it met before.
    """

    things: Mapping[Hashable, int]
    anew: frozenset[Hashable]
    unmet: frozenset[Node]

    @classmethod
    def by(cls, finding: Finding) -> Done:
        things: dict[Hashable, int] = {}
        tests: set[Hashable] = set()
        for leaf in shortest_way(finding):
            for thing in leaf.todo:
                if not isinstance(thing, OutOfReach):
                    things[thing] = max(things.get(thing, 0), _amount(leaf, thing))
                if leaf.reason is Reason.SCORE_TOO_LOW:
                    tests.add(thing)
        return cls(things, frozenset(things.keys() - tests), frozenset(leaf.rule for leaf in _unmet(finding)))

    def is_enough(self, finding: Finding) -> bool:
        """Whether a verdict, maybe of a later moment, is then met."""
        if isinstance(finding, Met):
            return True
        if finding.needs:
            return sum(not isinstance(part, Met) and self.is_enough(part) for part in finding.parts) >= finding.needs
        return self._meets(finding)

    def _meets(self, leaf: Leaf) -> bool:
        other = leaf.otherwise if isinstance(leaf, Missing) else None
        again = leaf.rule not in self.unmet
        return (
            bool(leaf.todo)
            and all(
                self.things.get(thing, -1) >= _amount(leaf, thing) and not (again and thing not in self.anew)
                for thing in leaf.todo
            )
        ) or (other is not None and self._meets(other))


@dataclass(frozen=True, slots=True)
class End:
    """From when the shortest way is enough no more, before the call closes; `at` is the first such moment.

    `in_vain`: that the call opens only then, so that nobody can apply by it. `is_of_city`: that the city is no member
    of the network any more.
    """

    at: datetime
    in_vain: bool
    is_of_city: bool


def end_of(standing: Standing) -> End | None:
    """When what holds today ends, so that what is left to do has to be done before; None: not before the call closes.

    If nothing else happens: of what ends and comes again by time alone, the first time that the call is open counts.
    """
    call, facts, done = standing.call, standing.facts, Done.by(standing.finding)
    enough, ended = done.is_enough(standing.finding), None
    for moment in sorted({m for m in call.judged.turns(facts) if standing.at < m < call.closes_at}):
        before, enough = enough, done.is_enough(call.judged.check(facts, moment))
        if enough:
            ended = None
        elif before:
            ended = moment
            if moment > call.opens_at:
                break
    if ended is None:
        return None
    return End(ended, ended <= call.opens_at, facts.city is not None and not facts.city.is_member_at(ended))


def _amount(leaf: Leaf, thing: Hashable) -> int:
    """How much of a thing a requirement asks for: of people of the city, how many."""
    far = leaf.how_far if isinstance(leaf, Missing) else None
    return far.total - far.done if far is not None and isinstance(thing, CityWork) else 1


def _unmet(finding: Finding) -> Iterator[Leaf]:
    """The requirements that are not met, each for itself."""
    if isinstance(finding, Met):
        return
    if finding.needs:
        for part in finding.parts:
            yield from _unmet(part)
    else:
        yield finding
