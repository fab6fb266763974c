"""The facts that decide a verdict, as data. People are named by id only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


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
class PassEvidence:
    """A quiz as it was passed, or the best attempt at it; `score` 0 to 1, None where the quiz gives none."""

    activity_id: int
    at: datetime
    score: float | None


@dataclass(frozen=True, slots=True)
class PeopleEvidence:
    """Who of a city counts, by id, in order; `of`: how many practitioners it has, where a share of them is asked."""

    course_id: int
    city_id: int
    person_ids: tuple[int, ...]
    of: int | None = None


@dataclass(frozen=True, slots=True)
class MembershipEvidence:
    """Since when the city is a member, and from which day on that is long enough."""

    city_id: int
    joined_on: date
    enough_on: date


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """Where the city is and how large, as the network lists it: a region, a country by its code, a size."""

    city_id: int
    region: str
    country: str
    size: str


@dataclass(frozen=True, slots=True)
class RoleEvidence:
    """A role, since when it is held, and for which city."""

    role: str
    since: datetime
    city_id: int | None


@dataclass(frozen=True, slots=True)
class DeclarationEvidence:
    """What the person stated last, and when."""

    key: str
    holds: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiverEvidence:
    """That the requirement need not be met: the reason, who answers for it, by id, and until when."""

    waiver_id: int
    reason: str
    owner_id: int
    expires_at: datetime


Evidence = (
    CompletionEvidence
    | CertificateEvidence
    | PassEvidence
    | PeopleEvidence
    | MembershipEvidence
    | PlaceEvidence
    | RoleEvidence
    | DeclarationEvidence
    | WaiverEvidence
)

# The name under which each kind is frozen; a name stays what it is.
EVIDENCE: dict[type, str] = {
    CompletionEvidence: "completion",
    CertificateEvidence: "certificate",
    PassEvidence: "pass",
    PeopleEvidence: "people",
    MembershipEvidence: "membership",
    PlaceEvidence: "place",
    RoleEvidence: "role",
    DeclarationEvidence: "declaration",
    WaiverEvidence: "waiver",
}
