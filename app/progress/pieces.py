"""What progress shows on pages of courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.auth.identity import Identity

from . import queries


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many people are in the middle of a course that is about to be published anew."""

    people: int
    template: str = "learn/_under_way.html"


@dataclass(frozen=True, slots=True)
class Invited:
    """Whether somebody who is invited to a course is in it, and completed it."""

    completed: bool
    template: str = "learn/_invited.html"


def invited(_person: Identity, invitation_ids: Sequence[int]) -> dict[int, list[Invited]]:
    """For each invitation by which somebody could enrol, whether they did. One statement for all."""
    return {found: [Invited(completed)] for found, completed in queries.list_invited(invitation_ids)}


def under_way(_person: Identity, course_ids: Sequence[int]) -> dict[int, list[UnderWay]]:
    """For each course, how many are under way. One statement for all."""
    return {course_id: [UnderWay(people)] for course_id, people in queries.count_open(course_ids).items()}
