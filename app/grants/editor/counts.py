"""How many of the network meet a rule, and each of its parts alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..judging.counting import count_each
from ..judging.queries import count_network
from ..rules import Node, Not, Pardon, Path, waive


@dataclass(frozen=True, slots=True)
class NetworkCount:
    """How many practitioners meet a rule, and how many cities may apply by it."""

    people: int
    cities: int


def count(rule: Node, at: datetime) -> NetworkCount:
    """Who meets the rule as of `at`, of a call as `Ruled.judged` gives it. One statement."""
    return NetworkCount(*count_network(rule, at))


def count_parts(rule: Node, at: datetime, pardons: Sequence[Pardon] = ()) -> dict[Path, NetworkCount]:
    """Who meets each part of a rule alone as of `at`, by its path, where `pardons` are waived. One statement, or none.

    The whole rule is not among them: `count` says it. Each part is looked for by itself: a database finds those who
    meet it far sooner than it judges everybody; what stands in several places is asked once.
    """
    parts = {path: part for path, part in judged_parts(rule, pardons) if path}
    if not parts:
        return {}
    asked = list(dict.fromkeys(parts.values()))
    found = dict(zip(asked, count_each(asked, at), strict=True))
    return {path: NetworkCount(*found[part]) for path, part in parts.items()}


def judged_parts(rule: Node, pardons: Sequence[Pardon], path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every part with its path, each before its parts, as it is judged where `pardons` are waived."""
    yield path, waive(rule, pardons)
    # What a `not` denies is waived with it, as a whole, and never by itself.
    within = () if isinstance(rule, Not) else pardons
    for place, part in enumerate(rule.parts):
        yield from judged_parts(part, within, (*path, place))
