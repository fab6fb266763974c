"""A grant call as it is read, and what time makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.core.text import Text

from .facts import Facts
from .findings import Finding, Met, Missing, Unknown, next_leaf, tally, work_left
from .rules import All, Node


class CallState(StrEnum):
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Call:
    """A published call with the rule in force."""

    id: int
    slug: str
    source_language: str
    title: Text
    summary: Text
    grants: int | None
    time_zone: str
    opens_at: datetime
    closes_at: datetime
    rule: Node
    rule_number: int
    approved_by: Text | None
    approved_on: date | None

    def state_at(self, at: datetime) -> CallState:
        """Coming before it opens; open from that moment; closed from the moment it closes."""
        if at < self.opens_at:
            return CallState.COMING
        return CallState.OPEN if at < self.closes_at else CallState.CLOSED

    def judged_at(self, at: datetime) -> datetime:
        """As of when a verdict shown at `at` is given: a closed call keeps how things stood when it closed."""
        return min(at, self.closes_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands against one call, as of `at`."""

    call: Call
    at: datetime
    facts: Facts
    finding: Finding

    @property
    def met(self) -> int:
        return tally(self.finding)[0]

    @property
    def total(self) -> int:
        return tally(self.finding)[1]

    @property
    def steps(self) -> int:
        return self.finding.steps

    @property
    def is_met(self) -> bool:
        return isinstance(self.finding, Met)

    @property
    def state(self) -> CallState:
        return self.call.state_at(self.at)

    @property
    def next(self) -> Missing | Unknown | None:
        """The first thing to do on the shortest way."""
        return next_leaf(self.finding)

    @property
    def minutes(self) -> int:
        """About how much work the shortest way is."""
        return work_left(self.finding)

    @property
    def requirements(self) -> tuple[Finding, ...]:
        """What a page lists: the parts of a rule that asks for all of them, else the rule as one."""
        return self.finding.parts if isinstance(self.finding.rule, All) else (self.finding,)

    @property
    def still_to_do(self) -> list[Finding]:
        return [part for part in self.requirements if not isinstance(part, Met)]

    @property
    def already_met(self) -> list[Finding]:
        return [part for part in self.requirements if isinstance(part, Met)]


@dataclass(frozen=True, slots=True)
class CityStanding:
    """How a city's active practitioners stand: who is eligible, and who has one step left, and which; by id."""

    city_id: int
    name: str
    practitioners: int
    eligible: tuple[int, ...]
    one_step: tuple[tuple[int, Missing | Unknown], ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a call's page says of its reader, and of a city."""

    mine: Standing | None
    city: CityStanding | None
