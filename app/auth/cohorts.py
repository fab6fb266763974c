"""Whom a cohort takes in by rule: pure, from what is known of a person."""

from __future__ import annotations

from datetime import datetime

import msgspec


class CohortRule(msgspec.Struct, frozen=True):
    """Everyone active who fits all that is said; what is left empty asks nothing.

    Within one field any of its values is enough: `regions=("africa", "asia")` is people of either.
    """

    cities: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    joined_from: datetime | None = None
    joined_before: datetime | None = None
