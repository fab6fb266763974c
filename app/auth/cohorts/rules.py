"""Whom a cohort takes in by rule: pure, from what is known of a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import msgspec


class CohortRule(msgspec.Struct, frozen=True):
    """Everyone active who fits all that is said; what is left empty asks nothing.

    Within one field any of its values is enough: `regions=("africa", "asia")` is people of either. `joined_from` and
    `joined_before` are of the day the account was made.
    """

    cities: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    joined_from: datetime | None = None
    joined_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What decides whether a rule finds somebody; region, country and size are of their city, None without one."""

    active: bool
    city_id: int | None
    region: str | None
    country: str | None
    size: str | None
    roles: Collection[str]
    joined_at: datetime


def finds(rule: CohortRule, known: Known) -> bool:
    """Whether the rule takes a person in. `queries.clause` says the same in SQL."""
    return (
        known.active
        and (not rule.cities or known.city_id in rule.cities)
        and (not rule.regions or known.region in rule.regions)
        and (not rule.countries or known.country in rule.countries)
        and (not rule.sizes or known.size in rule.sizes)
        and (not rule.roles or not set(known.roles).isdisjoint(rule.roles))
        and (rule.joined_from is None or known.joined_at >= rule.joined_from)
        and (rule.joined_before is None or known.joined_at < rule.joined_before)
    )
