"""What administrators do with cities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.extensions import db

from . import queries
from .errors import CityTaken, DomainTaken
from .labels import country_name
from .models import City, CityDomain, Region, SizeBand


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What is written down of a city. `domains` as `domains.normal_domain` gives them."""

    name: str
    country: str
    region: Region
    size_band: SizeBand
    joined_on: date
    left_on: date | None
    figures_public: bool
    domains: tuple[str, ...]


def add_city(facts: CityFacts, *, by: int) -> City:
    """Take a city into the network; `by` is the person's id. Raises `CityTaken` and `DomainTaken`."""
    _check_free(facts, city_id=None)
    city = City()
    _write(city, facts)
    audit.record("city.add", f"city:{city.id}", actor_id=by, **_plain(facts))
    return city


def edit_city(city_id: int, facts: CityFacts, *, by: int) -> City:
    """Change what is written down of a city; nobody who belongs to one is moved by it.

    Raises `NotFound`, `CityTaken` and `DomainTaken`.
    """
    city = queries.get_city(city_id)
    _check_free(facts, city_id=city_id)
    before = _plain(facts_of(city))
    _write(city, facts)
    changed = {key: [before[key], value] for key, value in _plain(facts).items() if before[key] != value}
    if changed:
        audit.record("city.edit", f"city:{city_id}", actor_id=by, **changed)
    return city


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
        domains=tuple(domain.domain for domain in city.domains),
    )


def _check_free(facts: CityFacts, *, city_id: int | None) -> None:
    namesake = queries.find_namesake(name=facts.name, country=facts.country, other_than=city_id)
    if namesake is not None:
        message = _("%(name)s in %(country)s is already here.", name=namesake.name, country=country_name(facts.country))
        raise CityTaken(message)
    owners = queries.list_owners(facts.domains, other_than=city_id)
    if owners:
        raise DomainTaken(
            " ".join(_("%(domain)s already belongs to %(city)s.", domain=domain, city=city) for domain, city in owners)
        )


def _write(city: City, facts: CityFacts) -> None:
    """Put the facts into the row. What another request took in the meantime is found by the database."""
    try:
        with db.session.begin_nested():
            for field in ("name", "country", "region", "size_band", "joined_on", "left_on", "figures_public"):
                setattr(city, field, getattr(facts, field))
            kept = {row.domain: row for row in city.domains}
            city.domains = [kept.get(domain) or CityDomain(domain=domain) for domain in facts.domains]
            db.session.add(city)
            db.session.flush()
    except IntegrityError as error:
        raise (DomainTaken if "city_domain" in str(error.orig) else CityTaken) from error


def _plain(facts: CityFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "country": facts.country,
        "region": facts.region.value,
        "size_band": facts.size_band.value,
        "joined_on": facts.joined_on.isoformat(),
        "left_on": facts.left_on.isoformat() if facts.left_on else None,
        "figures_public": facts.figures_public,
        "domains": sorted(facts.domains),
    }
