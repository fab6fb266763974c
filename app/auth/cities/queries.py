"""What administrators may know of cities and of who belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.core.folding import fold
from app.extensions import db
from app.network import queries as network
from app.network.models import City, Region

from ..models import Person, PersonRole, PersonState, Role
from ..people.queries import last_used


@dataclass(frozen=True, slots=True)
class CityRow:
    """A line of the list of cities. `practitioners`: the active people who belong to it."""

    id: int
    name: str
    country: str
    region: Region
    joined_on: date
    left_on: date | None
    practitioners: int


@dataclass(frozen=True, slots=True)
class CityPeople:
    """Who belongs to a city: counts, and its coordinators by id and name."""

    practitioners: int
    signed_in_lately: int
    coordinators: tuple[tuple[int, str], ...]


def list_cities(search: str = "", region: Region | None = None) -> list[CityRow]:
    """The cities of a search with how many active people belong to each, in one statement."""
    practitioners = (
        sa.select(sa.func.count())
        .where(Person.city_id == City.id, Person.state == PersonState.ACTIVE)
        .correlate(City)
        .scalar_subquery()
    )
    chosen = network.matching(search, region).with_only_columns(
        City.id,
        City.name,
        City.country,
        City.region,
        City.joined_on,
        City.left_on,
        practitioners.label("practitioners"),
    )
    return [
        CityRow(row.id, row.name, row.country, Region(row.region), row.joined_on, row.left_on, row.practitioners)
        for row in db.session.execute(chosen)
    ]


def get_city_people(city_id: int, *, since: datetime) -> CityPeople:
    """How many active people belong to a city, how many used the site after `since`, and its coordinators."""
    active = sa.and_(Person.city_id == city_id, Person.state == PersonState.ACTIVE)
    lately = sa.func.count().filter(last_used >= since)
    counts = db.session.execute(sa.select(sa.func.count(), lately).where(active)).one()
    coordinators = db.session.execute(
        sa.select(Person.id, Person.name)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.city_id == city_id, PersonRole.role == Role.COORDINATOR, PersonRole.to_at.is_(None))
        .order_by(fold(Person.name), Person.id)
    )
    return CityPeople(counts[0], counts[1], tuple((row.id, row.name) for row in coordinators))
