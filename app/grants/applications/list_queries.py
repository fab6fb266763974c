"""What is read of several applications: the cities that a person may apply for, and the applications of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.core.text import Text
from app.extensions import db
from app.network.models import City

from .. import queries
from ..calls.call import Call
from ..models import Application, ApplicationAnswer, ApplicationState, GrantCall
from .access import has_worked, is_eligible


@dataclass(frozen=True, slots=True)
class Candidate:
    """A city for which somebody may apply: with its application, where one was begun."""

    id: int
    name: str
    application: ApplicationState | None


def list_candidates(call: Call, person: Identity, at: datetime) -> list[Candidate]:
    """The cities that the person coordinates, and their own where they meet the rule, by name. Two statements."""
    ids, own = set(person.coordinates), person.city_id
    if own is not None and own not in ids and is_eligible(call, person.id, at, city_id=own):
        ids.add(own)
    rows = db.session.execute(
        sa.select(City.id, City.name, Application.state)
        .outerjoin(Application, sa.and_(Application.city_id == City.id, Application.call_id == call.id))
        .where(City.id.in_(ids))
        .order_by(City.name, City.id)
    )
    return [Candidate(row.id, row.name, ApplicationState(row.state) if row.state else None) for row in rows]


@dataclass(frozen=True, slots=True)
class Mine:
    """An application of one of the reader's cities."""

    slug: str
    title: Text
    source_language: str
    time_zone: str
    closes_at: datetime
    city_id: int
    city_name: str
    state: ApplicationState
    submitted_at: datetime | None
    decided_at: datetime | None
    changed_at: datetime
    is_open: bool


def list_mine(person: Identity, at: datetime) -> list[Mine]:
    """The applications of the person's cities that they may write or wrote, what closes last first.

    Three statements at most: of calls that have closed, a practitioner finds here those they worked on.
    """
    cities = {*person.coordinates, *([person.city_id] if person.city_id is not None else [])}
    rows = db.session.execute(_mine(cities, person.id)).all() if cities else []
    own = {row.slug for row in rows if row.city_id not in person.coordinates and not row.worked}
    calls = [call for call in queries.list_coming_and_open(at) if call.slug in own] if own else []
    met = {standing.call.slug for standing in queries.list_standings(calls, person.id, at) if standing.is_met}
    return [
        Mine(
            slug=row.slug,
            title=row.title,
            source_language=row.source_language,
            time_zone=row.time_zone,
            closes_at=row.closes_at,
            city_id=row.city_id,
            city_name=row.name,
            state=ApplicationState(row.state),
            submitted_at=row.submitted_at,
            decided_at=row.decided_at,
            changed_at=row.changed_at or row.created_at,
            is_open=row.opens_at <= at < row.closes_at,
        )
        for row in rows
        if row.city_id in person.coordinates or row.worked or row.slug in met
    ]


def _mine(cities: set[int], person_id: int) -> sa.Select[*tuple[Any, ...]]:
    saved = sa.select(sa.func.max(ApplicationAnswer.saved_at)).where(ApplicationAnswer.application_id == Application.id)
    return (
        sa.select(
            GrantCall.slug,
            GrantCall.title,
            GrantCall.source_language,
            GrantCall.time_zone,
            GrantCall.opens_at,
            GrantCall.closes_at,
            City.name,
            Application.city_id,
            Application.state,
            Application.created_at,
            Application.submitted_at,
            Application.decided_at,
            saved.scalar_subquery().label("changed_at"),
            has_worked(person_id).label("worked"),
        )
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(City, City.id == Application.city_id)
        .where(Application.city_id.in_(cities))
        .order_by(GrantCall.closes_at.desc(), GrantCall.id.desc(), City.name, City.id)
    )
