"""The shortest way to meeting a rule: which of its requirements to meet, so that the least is to be done. Pure.

A thing to do that meets several requirements counts once, so the ways of the parts of a rule cannot be chosen one by
one. Of each part those ways are kept that may be the best once it is known what else is done: of two that ask for the
same of what other requirements ask for too, the one with less effort. As few things are asked for more than once, that
is mostly a single one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .effort import Effort, Load, effort_of, work_of
from .findings import Finding, Met, Missing, Unknown

MOST_KEPT = 64  # ways of one part, the best of them; only a rule that asks for many things in many ways has more


@dataclass(frozen=True, slots=True)
class Way:
    """Leaves to be met, in the order of the rule, and the things to do for it, with what each takes."""

    leaves: tuple[Missing | Unknown, ...] = ()
    work: Mapping[Hashable, Load] = field(default_factory=dict)

    def __or__(self, other: Way) -> Way:
        both = dict(self.work)
        for thing, load in other.work.items():
            both[thing] = load.beside(both.get(thing, load))
        return Way((*self.leaves, *other.leaves), both)


def shortest(parts: Sequence[Finding], needs: int, without: Hashable) -> Way:
    """The way of the least `Effort` to `needs` more of the parts being met; of equals the first.

    `without`: what is to be done besides for each part that is needed and not there.
    """
    asked = Counter(thing for part in parts for thing in _things(part))
    shared = {thing for thing, times in asked.items() if times > 1}
    return _enough(parts, needs, without, shared)[0]


def _things(finding: Finding) -> Iterator[Hashable]:
    """What the leaves ask for, each thing once for each leaf that may be met by it."""
    if isinstance(finding, Met):
        return
    if finding.needs:
        for part in finding.parts:
            yield from _things(part)
        return
    for option in _options(finding):
        yield from option.todo


def _options(leaf: Missing | Unknown) -> list[Missing | Unknown]:
    """The leaf, by each thing that meets it."""
    other = leaf.otherwise if isinstance(leaf, Missing) else None
    return [leaf] if other is None else [leaf, other]


def _ways(finding: Missing | Unknown, shared: Collection[Hashable]) -> list[Way]:
    """The ways to meeting it that may be the best, the best by itself first."""
    if finding.needs:
        return _enough(finding.parts, finding.needs, finding.rule, shared)
    return _kept([Way((option,), work_of([option])) for option in _options(finding)], shared)


def _enough(parts: Sequence[Finding], needs: int, without: Hashable, shared: Collection[Hashable]) -> list[Way]:
    """As `_ways`, to `needs` of the parts that are not met."""
    unmet = [part for part in parts if not isinstance(part, Met)]
    enough = min(needs, len(unmet))
    found: list[list[Way]] = [[Way()], *([] for _more in range(enough))]  # by how many parts are taken
    for place, part in enumerate(unmet):
        ways = _ways(part, shared)
        left = len(unmet) - place - 1
        found = [
            # Not taken, or taken; nothing that could not become enough any more.
            _kept([*found[taken], *_joined(found[taken - 1] if taken else (), ways)], shared)
            if taken + left >= enough
            else []
            for taken in range(enough + 1)
        ]
    if needs == enough:
        return found[enough]
    return [way | Way(work={without: Load()}) for way in found[enough]]


def _joined(ways: Iterable[Way], others: Sequence[Way]) -> Iterator[Way]:
    return (way | other for way in ways for other in others)


def _kept(ways: Sequence[Way], shared: Collection[Hashable]) -> list[Way]:
    """Without those that another is as good as, whatever else is done."""
    if len(ways) < 2:
        return list(ways)
    found: list[tuple[Mapping[Hashable, Load], Effort, Way]] = []
    for way in sorted(ways, key=lambda way: effort_of(way.work)):
        common = {thing: load for thing, load in way.work.items() if thing in shared}
        alone = effort_of({thing: load for thing, load in way.work.items() if thing not in shared})
        if not any(_within(other, common) and effort <= alone for other, effort, _way in found):
            found.append((common, alone, way))
        if len(found) == MOST_KEPT:
            break
    return [way for _common, _alone, way in found]


def _within(work: Mapping[Hashable, Load], other: Mapping[Hashable, Load]) -> bool:
    """Whether all of it is to be done there too, and no less of it."""
    return all(
        thing in other and load.is_barred <= other[thing].is_barred and load.minutes <= other[thing].minutes
        for thing, load in work.items()
    )
