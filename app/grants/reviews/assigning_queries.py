"""What is read to give applications to reviewers: which wait, with how many reviewers, and who was asked already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person, PersonState
from app.extensions import db
from app.network.models import City

from ..models import Application, ApplicationState, GrantCall, Review, ReviewState
from .conflicts import Pair, conflict


@dataclass(frozen=True, slots=True)
class Open:
    """An application that waits for a decision, and how many reviewers it has: who handed in, or still can."""

    id: int
    city: str
    reviewers: int


def list_open(call: GrantCall, reader: Identity) -> list[Open]:
    """What waits for a decision and is not of the reader's own city, by the number of reviewers. One statement."""
    count = (
        sa.select(sa.func.count())
        .select_from(Review)
        .join(Person, Person.id == Review.person_id)
        .where(
            Review.application_id == Application.id,
            sa.or_(
                Review.state == ReviewState.SUBMITTED,
                sa.and_(
                    Review.state == ReviewState.ASSIGNED,
                    Person.state == PersonState.ACTIVE,
                    conflict(Review.person_id).is_(None),
                ),
            ),
        )
        .correlate(Application, GrantCall)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Application.id, City.name, count.label("reviewers"))
        .join(City, City.id == Application.city_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(
            Application.call_id == call.id,
            Application.state == ApplicationState.SUBMITTED,
            conflict(reader.id).is_(None),
        )
        .order_by(count, City.name, Application.id)
    )
    return [Open(row.id, row.name, row.reviewers) for row in rows]


def list_given_pairs(applications: Iterable[int]) -> set[Pair]:
    """Application and person, where a review is given or was declined."""
    rows = db.session.execute(
        sa.select(Review.application_id, Review.person_id).where(Review.application_id.in_(list(applications)))
    )
    return {(row.application_id, row.person_id) for row in rows}
