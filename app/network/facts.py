"""What the form of a city says, as plain values."""

from __future__ import annotations

from datetime import date

import msgspec

from app.core.merging import names_of

from .models import City, Region, SizeBand


class CityFacts(msgspec.Struct, frozen=True):
    """What is written down of a city. `domains` as `domains.normal_domain` gives them, in the order of the alphabet."""

    name: str
    country: str
    region: Region
    size_band: SizeBand
    joined_on: date
    left_on: date | None
    figures_public: bool
    domains: tuple[str, ...]


NAMES = names_of(CityFacts)


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
