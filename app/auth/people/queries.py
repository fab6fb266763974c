"""What administrators, and coordinators within their own city, may know of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.extensions import db
from app.network.models import City

from ..identity import Identity
from ..models import Affiliation, Person, PersonRole, PersonState, Role, SignIn

PAGE_SIZE = 50
LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of people is narrowed to; `page` counts from 1."""

    search: str = ""
    city_id: int | None = None
    state: PersonState | None = None
    role: Role | None = None
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.city_id or self.state or self.role)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list. `last_used_at`: the last use of any of the person's sign-ins."""

    id: int
    name: str
    email: str
    state: PersonState
    created_at: datetime
    city: str | None
    roles: tuple[Role, ...]
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a list of people, with how many there are in all."""

    rows: list[PersonRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Stay:
    """A person belonging to a city, from a moment to a moment."""

    city_id: int
    city: str
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A role held, from a moment to a moment; `city` where it is of one."""

    id: int
    role: Role
    city_id: int | None
    city: str | None
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """A person as administrators see them; newest stays and roles first, open ones before ended ones."""

    id: int
    name: str
    email: str
    state: PersonState
    language: str
    time_zone: str
    created_at: datetime
    confirmed_at: datetime | None
    city_id: int | None
    city: str | None
    last_used_at: datetime | None
    stays: tuple[Stay, ...]
    roles: tuple[Held, ...]

    @property
    def open_roles(self) -> tuple[Held, ...]:
        return tuple(held for held in self.roles if held.to_at is None)

    @property
    def ended_roles(self) -> tuple[Held, ...]:
        return tuple(held for held in self.roles if held.to_at is not None)

    @property
    def city_roles(self) -> tuple[Held, ...]:
        """The open roles tied to a city: what a move to another ends."""
        return tuple(held for held in self.open_roles if held.city_id is not None)


last_used = (
    sa.select(sa.func.max(SignIn.last_used_at)).where(SignIn.person_id == Person.id).correlate(Person).scalar_subquery()
)
_open_roles = (
    sa.select(sa.func.aggregate_strings(PersonRole.role, ","))
    .where(PersonRole.person_id == Person.id, PersonRole.to_at.is_(None))
    .correlate(Person)
    .scalar_subquery()
)


def of_people(person: Identity) -> sa.ColumnElement[bool]:
    """Everyone whose record is not erased for administrators; the people of their cities for coordinators."""
    if person.is_administrator:
        return Person.state != PersonState.ERASED
    return Person.city_id.in_(person.coordinates)


def list_people(person: Identity, filters: Filters) -> PeoplePage:
    """A page of the people whom `person` may see, those who wait for a city first, then by name; in one statement.

    A second one only where the page asked for lies beyond the end, which gives the first.
    """
    page = max(1, min(filters.page, LAST_PAGE))
    rows, total = _page_of_people(person, filters, page)
    if not rows and page > 1:
        page = 1
        rows, total = _page_of_people(person, filters, page)
    return PeoplePage(rows, total, page)


def _page_of_people(person: Identity, filters: Filters, page: int) -> tuple[list[PersonRow], int]:
    order = (Person.state != PersonState.WAITING, fold(Person.name), Person.id)
    # What is looked up for each person is looked up for those of the page only.
    shown = (
        sa.select(Person.id, sa.func.count().over().label("total"))
        .where(of_people(person), *_conditions(filters))
        .order_by(*order)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .subquery()
    )
    chosen = (
        sa.select(
            Person.id,
            Person.name,
            Person.email,
            Person.state,
            Person.created_at,
            City.name.label("city"),
            _open_roles.label("roles"),
            last_used.label("last_used_at"),
            shown.c.total,
        )
        .join(shown, shown.c.id == Person.id)
        .outerjoin(City, City.id == Person.city_id)
        .order_by(*order)
    )
    found = db.session.execute(chosen).all()
    rows = [
        PersonRow(
            id=row.id,
            name=row.name,
            email=row.email or "",
            state=PersonState(row.state),
            created_at=row.created_at,
            city=row.city,
            roles=tuple(role for role in Role if role in set((row.roles or "").split(","))),
            last_used_at=row.last_used_at,
        )
        for row in found
    ]
    return rows, found[0].total if found else 0


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for word in folded(filters.search).split():
        in_name = fold(Person.name).contains(word, autoescape=True)
        conditions.append(sa.or_(in_name, fold(Person.email).contains(word, autoescape=True)))
    if filters.city_id is not None:
        conditions.append(Person.city_id == filters.city_id)
    if filters.state is not None:
        conditions.append(Person.state == filters.state)
    if filters.role is not None:
        holds = sa.exists().where(
            PersonRole.person_id == Person.id, PersonRole.role == filters.role, PersonRole.to_at.is_(None)
        )
        conditions.append(holds)
    return conditions


def count_waiting(person: Identity) -> int:
    """How many people, of those whom `person` may see, wait for a city."""
    waiting = sa.select(sa.func.count()).where(Person.state == PersonState.WAITING, of_people(person))
    return db.session.scalar(waiting) or 0


def get_record(person: Identity, person_id: int) -> Record:
    """Everything administrators see of a person, in three statements; raises `NotFound` unless `person` may see it.

    A coordinator sees of the history what concerns the cities they coordinate.
    """
    found = db.session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.email,
            Person.state,
            Person.language,
            Person.time_zone,
            Person.created_at,
            Person.confirmed_at,
            Person.city_id,
            City.name.label("city"),
            last_used.label("last_used_at"),
        )
        .outerjoin(City, City.id == Person.city_id)
        .where(Person.id == person_id, of_people(person))
    ).one_or_none()
    if found is None:
        raise NotFound
    own = None if person.is_administrator else person.coordinates
    values = found._asdict() | {"email": found.email or "", "state": PersonState(found.state)}
    return Record(**values, stays=_stays(person_id, own), roles=_roles(person_id, own))


def _stays(person_id: int, city_ids: frozenset[int] | None) -> tuple[Stay, ...]:
    chosen = (
        sa.select(Affiliation.city_id, City.name.label("city"), Affiliation.from_at, Affiliation.to_at)
        .join(City, City.id == Affiliation.city_id)
        .where(Affiliation.person_id == person_id)
        .order_by(Affiliation.to_at.is_not(None), Affiliation.from_at.desc(), Affiliation.id.desc())
    )
    if city_ids is not None:
        chosen = chosen.where(Affiliation.city_id.in_(city_ids))
    return tuple(Stay(*row) for row in db.session.execute(chosen))


def _roles(person_id: int, city_ids: frozenset[int] | None) -> tuple[Held, ...]:
    chosen = (
        sa.select(
            PersonRole.id,
            PersonRole.role,
            PersonRole.city_id,
            City.name.label("city"),
            PersonRole.from_at,
            PersonRole.to_at,
        )
        .outerjoin(City, City.id == PersonRole.city_id)
        .where(PersonRole.person_id == person_id)
        .order_by(PersonRole.to_at.is_not(None), PersonRole.from_at.desc(), PersonRole.id.desc())
    )
    if city_ids is not None:
        chosen = chosen.where(sa.or_(PersonRole.city_id.is_(None), PersonRole.city_id.in_(city_ids)))
    return tuple(
        Held(row.id, Role(row.role), row.city_id, row.city, row.from_at, row.to_at)
        for row in db.session.execute(chosen)
    )
