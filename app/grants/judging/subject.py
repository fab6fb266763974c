"""Whom a rule judges, in SQL: a person, and the city the person belonged to as of a moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.auth.models import Affiliation, Person, PersonState
from app.core.planning import unindexed
from app.network.models import City

if TYPE_CHECKING:
    from ..rules import Node


# Made once, as each page asks several times who belongs where.
_MINE, _OTHER = Affiliation.__table__.alias("mine"), Affiliation.__table__.alias("other")

_cities: ContextVar[Collection[int] | None] = ContextVar("the few cities that are judged", default=None)


@contextmanager
def only(city_ids: Collection[int] | None) -> Iterator[None]:
    """Within it, clauses and `network` are built for a few cities’ people: each is looked up, and nobody else.

    They say the same. A statement over everybody gathers who meets a requirement once, which is far too much where a
    page asks about one city. None: everybody.
    """
    token = _cities.set(city_ids)
    try:
        yield
    finally:
        _cities.reset(token)


def person_among(chosen: sa.Select[Any], person_id: Any = Person.id) -> sa.ColumnElement[bool]:
    """That the `Person`, or whom `person_id` tells, is among the people whom `chosen`, a select of their ids, finds."""
    if _cities.get() is not None:
        return chosen.where(chosen.selected_columns[0] == person_id).correlate(person_id.table).exists()
    return person_id.in_(chosen.correlate(None))


def of_those_cities() -> sa.ColumnElement[bool]:
    """For a select of affiliations by city: that it is of the few cities that are judged, or of any where all are."""
    city_ids = _cities.get()
    return sa.true() if city_ids is None else Affiliation.city_id.in_(city_ids)


def looked_up(column: Any) -> Any:
    """A column of what is asked of each person: where few cities are judged, it is found by the person alone."""
    return column if _cities.get() is None else unindexed(column)


def belongs(at: datetime) -> sa.ColumnElement[bool]:
    """That an affiliation held at `at`: from its first moment up to, not including, its last.

    A person belongs to one city: should the rows ever overlap, to that of the open row, else of the latest. Only a
    row that has ended since needs to be compared with others, and these few are gathered once.
    """
    mine, other = _MINE.c, _OTHER.c
    later = sa.or_(
        other.from_at > mine.from_at,
        sa.and_(other.from_at == mine.from_at, other.id > mine.id),
    )
    overlapped = (
        sa.select(mine.id)
        .join_from(_MINE, _OTHER, other.person_id == mine.person_id)
        .where(
            mine.to_at > at,
            mine.from_at <= at,
            other.from_at <= at,
            sa.or_(other.to_at.is_(None), sa.and_(other.to_at > at, later)),
        )
        .correlate(None)
    )
    return sa.and_(
        Affiliation.from_at <= at,
        sa.or_(
            Affiliation.to_at.is_(None),
            sa.and_(Affiliation.to_at > at, Affiliation.id.not_in(overlapped)),
        ),
    )


def day_of(at: datetime) -> date:
    """The day as of which a city is asked whether it is a member: days of the network are UTC's."""
    return at.astimezone(UTC).date()


def is_member(at: datetime) -> sa.ColumnElement[bool]:
    """That a city is a member of the network on the day of `at`; the day it left is the first that it is not."""
    day = day_of(at)
    return sa.and_(City.joined_on <= day, sa.or_(City.left_on.is_(None), City.left_on > day))


def has_come() -> sa.ColumnElement[bool]:
    """That the person of an affiliation has taken the account into use, if others entered it: else they are none yet.

    Those few who have not are gathered once, so that nobody's row is read for it.
    """
    # The value stands in the statement as it is, or SQLite could not tell that the index holds those.
    invited = sa.select(Person.id).where(Person.state == sa.literal_column(f"'{PersonState.INVITED}'", sa.String))
    return Affiliation.person_id.not_in(invited.correlate(None))


def practises() -> sa.ColumnElement[bool]:
    """That the person of an affiliation learns there: is active, or was until it ended; not who never came."""
    once = sa.and_(
        Affiliation.to_at.is_not(None), Person.state.in_([PersonState.WAITING, PersonState.LEFT, PersonState.ERASED])
    )
    return sa.or_(Person.state == PersonState.ACTIVE, once)


def network(at: datetime, *rules: Node) -> sa.FromClause:
    """Every city with each of its practitioners as of `at`; one without any stands alone, so that it is judged too.

    Where each of the rules asks for a person, cities without any are left out, which saves a third of the time.
    """
    asks_person = bool(rules) and all(rule.asks_person for rule in rules)
    if _cities.get() is not None:
        return _few(at, asks_person)
    if asks_person:
        stays = sa.join(Affiliation, City, sa.and_(City.id == unindexed(Affiliation.city_id), belongs(at)))
        return sa.join(stays, Person, sa.and_(Person.id == unindexed(Affiliation.person_id), practises()))
    each = _stays(at)
    with_city = sa.join(each, City, City.id == unindexed(each.c.city_id))
    return sa.outerjoin(with_city, Person, Person.id == unindexed(each.c.person_id))


def _few(at: datetime, asks_person: bool) -> sa.FromClause:
    """As `network`, for the few cities that are judged."""
    # Who learns there is found first, so that of others no row without a person is left.
    learns = sa.and_(Person.id == Affiliation.person_id, of_those_cities(), belongs(at), practises())
    people = sa.join(Affiliation, Person, learns)
    if asks_person:
        return sa.join(people, City, City.id == Affiliation.city_id)
    few = sa.select(City.id).where(City.id.in_(_cities.get() or ())).correlate(None).subquery("few")
    return sa.outerjoin(sa.join(few, City, City.id == few.c.id), people, City.id == Affiliation.city_id)


def _stays(at: datetime) -> sa.FromClause:
    """The ids of every practitioner and their city, and of each city without any, which no outer join finds as fast."""
    somebody = (
        sa.select(Affiliation.id)
        .join(Person, Person.id == unindexed(Affiliation.person_id))
        .where(Affiliation.city_id == City.id, belongs(at), practises())
        .correlate(City)
        .exists()
    )
    people = (
        sa.select(Affiliation.person_id, Affiliation.city_id)
        .join(Person, Person.id == unindexed(Affiliation.person_id))
        .where(belongs(at), practises())
        .correlate(None)
    )
    empty = sa.select(sa.null().label("person_id"), City.id).where(sa.not_(somebody)).correlate(None)
    return people.union_all(empty).subquery("stay")
