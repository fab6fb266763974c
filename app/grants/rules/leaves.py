"""The leaves of a rule: one requirement each."""

from __future__ import annotations

import msgspec


class Completed(msgspec.Struct, frozen=True, tag="completed"):
    course_id: int
    min_score: float | None = None
    within_months: int | None = None


class Certified(msgspec.Struct, frozen=True, tag="certified"):
    course_id: int


class CityTrained(msgspec.Struct, frozen=True, tag="city_trained"):
    course_id: int
    people: int
    within_months: int | None = None
