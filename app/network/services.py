"""What administrators do with cities."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.core import audit, merging
from app.extensions import db

from . import queries
from .errors import CityTaken, Disputed, DomainTaken, LeavesTooEarly
from .facts import CityFacts as CityFacts
from .facts import facts_of
from .labels import country_name
from .models import City, CityDomain


def add_city(facts: CityFacts, *, by: int) -> City:
    """Take a city into the network; `by` is the person's id. Raises `CityTaken` and `DomainTaken`."""
    _check_free(facts, city_id=None)
    city = City()
    _write(city, facts)
    audit.record("city.add", f"city:{city.id}", actor_id=by, **_plain(facts))
    return city


def edit_city(city_id: int, facts: CityFacts, *, before: CityFacts | None, by: int) -> City:
    """Change what is written down of a city; nobody who belongs to one is moved by it.

    `before`: what the writer saw (None: nobody knows). What a colleague changed meanwhile stays where the writer left
    it alone. Raises `Disputed` where both changed the same to something else, `LeavesTooEarly` for two days that one
    changed each, `NotFound`, `CityTaken` and `DomainTaken`. Nothing is written then.
    """
    city = queries.get_city(city_id, lock=True)
    theirs = facts_of(city)
    names = merging.disputed(before, facts, theirs) if before else merging.changed(facts, theirs)
    wanted = merging.merged(before or theirs, facts, theirs)
    if names:
        raise Disputed(wanted, theirs, names)
    if wanted.left_on and wanted.left_on < wanted.joined_on:
        raise LeavesTooEarly(wanted)
    _check_free(wanted, city_id=city_id)
    _write(city, wanted)
    was, now = _plain(theirs), _plain(wanted)
    changes = {key: [was[key], value] for key, value in now.items() if was[key] != value}
    if changes:
        audit.record("city.edit", f"city:{city_id}", actor_id=by, **changes)
    return city


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
