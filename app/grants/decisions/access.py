"""Whose an application is once it is handed in: who of the city reads its letter, appeals, and writes its reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.core.errors import NotFound
from app.extensions import db
from app.network.models import City

from .. import queries
from ..applications.access import has_worked, is_eligible
from ..models import Application, ApplicationState, GrantCall

DECIDED = (ApplicationState.AWARDED, ApplicationState.REFUSED)


@dataclass(frozen=True, slots=True)
class Own:
    """A decided application. `is_of_city`: the reader is of its people; `coordinates`: and may appeal."""

    call: GrantCall
    application: Application
    city: str
    is_of_city: bool
    coordinates: bool


def asked_city(person: Identity, asked: Mapping[str, str]) -> int | None:
    """The city whose application is meant: the one that the address names, else the person's own."""
    said = asked.get("city", "")
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    return person.city_id or min(person.coordinates, default=None)


def get_own(slug: str, city_id: int | None, person: Identity, at: datetime) -> Own:
    """The decided application of a city for somebody of its people. Raises `NotFound`. Two statements at most.

    Its people are the city's coordinators, and who belongs to the city today and worked on it or is eligible.
    """
    row = db.session.execute(_decided(slug, city_id).add_columns(has_worked(person.id).label("worked"))).one_or_none()
    if row is None:
        raise NotFound
    coordinates = city_id in person.coordinates
    here = person.city_id == city_id
    if not (coordinates or (here and (row.worked or _is_eligible(row, person.id, at)))):
        raise NotFound
    return Own(row.GrantCall, row.Application, row.name, is_of_city=True, coordinates=coordinates)


def get_readable(slug: str, city_id: int | None, person: Identity, at: datetime) -> Own:
    """As `get_own`, for administrators too."""
    try:
        return get_own(slug, city_id, person, at)
    except NotFound:
        if not person.is_administrator:
            raise
    row = db.session.execute(_decided(slug, city_id)).one_or_none()
    if row is None:
        raise NotFound
    return Own(row.GrantCall, row.Application, row.name, is_of_city=False, coordinates=False)


def _decided(slug: str, city_id: int | None) -> Any:
    return (
        sa.select(GrantCall, Application, City.name)
        .join(Application, Application.call_id == GrantCall.id)
        .join(City, City.id == Application.city_id)
        .where(GrantCall.slug == slug, Application.city_id == city_id, Application.state.in_(DECIDED))
        .execution_options(populate_existing=True)
    )


def _is_eligible(row: Any, person_id: int, at: datetime) -> bool:
    call = queries.get_call(row.GrantCall.slug, at)
    return is_eligible(call, person_id, at, city_id=row.Application.city_id)
