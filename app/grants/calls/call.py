"""A grant call as it is read, and what time makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from app.core.text import Text

from ..judging.effort import effort, work_left
from ..judging.findings import Finding, Met, Missing, Unknown, is_barred, next_leaf, shortest_way, tally
from ..judging.shapes import CityFact, Facts
from ..rules import All, Node, Pardon, waive
from ..rules.moments import TICK
from .questionnaire import Question


class CallState(StrEnum):
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a call's rule, and since when it is in force."""

    id: int
    number: int
    rule: Node
    approved_by: Text | None
    approved_on: date | None
    reason: str
    in_force_at: datetime


@dataclass(frozen=True)
class Call:
    """A published call with the rule in force, and what is waived of it. `questions` are known of one call alone."""

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
    rule_id: int
    rule_number: int
    approved_by: Text | None
    approved_on: date | None
    waivers: tuple[Pardon, ...] = ()
    ceiling: int | None = None
    currency: str | None = None
    questions: tuple[Question, ...] = ()

    @cached_property
    def judged(self) -> Node:
        """The rule as it is judged: the same tree, with what is waived for some cities met for them."""
        return waive(self.rule, self.waivers)

    def under(self, version: RuleVersion) -> Call:
        """The call as it stood under another version of its rule."""
        return replace(
            self,
            rule=version.rule,
            rule_id=version.id,
            rule_number=version.number,
            approved_by=version.approved_by,
            approved_on=version.approved_on,
        )

    def state_at(self, at: datetime) -> CallState:
        """Coming before it opens; open from that moment; closed from the moment it closes."""
        if at < self.opens_at:
            return CallState.COMING
        return CallState.OPEN if at < self.closes_at else CallState.CLOSED

    def judged_at(self, at: datetime) -> datetime:
        """As of when a verdict shown at `at` is given: a closed call keeps how things stood when it closed."""
        return min(at, self.last_moment)

    @property
    def last_moment(self) -> datetime:
        """The last moment at which it is open."""
        return self.closes_at - TICK


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
        """Closed as of its last moment, by which a closed call is judged."""
        return self.call.state_at(self.call.closes_at if self.at >= self.call.last_moment else self.at)

    @property
    def next(self) -> Missing | Unknown | None:
        """The first thing to do on the shortest way."""
        return next_leaf(self.finding)

    @property
    def minutes(self) -> int:
        """About how much work the shortest way is."""
        return work_left(self.finding)

    @property
    def barred(self) -> Missing | Unknown | None:
        """What cannot be done now though no way leads past it, such as a course that cannot be taken again."""
        return next((leaf for leaf in shortest_way(self.finding) if is_barred(leaf)), None)

    @property
    def can_go_on(self) -> bool:
        """Whether something on the shortest way can be done now."""
        return any(not (is_barred(leaf) or leaf.is_out_of_reach) for leaf in shortest_way(self.finding))

    @property
    def is_out_of_reach(self) -> bool:
        """Whether a fact about the city stands in the way until the call closes, so that the call is not open to it."""
        then = self.call.last_moment
        return self.finding.is_out_of_reach and self.call.judged.check(self.facts, then).is_out_of_reach

    @property
    def waits_until(self) -> datetime | None:
        """From when a fact about the city that stands in the way will do so no longer, before the call closes."""
        if not self.finding.is_out_of_reach or self.is_out_of_reach:
            return None
        rule, last = self.call.judged, self.call.last_moment
        turning = sorted(moment for moment in rule.turns(self.facts) if self.at < moment <= last)
        return next((moment for moment in turning if not rule.check(self.facts, moment).is_out_of_reach), last)

    @property
    def has_to_wait(self) -> bool:
        """Whether even the shortest way goes through what cannot be done now: a bar, or a fact about the city."""
        return self.barred is not None or self.finding.is_out_of_reach

    @property
    def lacks_city(self) -> bool:
        """Whether the person belongs to no city: whatever they meet, nobody can apply by it."""
        return self.facts.city is None

    @property
    def outlook(self) -> Outlook:
        """How it will stand when the call closes, if nothing else happens."""
        return outlook(self.call.judged, self.facts, self.at, self.call.last_moment)

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
    """How a city's active practitioners stand: how many, and some of them by id.

    `some_eligible`, `some_near`: not more than a page names; `steps`: which step those near have left, where asked for.
    """

    city_id: int
    name: str
    practitioners: int
    eligible: int
    near: int
    some_eligible: tuple[int, ...]
    some_near: tuple[int, ...]
    steps: Mapping[int, Missing | Unknown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CityJudgement:
    """How a city stands as of `at`: its active practitioners, each with what is known and found, and it alone."""

    at: datetime
    city: CityFact
    facts: Mapping[int, Facts]
    findings: Mapping[int, Finding]
    facts_alone: Facts
    alone: Finding

    @property
    def is_eligible(self) -> bool:
        """Whether one of its practitioners is eligible, or the rule asks for nobody and is met by the city."""
        return bool(self.eligible) or isinstance(self.alone, Met)

    @property
    def eligible(self) -> tuple[int, ...]:
        """Who is eligible, by id."""
        return tuple(i for i, finding in self.findings.items() if isinstance(finding, Met))

    @property
    def best_id(self) -> int | None:
        """The practitioner who is nearest; None for a city without any."""
        return min(self.findings, key=lambda i: (effort(self.findings[i]), i), default=None)

    @property
    def best(self) -> Finding:
        """How the nearest practitioner stands, or the city alone, where it has none or needs none."""
        nearest = self.best_id
        return self.alone if nearest is None or isinstance(self.alone, Met) else self.findings[nearest]


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a verdict will stand at a later moment, from what is known now.

    `holds_until`: for what is met now, the first moment that it no longer is; None: nothing known ends it.
    """

    then: Finding
    holds_until: datetime | None


def outlook(rule: Node, known: Facts, at: datetime, later: datetime) -> Outlook:
    """How `rule` will stand at `later`, and until when it holds, if nothing happens that is not known at `at`."""
    holds = isinstance(rule.check(known, at), Met)
    turning = sorted({moment for moment in rule.turns(known) if moment > at}) if holds else ()
    ends = next((moment for moment in turning if not isinstance(rule.check(known, moment), Met)), None)
    return Outlook(rule.check(known, later), ends)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a call's page says of its reader, and of a city."""

    mine: Standing | None
    city: CityStanding | None
