"""Who may not judge an application: who is or was of the city, coordinates it, worked on it, or says so themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.models import Affiliation, Person, PersonRole, Role
from app.extensions import db

from ..applications.access import has_worked
from ..models import Application, ApplicationState, GrantCall, Review, ReviewState


class Conflict(StrEnum):
    """Why somebody may not judge an application."""

    CITY = "city"
    COORDINATOR = "coordinator"
    WORKED = "worked"
    DECLARED = "declared"


Pair = tuple[int, int]  # the ids of an application and a person


def conflict(person_id: Any) -> sa.ColumnElement[str | None]:
    """Why the person may not judge an `Application`, joined with its `GrantCall`: one expression, NULL if they may.

    Of the city is who belongs to it now, or did at any time since the call opened; so is who coordinated it. Who moves
    into the city later has a conflict from then on. Who declared one as a reviewer has it for good.
    """
    return sa.case(
        (_belongs(person_id, Application.city_id, GrantCall.opens_at), Conflict.CITY.value),
        (_coordinates(person_id, Application.city_id, GrantCall.opens_at), Conflict.COORDINATOR.value),
        (has_worked(person_id), Conflict.WORKED.value),
        (_declared(person_id), Conflict.DECLARED.value),
        else_=None,
    )


def is_of_city(person_id: int, city_id: int, since: datetime) -> bool:
    """Whether the person belongs to the city or coordinates it, or did at any time since then; one statement."""
    of_it = sa.or_(_belongs(person_id, city_id, since), _coordinates(person_id, city_id, since))
    return bool(db.session.scalar(sa.select(of_it)))


def find_conflict(person_id: int, *, call_id: int, city_id: int, since: datetime) -> Conflict | None:
    """Why the person may decide nothing for a city in a call that opened at `since`; two statements at most.

    They are of the city, whether it applies or not; or they may not judge the application that it has there.
    """
    if is_of_city(person_id, city_id, since):
        return Conflict.CITY
    why = db.session.scalar(
        sa.select(conflict(person_id))
        .select_from(Application)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(Application.call_id == call_id, Application.city_id == city_id)
    )
    return Conflict(why) if why else None


def _belongs(person_id: Any, city_id: Any, since: Any) -> sa.ColumnElement[bool]:
    belongs = sa.exists().where(
        Affiliation.person_id == person_id,
        Affiliation.city_id == city_id,
        sa.or_(Affiliation.to_at.is_(None), Affiliation.to_at > since),
    )
    return belongs.correlate_except(Affiliation)


def _coordinates(person_id: Any, city_id: Any, since: Any) -> sa.ColumnElement[bool]:
    coordinates = sa.exists().where(
        PersonRole.person_id == person_id,
        PersonRole.role == Role.COORDINATOR,
        PersonRole.city_id == city_id,
        sa.or_(PersonRole.to_at.is_(None), PersonRole.to_at > since),
    )
    return coordinates.correlate_except(PersonRole)


def _declared(person_id: Any) -> sa.ColumnElement[bool]:
    declined = aliased(Review)  # the statement around it may have a review of its own
    declared = sa.exists().where(
        declined.application_id == Application.id,
        declined.person_id == person_id,
        declined.state == ReviewState.DECLINED,
    )
    return declared.correlate_except(declined)


def list_conflicts(applications: Collection[int], people: Collection[int]) -> Mapping[Pair, Conflict]:
    """The conflicts between these applications and these people, by the ids of both; one statement."""
    if not applications or not people:
        return {}
    why = conflict(Person.id)
    rows = db.session.execute(
        sa.select(Application.id.label("application_id"), Person.id.label("person_id"), why.label("why"))
        .select_from(Application)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(Person, sa.true())
        .where(Application.id.in_(applications), Person.id.in_(people), why.is_not(None))
    )
    return {(row.application_id, row.person_id): Conflict(row.why) for row in rows}


def list_knowing(applications: Collection[int], people: Collection[int]) -> set[Pair]:
    """Which of these people may have read a review of which of these applications: administrators, once one is handed
    in. Whoever scores has seen no other's scores. One statement."""
    if not applications or not people:
        return set()
    administers = sa.exists().where(
        PersonRole.person_id == Person.id, PersonRole.role == Role.ADMINISTRATOR, PersonRole.to_at.is_(None)
    )
    rows = db.session.execute(
        sa.select(Review.application_id, Person.id)
        .join(Person, administers)
        .where(
            Review.application_id.in_(applications),
            Review.state == ReviewState.SUBMITTED,
            Review.person_id != Person.id,
            Person.id.in_(people),
        )
        .distinct()
    )
    return {(application_id, person_id) for application_id, person_id in rows}


def list_kept(call_id: int, reader_id: int) -> set[int]:
    """The applications of a call whose reviews are kept from a reader, by id; one statement.

    They have a conflict of interest in them, or have still to hand in a review of their own.
    """
    return set(
        db.session.scalars(
            sa.select(Application.id)
            .join(GrantCall, GrantCall.id == Application.call_id)
            .where(GrantCall.id == call_id, sa.or_(conflict(reader_id).is_not(None), has_to_review(reader_id)))
        )
    )


def has_to_review(person_id: int) -> sa.ColumnElement[bool]:
    """That the person has still to hand in a review of an `Application`, which waits for a decision."""
    own = aliased(Review)  # the statement around it may have a review of its own
    waits = sa.exists().where(
        own.application_id == Application.id,
        own.person_id == person_id,
        own.state == ReviewState.ASSIGNED,
        Application.state == ApplicationState.SUBMITTED,
    )
    return waits.correlate_except(own)
