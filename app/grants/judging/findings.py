"""How one subject stands against a rule: met, missing or unknown, each with its reason, as data.

No sentence stands here: `wording` says them in the reader's language. People are named by id only.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from .evidence import (
    CertificateEvidence,
    CompletionEvidence,
    DeclarationEvidence,
    Evidence,
    MembershipEvidence,
    PassEvidence,
    PeopleEvidence,
    PlaceEvidence,
    RoleEvidence,
    WaiverEvidence,
)

if TYPE_CHECKING:
    from ..rules import Node


__all__ = [
    "Action",
    "Archived",
    "CertificateEvidence",
    "CityWork",
    "CompletionEvidence",
    "DeclarationEvidence",
    "Evidence",
    "Finding",
    "HowFar",
    "MembershipEvidence",
    "Met",
    "Missing",
    "NextStep",
    "NoAttemptLeft",
    "NotAdmitted",
    "NotAgain",
    "NotOffered",
    "OutOfReach",
    "OwnWord",
    "OwnWork",
    "PassEvidence",
    "PeopleEvidence",
    "PlaceEvidence",
    "QuizClosed",
    "Reason",
    "RoleEvidence",
    "Unit",
    "Unknown",
    "WaiverEvidence",
    "is_barred",
    "minutes_left",
    "next_leaf",
    "shortest_way",
    "tally",
]


class Reason(StrEnum):
    """Why a requirement is not met."""

    NOT_ENROLLED = "not enrolled"
    UNDER_WAY = "under way"
    SCORE_TOO_LOW = "score too low"
    TOO_LONG_AGO = "too long ago"
    NO_CERTIFICATE = "no certificate"
    CERTIFICATE_EXPIRED = "certificate expired"
    EXPIRES_TOO_SOON = "expires too soon"
    CERTIFICATE_REVOKED = "certificate revoked"
    TOO_FEW_PEOPLE = "too few people"
    NO_CITY = "no city"
    NOT_MEMBER = "not a member"
    NO_PRACTITIONER = "no practitioner"
    NOT_PASSED = "not passed"
    WAITS_FOR_MARKS = "waits for marks"
    MEMBER_TOO_SHORT = "member too short"
    ELSEWHERE = "elsewhere"
    EXCLUDED = "excluded"
    NO_ROLE = "no role"
    NOT_STATED = "not stated"
    DENIED = "denied"
    PARTS = "parts"


class Unit(StrEnum):
    """What `HowFar` counts."""

    ACTIVITIES = "activities"
    PEOPLE = "people"
    MONTHS = "months"
    QUIZZES = "quizzes"
    REQUIREMENTS = "requirements"


class Action(StrEnum):
    """What a next step asks the person to do."""

    ENROL = "enrol"
    RESUME = "resume"
    ATTEMPT_AGAIN = "attempt again"
    OPEN_COURSE = "open the course"
    ASK_COLLEAGUE = "ask a colleague"
    TAKE_QUIZ = "take the quiz"


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
class NotAgain:
    """That a completed course cannot be taken again yet; `until`: from when it can, None where only others can help."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotOffered:
    """That the course, or the quiz, is not published, so that nobody can take it."""


@dataclass(frozen=True, slots=True)
class Archived:
    """That a course was archived on that moment, so that who is not in it cannot begin it, nor take it again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """That the course does not take the person in."""


@dataclass(frozen=True, slots=True)
class NoAttemptLeft:
    """That the person has used up the attempts at a quiz, unless its course’s trainer gives another."""

    activity_id: int


@dataclass(frozen=True, slots=True)
class QuizClosed:
    """That a quiz closed for the person on that moment, unless its course’s trainer gives more time."""

    activity_id: int
    at: datetime


Bar = NotAgain | NotOffered | Archived | NotAdmitted | NoAttemptLeft | QuizClosed

# Things to do. Each is one step, and met by it is every requirement that names it.


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A thing to do that is in the person's own hands: a course, which may meet several requirements at once."""

    course_id: int


@dataclass(frozen=True, slots=True)
class OwnWord:
    """As `OwnWork`: something that only the person can state, by its key."""

    key: str


@dataclass(frozen=True, slots=True)
class CityWork:
    """That people of the city complete a course, as many as are still missing."""

    course_id: int


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """What nobody can do anything about: a fact about the city. `in_time`: that time alone changes it."""

    about: Hashable
    in_time: bool = False


class ToDo:
    """What is said of any verdict by its `todo`."""

    __slots__ = ()

    @property
    def todo(self) -> frozenset[Hashable]:
        """What is still to be done, or to be known: nothing, unless a verdict names it."""
        return frozenset()

    @property
    def steps(self) -> int:
        """How many things are still to be done, or to be known."""
        return len(self.todo)

    @property
    def is_out_of_reach(self) -> bool:
        """Whether even the shortest way goes through a fact about the city that nobody can change."""
        return any(isinstance(thing, OutOfReach) for thing in self.todo)


@dataclass(frozen=True, slots=True)
class Met(ToDo):
    """The requirement is met; the evidence decided."""

    rule: Node
    evidence: Evidence | None = None
    parts: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing(ToDo):
    """The requirement is not met.

    `todo` names what is still to be done on the shortest way: `OwnWork`, `OwnWord` or `CityWork`, what is `OutOfReach`,
    else what others must do, as the requirement itself; of a leaf one thing. Of what is not a leaf, `way` holds the
    leaves on that way, and `needs` is how many parts are still needed; see `ways`. `otherwise`: the same leaf by
    another thing to do. `barred`: that what is to be done cannot be begun. `minutes`: about how much work of the
    person's own it is, where `how_far` is of something else.
    """

    rule: Node
    reason: Reason
    how_far: HowFar | None = None
    next_step: NextStep | None = None
    evidence: Evidence | None = None
    parts: tuple[Finding, ...] = ()
    todo: frozenset[Hashable] = frozenset()
    way: tuple[Missing | Unknown, ...] = field(default=(), compare=False, repr=False)
    needs: int = field(default=0, compare=False, repr=False)
    barred: Bar | None = None
    minutes: int = field(default=0, compare=False, repr=False)
    otherwise: Missing | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown(ToDo):
    """Data is missing to tell. `todo`, `way` and `needs` as in `Missing`."""

    rule: Node
    reason: Reason
    parts: tuple[Finding, ...] = ()
    todo: frozenset[Hashable] = frozenset()
    way: tuple[Missing | Unknown, ...] = field(default=(), compare=False, repr=False)
    needs: int = field(default=0, compare=False, repr=False)


Finding = Met | Missing | Unknown


def minutes_left(finding: Finding) -> int:
    """About how many minutes of work a leaf still asks for; 0 where it is not the person's work."""
    if not isinstance(finding, Missing):
        return 0
    return max(finding.minutes, finding.how_far.minutes if finding.how_far else 0)


def shortest_way(finding: Finding) -> tuple[Missing | Unknown, ...]:
    """The leaves still to be met on the way of the least `Effort`."""
    if isinstance(finding, Met):
        return ()
    return finding.way or (finding,)


def next_leaf(finding: Finding) -> Missing | Unknown | None:
    """The first thing on the shortest way: what stands in it for good, own work, that of others, what waits."""
    return min(shortest_way(finding), key=_urgency, default=None)


def _urgency(leaf: Missing | Unknown) -> int:
    if leaf.is_out_of_reach:
        return 0
    if is_barred(leaf):
        return 3
    return 2 if leaf.reason is Reason.TOO_FEW_PEOPLE else 1


def is_barred(finding: Finding) -> bool:
    """Whether what a leaf asks for cannot be done now, though it may be later: so nothing is to be done there."""
    return isinstance(finding, Missing) and (finding.barred is not None or finding.reason is Reason.WAITS_FOR_MARKS)


def tally(finding: Finding) -> tuple[int, int]:
    """How many requirements are met, of how many needed."""
    if finding.parts:
        return finding.rule.tally(finding.parts)  # type: ignore[union-attr]
    return int(isinstance(finding, Met)), 1
