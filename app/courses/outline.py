"""What an edition holds: typed, frozen, JSON-able. Fields are only ever added, last and with a default."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from app.core.text import Text


class Order(StrEnum):
    """In which order activities may be taken."""

    FREE = "free"
    SEQUENTIAL = "sequential"


class CourseSettings(msgspec.Struct, frozen=True):
    """How a course is taken, as an edition holds it.

    It is complete with all its required activities and what its modules ask for by number, or with `enough` of all
    its activities (any), whatever its modules say; and where `min_score` is set (in percent) with that score besides.
    `minutes` is its length where a trainer said so; else that of its activities.
    """

    order: Order = Order.FREE
    certificate_months: int | None = None
    enough: int | None = None
    min_score: float | None = None
    minutes: int | None = None


class Admits(StrEnum):
    """Whom a course takes in."""

    ANYONE = "anyone"
    INVITED = "invited"
    SOME = "some"


class Audience(msgspec.Struct, frozen=True):
    """Who may enrol: anyone, who was invited, or those of certain cities or with certain roles (either is enough)."""

    admits: Admits = Admits.ANYONE
    cities: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()


class Opens(msgspec.Struct, frozen=True):
    """When an activity opens: after the required ones above it in its module, or after those with these keys."""

    above: bool = False
    after: tuple[str, ...] = ()


class OutlineActivity(msgspec.Struct, frozen=True):
    """One activity as published; `data` is its kind's own, `marks` its weight in the score (None: ungraded)."""

    id: int
    key: str
    kind: str
    title: Text
    required: bool
    minutes: int
    opens: Opens | None
    marks: float | None
    data: dict[str, Any]


class OutlineModule(msgspec.Struct, frozen=True):
    """A module as published. With `enough`, so many of its activities complete it, whichever; none is required."""

    id: int
    key: str
    title: Text
    activities: tuple[OutlineActivity, ...]
    enough: int | None = None


class Outline(msgspec.Struct, frozen=True):
    """A whole course as published."""

    title: Text
    summary: Text
    source_language: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    settings: CourseSettings
    modules: tuple[OutlineModule, ...]

    def activities(self) -> Iterator[OutlineActivity]:
        """Every activity, in the order of the course."""
        for module in self.modules:
            yield from module.activities

    @property
    def minutes(self) -> int:
        """How long the course takes: as a trainer said, else what its activities take together."""
        return self.settings.minutes or sum(activity.minutes for activity in self.activities())
