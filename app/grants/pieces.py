"""What grants put into the slots of pages about courses: what a course counts towards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core import clock

from .eligibility.course_queries import CountsTowards, list_counts_towards


@dataclass(frozen=True, slots=True)
class Aside:
    """The card "This course counts towards" beside a course."""

    calls: tuple[CountsTowards, ...]
    template: str = "grants/_counts_towards.html"


@dataclass(frozen=True, slots=True)
class Tag:
    """The tag "Counts towards …" on a card of the catalogue."""

    call: CountsTowards
    template: str = "grants/_counts_tag.html"


def asides(_person: Any, course_ids: Sequence[int]) -> dict[int, list[Any]]:
    """One card a course, with all its calls. One statement."""
    found = list_counts_towards(course_ids, clock.now())
    return {course_id: [Aside(tuple(calls))] for course_id, calls in found.items()}


@dataclass(frozen=True, slots=True)
class AsksFor:
    """The calls whose rules ask for a course, on the page that archives it."""

    calls: tuple[CountsTowards, ...]
    template: str = "grants/_asks_for.html"


def asking(_person: Any, course_ids: Sequence[int]) -> dict[int, list[Any]]:
    """For each course, the open and coming calls whose rules in force ask for it. One statement."""
    found = list_counts_towards(course_ids, clock.now())
    return {course_id: [AsksFor(tuple(found.get(course_id, ())))] for course_id in course_ids}


def tags(_person: Any, course_ids: Sequence[int]) -> dict[int, list[Any]]:
    """One tag a call. One statement for all courses of the page."""
    found = list_counts_towards(course_ids, clock.now())
    return {course_id: [Tag(call) for call in calls] for course_id, calls in found.items()}
