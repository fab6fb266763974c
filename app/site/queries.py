"""What the first page says of the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.auth.models import Person, PersonState
from app.extensions import db
from app.grants.models import GrantCall
from app.network.models import City
from app.network.queries import is_there
from app.progress.models import Certificate


@dataclass(frozen=True, slots=True)
class Figures:
    cities: int
    practitioners: int
    certificates: int
    open_calls: int


def figures(at: datetime) -> Figures:
    """Member cities, active practitioners, certificates in force, and calls not yet closed; one statement."""

    def count(column: InstrumentedAttribute[int], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count(column)).where(*conditions).scalar_subquery()

    row = db.session.execute(
        sa.select(
            count(City.id, is_there()).label("cities"),
            count(Person.id, Person.state == PersonState.ACTIVE).label("practitioners"),
            count(Certificate.id, Certificate.revoked_at.is_(None)).label("certificates"),
            count(GrantCall.id, GrantCall.published_at.is_not(None), GrantCall.closes_at > at).label("open_calls"),
        )
    ).one()
    return Figures(*row)
