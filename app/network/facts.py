"""What the form of a city says, as plain values, and how two people's changes of it are brought together."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

import msgspec

from .models import City, Region, SizeBand


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What is written down of a city. `domains` as `domains.normal_domain` gives them, in the order of the alphabet."""

    name: str
    country: str
    region: Region
    size_band: SizeBand
    joined_on: date
    left_on: date | None
    figures_public: bool
    domains: tuple[str, ...]


NAMES = frozenset(field.name for field in fields(CityFacts))


def facts_of(city: City) -> CityFacts:
    """What is written down of a city, as plain values."""
    return CityFacts(
        name=city.name,
        country=city.country,
        region=Region(city.region),
        size_band=SizeBand(city.size_band),
        joined_on=city.joined_on,
        left_on=city.left_on,
        figures_public=city.figures_public,
        domains=tuple(sorted(domain.domain for domain in city.domains)),
    )


def changed(before: CityFacts, after: CityFacts) -> frozenset[str]:
    """The names of the fields in which two differ."""
    return frozenset(name for name in NAMES if getattr(before, name) != getattr(after, name))


def taking(mine: CityFacts, theirs: CityFacts, names: frozenset[str]) -> CityFacts:
    """`mine`, but for these fields `theirs`."""
    return replace(mine, **{name: getattr(theirs, name) for name in names})


def disputed(before: CityFacts, mine: CityFacts, theirs: CityFacts) -> frozenset[str]:
    """The fields that two people changed from what both saw, and not to the same."""
    return changed(before, mine) & changed(before, theirs) & changed(mine, theirs)


def merged(before: CityFacts, mine: CityFacts, theirs: CityFacts) -> CityFacts:
    """`mine`, with what the other changed and `mine` did not."""
    return taking(mine, theirs, changed(before, theirs) - changed(before, mine))


def encode(facts: CityFacts) -> str:
    """As a form carries them, to tell later what its writer saw."""
    return msgspec.json.encode(facts).decode()


def decode(carried: str) -> CityFacts | None:
    """What a form carried; None for anything else."""
    try:
        return msgspec.json.decode(carried, type=CityFacts)
    except (msgspec.DecodeError, RecursionError):
        return None
