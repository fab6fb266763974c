"""Cohorts as coordinators and administrators see them, and who is in one: a select to build upon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.extensions import db
from app.network.models import City

from .. import addresses
from ..identity import Identity
from ..models import Cohort, CohortMember, Person, PersonRole, PersonState
from ..people.queries import PAGE_SIZE, of_people
from .rules import CohortRule

MOST_FOUND = 20
NOT_LISTED = (PersonState.LEFT, PersonState.ERASED)  # whose name may stand on a list, and who are in no cohort
MOST_WORDS = 12
RULES_AT_ONCE = 100  # SQLite joins at most 500 selects


@dataclass(frozen=True, slots=True)
class CohortLine:
    """A cohort in a list. `members` is counted now: a rule finds others tomorrow."""

    id: int
    name: str
    city: str | None
    by_rule: bool
    created_at: datetime
    ended_at: datetime | None
    members: int


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody in a cohort, or who could be."""

    id: int
    name: str
    email: str
    state: PersonState
    city: str | None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A page of a cohort's members, with how many there are in all."""

    rows: list[MemberLine]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def clause(rule: CohortRule) -> sa.ColumnElement[bool]:
    """Whether the rule finds a `Person`, as one expression. `cohorts.finds` says the same of plain values."""
    asked: list[sa.ColumnElement[bool]] = [Person.state == PersonState.ACTIVE]
    if rule.cities:
        asked.append(Person.city_id.in_(rule.cities))
    of_city = [
        column.in_(values)
        for column, values in (
            (City.region, rule.regions), (City.country, rule.countries), (City.size_band, rule.sizes),
        )
        if values
    ]  # fmt: skip
    if of_city:
        asked.append(sa.exists().where(City.id == Person.city_id, *of_city).correlate(Person))
    if rule.roles:
        held = sa.exists().where(
            PersonRole.person_id == Person.id, PersonRole.role.in_(rule.roles), PersonRole.to_at.is_(None)
        )
        asked.append(held.correlate(Person))
    if rule.joined_from is not None:
        asked.append(Person.created_at >= rule.joined_from)
    if rule.joined_before is not None:
        asked.append(Person.created_at < rule.joined_before)
    return sa.and_(*asked)


def cohort_members(cohort: Cohort) -> sa.Select[int]:
    """The ids of who is in a cohort now, as a select to use within others. A coordinator's has their city's only."""
    return members_of(cohort.id, city_id=cohort.city_id, rule=cohort.rule)


def members_of(cohort_id: int, *, city_id: int | None, rule: CohortRule | None) -> sa.Select[int]:
    """As `cohort_members`, of plain values."""
    chosen: sa.Select[int] = sa.select(Person.id)
    if city_id is not None:
        chosen = chosen.where(Person.city_id == city_id)
    if rule is not None:
        return chosen.where(clause(rule))
    listed = sa.select(CohortMember.person_id).where(CohortMember.cohort_id == cohort_id)
    return chosen.where(Person.id.in_(listed), Person.state.not_in(NOT_LISTED))


def _visible_to(person: Identity) -> sa.ColumnElement[bool]:
    return sa.true() if person.is_administrator else Cohort.city_id.in_(person.coordinates)


def list_cohorts(person: Identity, *, ended: bool = False) -> list[CohortLine]:
    """The cohorts whom `person` may see, by name, each with its number of members.

    Two statements: of the members of all at once, a rule being a part of its own.
    """
    over = Cohort.ended_at.is_not(None) if ended else Cohort.ended_at.is_(None)
    cohorts = db.session.scalars(
        sa.select(Cohort).where(_visible_to(person), over)
        .order_by(fold(Cohort.name), Cohort.id).limit(500)
    ).all()  # fmt: skip
    counts = _count_all(cohorts)
    names = dict(
        db.session.execute(
            sa.select(City.id, City.name).where(City.id.in_({c.city_id for c in cohorts if c.city_id is not None}))
        ).all()
    )
    return [
        CohortLine(
            c.id, c.name, names.get(c.city_id) if c.city_id else None, c.rule is not None, c.created_at, c.ended_at,
            counts.get(c.id, 0),
        )
        for c in cohorts
    ]  # fmt: skip


def _count_all(cohorts: Sequence[Cohort]) -> dict[int, int]:
    parts = [
        sa.select(sa.literal(c.id).label("id"), sa.func.count().label("members")).select_from(
            cohort_members(c).subquery()
        )
        for c in cohorts
    ]
    counts: dict[int, int] = {}
    for start in range(0, len(parts), RULES_AT_ONCE):
        for cohort_id, members in db.session.execute(sa.union_all(*parts[start : start + RULES_AT_ONCE])):
            counts[cohort_id] = members
    return counts


def list_choices(person: Identity) -> list[tuple[int, str]]:
    """Id and name of the cohorts that go on, of those that `person` may see."""
    rows = db.session.execute(
        sa.select(Cohort.id, Cohort.name, City.name.label("city")).outerjoin(City, City.id == Cohort.city_id)
        .where(_visible_to(person), Cohort.ended_at.is_(None)).order_by(fold(Cohort.name), Cohort.id)
    )  # fmt: skip
    return [(row.id, f"{row.name} ({row.city})" if row.city else row.name) for row in rows]


def find_namesake(name: str, *, city_id: int | None, but: int | None = None) -> int | None:
    """The id of a cohort of the city (None: of all) that goes on and has this name, however it is written.

    `but`: other than this one.
    """
    same = sa.select(Cohort.id).where(
        fold(Cohort.name) == folded(name), Cohort.city_id.is_not_distinct_from(city_id), Cohort.ended_at.is_(None)
    )
    if but is not None:
        same = same.where(Cohort.id != but)
    return db.session.scalar(same.order_by(Cohort.id).limit(1))


def get_cohort(person: Identity, cohort_id: int) -> Cohort:
    """A cohort that `person` may see. Raises `NotFound`."""
    cohort: Cohort | None = db.session.scalars(
        sa.select(Cohort).where(Cohort.id == cohort_id, _visible_to(person))
    ).one_or_none()
    if cohort is None:
        raise NotFound
    return cohort


def list_members(cohort: Cohort, page: int = 1) -> MemberPage:
    """A page of a cohort's members by name, in one statement; beyond the end, the first in a second."""
    page = max(1, min(page, 100_000))
    rows, total = _members(cohort, page)
    if not rows and page > 1:
        page = 1
        rows, total = _members(cohort, page)
    return MemberPage(rows, total, page)


def _members(cohort: Cohort, page: int) -> tuple[list[MemberLine], int]:
    found = db.session.execute(
        _lines(sa.func.count().over().label("total"))
        .where(Person.id.in_(cohort_members(cohort)))
        .order_by(fold(Person.name), Person.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return [_line(row) for row in found], found[0].total if found else 0


def _lines(*more: sa.ColumnElement[int]) -> sa.Select[Any]:
    chosen: Any = sa.select(
        Person.id, Person.name, Person.email, Person.state, City.name.label("city"), *more
    )  # fmt: skip
    return chosen.outerjoin(City, City.id == Person.city_id)


def _line(row: Any) -> MemberLine:
    return MemberLine(row.id, row.name, row.email or "", PersonState(row.state), row.city)


def find_people(person: Identity, words: str, *, not_in: Cohort | None = None) -> list[MemberLine]:
    """The people whom `person` may see and add, whose name or address has every word; one more than `MOST_FOUND`."""
    chosen = _lines().where(of_people(person), Person.state.not_in(NOT_LISTED))
    if not_in is not None:
        chosen = chosen.where(Person.id.not_in(cohort_members(not_in)))
        if not_in.city_id is not None:
            chosen = chosen.where(Person.city_id == not_in.city_id)
    for word in folded(words).split()[:MOST_WORDS]:
        in_name = fold(Person.name).contains(word, autoescape=True)
        chosen = chosen.where(sa.or_(in_name, fold(Person.email).contains(word, autoescape=True)))
    rows = db.session.execute(chosen.order_by(fold(Person.name), Person.id).limit(MOST_FOUND + 1))
    return [_line(row) for row in rows]


def list_people(person: Identity, ids: list[int], *, of_city: int | None = None) -> list[MemberLine]:
    """Those of these people whom `person` may see and who could be added or enrolled; `of_city`: and belong to it."""
    chosen = _lines().where(of_people(person), Person.state.not_in(NOT_LISTED), Person.id.in_(ids))
    if of_city is not None:
        chosen = chosen.where(Person.city_id == of_city)
    return [_line(row) for row in db.session.execute(chosen.order_by(fold(Person.name), Person.id))]


def list_by_address(person: Identity, cohort: Cohort, emails: list[str]) -> dict[str, int]:
    """Folded address to id, of those whom `person` may add to the cohort."""
    chosen = sa.select(Person.email, Person.id).where(
        of_people(person), Person.state.not_in(NOT_LISTED),
        Person.email.in_([addresses.folded(email) for email in emails]),
    )  # fmt: skip
    if cohort.city_id is not None:
        chosen = chosen.where(Person.city_id == cohort.city_id)
    return {email: person_id for email, person_id in db.session.execute(chosen) if email}
