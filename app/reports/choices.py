"""What a person may narrow a report to, and what its ids mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.auth.identity import Identity

from . import queries
from .queries import ReportedCity, ReportedCourse
from .scope import ReportedCohort


@dataclass(frozen=True, slots=True)
class Choices:
    """`without_city`: whether people who belong to no city are the person's to see."""

    courses: list[ReportedCourse]
    cities: list[ReportedCity]
    without_city: bool
    cohorts: list[ReportedCohort] = field(default_factory=list)


def choices_of(person: Identity) -> Choices:
    """What `person` may choose from: at most four statements."""
    return Choices(
        queries.list_courses(person),
        queries.list_cities(person),
        person.is_administrator or person.is_trainer,
        queries.list_cohorts(person) if person.is_administrator or person.is_coordinator else [],
    )
