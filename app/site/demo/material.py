"""What `demo/network.yaml` says, typed and checked when it is read."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from app.auth.models import PersonState, Role
from app.config import ROOT
from app.network.models import Region, SizeBand

FOLDER = ROOT / "demo"


class CityMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A city and the names its people have. `people`: its part; `completes`: share of enrolments, 0 to 1."""

    name: str
    country: str
    region: Region
    size: SizeBand
    joined: date
    time_zone: str
    languages: tuple[str, ...]
    people: int
    completes: float
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    figures_public: bool = True
    coordinated: bool = False


class CourseMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A course folder. `published`: days ago; `taken`: share of practitioners, 0 to 1; `harder`: 0 as any, 1 the last
    that anyone completes."""

    key: str
    lead: str
    published: int
    taken: float
    harder: float = 0.0


class StoryMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a course goes for a person whose story is told. `enrolled`: days ago; `due`: days ahead."""

    enrolled: int
    complete: bool = False
    done: int = 0
    due: int | None = None


class PersonMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person whose story is told. `joined`: days ago. Without `courses` they learn as anyone in the city does."""

    name: str
    language: str
    joined: int
    email: str | None = None
    city: str | None = None
    time_zone: str | None = None
    roles: tuple[Role, ...] = ()
    state: PersonState = PersonState.ACTIVE
    courses: dict[str, StoryMaterial] | None = None


class TypedMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people type in one language."""

    right: tuple[str, ...]
    wrong: tuple[str, ...]


class RuleMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`approved`: days ago; `tree`: a rule whose leaves name courses by key."""

    reason: str
    approved: int
    tree: dict[str, Any]


class ReviewMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reviewer, named by address, handed in; or why they `declined`; with neither, it is still to be written."""

    by: str
    scores: dict[str, int] = {}
    remarks: dict[str, str] = {}
    comment: str = ""
    declined: str | None = None


class DecisionMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An award with its amount, else a refusal. `days`: ago."""

    days: int
    amount: int | None = None
    reason: str = ""


class AppealMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An appeal that was dismissed. `days` and `answered`: days ago."""

    days: int
    reason: str
    answer: str
    answered: int


class ApplicationMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a city’s coordinator wrote: texts and choices, and a budget’s lines. `begun`, `submitted`: days ago."""

    city: str
    begun: int
    answers: dict[str, str | list[tuple[str, int]]]
    submitted: int | None = None
    reviews: tuple[ReviewMaterial, ...] = ()
    decided: DecisionMaterial | None = None
    appeal: AppealMaterial | None = None


class CallMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`opened`: days ago; `closes`: days ahead. `questionnaire`: as calls store it, each text by language."""

    slug: str
    title: dict[str, str]
    summary: dict[str, str]
    grants: int
    time_zone: str
    opened: int
    closes: int
    rules: tuple[RuleMaterial, ...]
    currency: str | None = None
    ceiling: int | None = None
    questionnaire: dict[str, Any] = {}
    applications: tuple[ApplicationMaterial, ...] = ()


class EssayMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody wrote. `levels`: the mark, each criterion's level by their keys; without it waits for one."""

    text: str
    levels: dict[str, str] = {}
    comment: str | None = None


class PracticeMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A practice quiz, by keys, and how many of those who completed its course come back to it."""

    course: str
    quiz: str
    people: int
    essays: tuple[EssayMaterial, ...]


class Material(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cities: tuple[CityMaterial, ...]
    courses: tuple[CourseMaterial, ...]
    people: tuple[PersonMaterial, ...]
    typed: dict[str, TypedMaterial]
    practice: PracticeMaterial
    calls: tuple[CallMaterial, ...]


def read() -> Material:
    """The material of the demonstration network. Raises `msgspec.ValidationError` with the place of a fault."""
    return msgspec.yaml.decode((FOLDER / "network.yaml").read_bytes(), type=Material)
