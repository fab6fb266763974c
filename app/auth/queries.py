"""Reads about people, for signing in and for the account page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.extensions import db
from app.network.models import City, CityDomain
from app.network.queries import is_there

from . import addresses, tokens
from .models import Person, PersonRole, Role, SignIn


@dataclass(frozen=True, slots=True)
class Device:
    """An open sign-in, as its owner sees it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a mailed link is about. `new_email` is the address it would change to, or empty."""

    id: int
    email: str
    name: str
    state: str
    new_email: str
    language: str = "en"
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What somebody would leave without anybody: `alone_in` names the cities that have no other coordinator."""

    is_last_administrator: bool
    alone_in: tuple[str, ...]


def get_leaving(person_id: int) -> Leaving:
    """What a person would leave behind who went now. One statement."""
    other = aliased(PersonRole)
    others = sa.exists().where(
        other.role == PersonRole.role,
        other.city_id.is_not_distinct_from(PersonRole.city_id),
        other.to_at.is_(None),
        other.person_id != person_id,
    )
    rows = db.session.execute(
        sa.select(PersonRole.role, City.name)
        .outerjoin(City, City.id == PersonRole.city_id)
        .where(
            PersonRole.person_id == person_id,
            PersonRole.to_at.is_(None),
            PersonRole.role.in_([Role.ADMINISTRATOR, Role.COORDINATOR]),
            ~others,
        )
        .order_by(City.name, PersonRole.id)
    ).all()
    return Leaving(
        is_last_administrator=any(row.role == Role.ADMINISTRATOR for row in rows),
        alone_in=tuple(row.name for row in rows if row.role == Role.COORDINATOR),
    )


def find_password_hash(email: str) -> str | None:
    """The password hash of the person with this address; None if there is no such person."""
    password_hash: str | None = db.session.scalar(
        sa.select(Person.password_hash).where(Person.email == addresses.folded(email))
    )
    return password_hash


def get_password_hash(person_id: int) -> str | None:
    """The password hash of a person who exists."""
    password_hash: str | None = db.session.scalars(sa.select(Person.password_hash).where(Person.id == person_id)).one()
    return password_hash


def list_devices(person_id: int) -> list[Device]:
    """The devices a person is signed in on, most recently used first."""
    rows = db.session.execute(
        sa.select(SignIn.id, SignIn.device, SignIn.created_at, SignIn.last_used_at)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .order_by(SignIn.last_used_at.desc(), SignIn.id.desc())
    )
    return [Device(row.id, row.device, row.created_at, row.last_used_at) for row in rows]


def find_city_for(email: str) -> int | None:
    """The city that an address places its owner in: the most specific matching domain wins, a tie places nobody.

    `a.b.city.example` matches the domain `city.example`. Cities that have left the network place nobody.
    """
    ordered = addresses.domains(addresses.folded(email))
    rows = db.session.execute(
        sa.select(sa.func.lower(CityDomain.domain).label("domain"), CityDomain.city_id)
        .join(City, City.id == CityDomain.city_id)
        .where(sa.func.lower(CityDomain.domain).in_(ordered))
        .where(is_there())
    ).all()
    for domain in ordered:
        cities = {row.city_id for row in rows if row.domain == domain}
        if cities:
            return cities.pop() if len(cities) == 1 else None
    return None


def find_account(purpose: tokens.Purpose, token: str) -> Account | None:
    """Whom a mailed link is about; None if the link is forged, used, replaced or too old."""
    claim = tokens.read(purpose, token)
    person = db.session.get(Person, claim.person_id) if claim else None
    if claim is None or person is None or not tokens.is_current(claim, person):
        return None
    return Account(
        person.id, person.email or "", person.name, person.state, claim.email, person.language, person.time_zone
    )
