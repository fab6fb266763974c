"""Whom a rule judges, in SQL: a person, and the city the person belonged to as of a moment."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Affiliation, Person


def belongs(at: datetime) -> sa.ColumnElement[bool]:
    """That an affiliation held at `at`: from its first moment up to, not including, its last."""
    return sa.and_(Affiliation.from_at <= at, sa.or_(Affiliation.to_at.is_(None), Affiliation.to_at > at))


def city_at(at: datetime) -> sa.ScalarSelect[int]:
    """The city of `Person` as of `at`, NULL for none; the latest, should the rows ever overlap."""
    return (
        sa.select(Affiliation.city_id)
        .where(Affiliation.person_id == Person.id, belongs(at))
        .order_by(Affiliation.from_at.desc(), Affiliation.id.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
