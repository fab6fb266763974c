"""Kinds of activity. A kind is a small object registered at start-up; adding one means adding a package."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from .models import Activity, Course
from .outline import OutlineActivity

if TYPE_CHECKING:
    from app.auth.identity import Identity

    from .editions import PublishedEdition


class Level(StrEnum):
    """A blocker stops publishing, a warning is shown, a pass says that all is well."""

    BLOCKER = "blocker"
    WARNING = "warning"
    PASS = "pass"


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found. `topic` groups findings; a topic without any is shown as passed, in `Kind.passes`'s words."""

    level: Level
    topic: str
    message: str
    activity_id: int | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """What an activity becomes in an edition: its kind's data, and its weight in the course's score."""

    data: dict[str, Any]
    marks: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A practitioner opening an activity: what its kind may know to make the page."""

    person: Identity
    course_slug: str
    edition: PublishedEdition
    activity: OutlineActivity
    enrolment_id: int
    cycle: int
    language: str


@dataclass(frozen=True, slots=True)
class Player:
    """The page of an activity: a template that extends `learn/player.html`, and what it shows."""

    template: str
    context: dict[str, Any]
    cacheable: bool = False  # whether the page depends on nothing but edition, enrolment and person


class Kind(ABC):
    """One kind of activity. `passes` maps the topics of its checks to what is said when all is well."""

    name: str
    label: object
    model: type[Activity]
    passes: dict[str, object]

    @abstractmethod
    def freeze(self, activity: Activity, course: Course) -> Frozen:
        """Immutable, JSON-able data of the activity as it stands in the draft."""

    @abstractmethod
    def checks(self, activity: Activity, course: Course) -> list[Check]:
        """What keeps the activity from being published, or should be looked at first."""

    @abstractmethod
    def describe(self, activity: OutlineActivity) -> str:
        """What a list says of it besides its title and length, as `5 questions`; may be empty."""

    @abstractmethod
    def player(self, visit: Visit) -> Player:
        """What a practitioner sees."""

    @abstractmethod
    def completes(self, activity: OutlineActivity) -> str:
        """In words, what counts as done."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known, at start-up. Registering it again changes nothing."""
    _kinds.setdefault(kind.name, kind)


def get_kind(name: str) -> Kind:
    """The kind called `name`. Raises `KeyError`."""
    return _kinds[name]


def list_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
