"""How one subject stands against a rule: met, missing or unknown, each with its reason, as data.

No sentence stands here: `wording` says them in the reader's language. People are named by id only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .rules import Node


class Reason(StrEnum):
    """Why a requirement is not met."""

    NOT_ENROLLED = "not enrolled"
    UNDER_WAY = "under way"
    SCORE_TOO_LOW = "score too low"
    TOO_LONG_AGO = "too long ago"
    NO_CERTIFICATE = "no certificate"
    CERTIFICATE_EXPIRED = "certificate expired"
    CERTIFICATE_REVOKED = "certificate revoked"
    TOO_FEW_PEOPLE = "too few people"
    NO_CITY = "no city"
    PARTS = "parts"


class Unit(StrEnum):
    """What `HowFar` counts."""

    ACTIVITIES = "activities"
    PEOPLE = "people"
    REQUIREMENTS = "requirements"


class Action(StrEnum):
    """What a next step asks the person to do."""

    ENROL = "enrol"
    RESUME = "resume"
    ATTEMPT_AGAIN = "attempt again"
    OPEN_COURSE = "open the course"
    ASK_COLLEAGUE = "ask a colleague"


@dataclass(frozen=True, slots=True)
class CompletionEvidence:
    """A completion; `score` is the best, 0 to 1, None where the course gives none."""

    course_id: int
    completed_at: datetime
    score: float | None


@dataclass(frozen=True, slots=True)
class CertificateEvidence:
    """A certificate; `code` as stored, without prefix and hyphens."""

    course_id: int
    code: str
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PeopleEvidence:
    """Who of a city counts, by id, in order."""

    course_id: int
    city_id: int
    person_ids: tuple[int, ...]


Evidence = CompletionEvidence | CertificateEvidence | PeopleEvidence


@dataclass(frozen=True, slots=True)
class HowFar:
    """`done` of `total` in `unit`; `score`: so far, 0 to 1; `minutes`: about how much work is left.

    `needed`: the score that the course itself asks for, 0 to 1, where only that is missing.
    """

    done: int
    total: int
    unit: Unit
    score: float | None = None
    minutes: int = 0
    needed: float | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next, and the page where it is done: an endpoint and its values."""

    action: Action
    endpoint: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A thing to do that is in the person's own hands: a course, which may meet several requirements at once."""

    course_id: int


@dataclass(frozen=True, slots=True)
class Met:
    """The requirement is met; the evidence decided."""

    rule: Node
    evidence: Evidence | None = None
    parts: tuple[Finding, ...] = ()

    @property
    def todo(self) -> frozenset[Hashable]:
        return frozenset()

    @property
    def steps(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Missing:
    """The requirement is not met.

    `todo` names what is still to be done on the shortest way: `OwnWork`, else what others must do, as the
    requirement itself.
    """

    rule: Node
    reason: Reason
    how_far: HowFar | None = None
    next_step: NextStep | None = None
    evidence: Evidence | None = None
    parts: tuple[Finding, ...] = ()
    todo: frozenset[Hashable] = frozenset()

    @property
    def steps(self) -> int:
        """How many things are still to be done."""
        return len(self.todo)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Data is missing to tell."""

    rule: Node
    reason: Reason
    parts: tuple[Finding, ...] = ()
    todo: frozenset[Hashable] = frozenset()

    @property
    def steps(self) -> int:
        """How many things are still to be done, or to be known."""
        return len(self.todo)


Finding = Met | Missing | Unknown


def minutes_left(finding: Finding) -> int:
    """About how many minutes of work a leaf still asks for; 0 where it is not the person's work."""
    return finding.how_far.minutes if isinstance(finding, Missing) and finding.how_far else 0


def shortest_way(finding: Finding) -> tuple[Missing | Unknown, ...]:
    """The leaves still to be met on the way with the fewest steps, and among those with the least work."""
    return tuple(_way(finding))


def _way(finding: Finding) -> Iterator[Missing | Unknown]:
    if isinstance(finding, Met):
        return
    if not finding.parts:
        yield finding
        return
    for part in finding.rule.nearest(finding.parts):  # type: ignore[union-attr]
        yield from _way(part)


def next_leaf(finding: Finding) -> Missing | Unknown | None:
    """The first thing to do on the shortest way: the person's own work before what others must do."""
    way = shortest_way(finding)
    return next((leaf for leaf in way if leaf.reason is not Reason.TOO_FEW_PEOPLE), next(iter(way), None))


def effort(finding: Finding) -> tuple[int, int, int]:
    """How far off a finding is, to compare: things to do, those of them in other hands, minutes of own work."""
    others = sum(not isinstance(thing, OwnWork) for thing in finding.todo)
    return finding.steps, others, work_left(finding)


def work_left(finding: Finding) -> int:
    """Minutes of work on the shortest way, each course counted once."""
    by_course: dict[object, int] = {}
    for leaf in shortest_way(finding):
        course = getattr(leaf.rule, "course_id", leaf.rule)
        by_course[course] = max(by_course.get(course, 0), minutes_left(leaf))
    return sum(by_course.values())


def tally(finding: Finding) -> tuple[int, int]:
    """How many requirements are met, of how many needed."""
    if finding.parts:
        return finding.rule.tally(finding.parts)  # type: ignore[union-attr]
    return int(isinstance(finding, Met)), 1
