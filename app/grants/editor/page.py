"""A rule as its editor shows it: nested sentences, each with what can be done to it, whom it lets in, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.errors import NotFound

from ..judging.queries import CityChange, Comparison
from ..rules import DEEPEST, Combinator, Node, Path, mark_of
from ..rules.moments import TICK
from ..rules.problems import Problem
from . import shaping
from .forms import kind_of
from .shaping import Way

WHOLE = "whole"
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of the rule, with its parts; `place` names it in addresses."""

    place: str
    part: Node
    kind: str
    ways: frozenset[Way]
    problems: Sequence[Problem]
    parts: tuple[Shown, ...]

    @property
    def is_group(self) -> bool:
        return isinstance(self.part, Combinator)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the cities that lose and that gain, each with whether it gains; those that lose come first."""

    rows: Sequence[tuple[CityChange, bool]]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return _pages(self.total)

    @classmethod
    def of(cls, shift: Comparison, page: int) -> Listed:
        """The page asked for; the last one where there are fewer."""
        rows = [*((city, False) for city in shift.losing), *((city, True) for city in shift.gaining)]
        page = min(page, _pages(len(rows)))
        return cls(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(rows), page)


def _pages(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))


def marks(rule: Node) -> frozenset[str]:
    """What identifies the requirements of a rule, to tell which another has too."""
    return frozenset(mark_of(leaf) for leaf in rule.leaves())


def shown(rule: Node, problems: Sequence[Problem], path: Path = ()) -> Shown:
    """The part at `path` of a rule, and all beneath it."""
    part = shaping.at(rule, path)
    return Shown(
        place=place_of(path),
        part=part,
        kind=kind_of(part),
        ways=shaping.ways(rule, path),
        problems=[problem for problem in problems if problem.path == path],
        parts=tuple(shown(rule, problems, (*path, place)) for place in range(len(part.parts))),
    )


def place_of(path: Path) -> str:
    """A path as an address says it: `0-2`; `whole` for the rule itself."""
    return "-".join(map(str, path)) or WHOLE


def path_of(place: str) -> Path:
    """The path that an address says. Raises `NotFound`."""
    if place == WHOLE:
        return ()
    said = place.split("-")
    if len(said) > DEEPEST or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in said):
        raise NotFound
    return tuple(map(int, said))


def end_of(day: date, time_zone: str) -> datetime:
    """The last moment of `day` where the call is made."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC) - TICK
