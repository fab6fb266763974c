"""Which appeal is open, and who may answer it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.auth.models import Person, PersonRole, PersonState, Role
from app.extensions import db

from ..models import Appeal, AppealState, Application, GrantCall
from ..reviews.conflicts import conflict


def find_open(application_id: int) -> Appeal | None:
    """The appeal of an application that waits for its answer."""
    found: Appeal | None = db.session.scalars(
        sa.select(Appeal).where(Appeal.application_id == application_id, Appeal.state == AppealState.OPEN)
    ).one_or_none()
    return found


def list_owners(application: Application) -> list[tuple[int, str]]:
    """Id and name of the administrators who may answer an appeal, those first who have fewest to answer."""
    waiting = (
        sa.select(sa.func.count())
        .where(Appeal.owner_id == Person.id, Appeal.state == AppealState.OPEN)
        .correlate(Person)
        .scalar_subquery()
    )
    rows = db.session.execute(
        _administrators(application)
        .where(Person.id.is_distinct_from(Application.decided_by_id), conflict(Person.id).is_(None))
        .order_by(waiting, Person.id)
    )
    return [(row.id, row.name) for row in rows]


def list_told(application: Application) -> list[int]:
    """The administrators who are told, by id, where nobody may answer: those without a conflict; all, if all have one.

    Whoever decided is among them: they do not answer, but can make somebody an administrator who does.
    """
    rows = db.session.execute(
        _administrators(application).add_columns(conflict(Person.id).label("conflict")).order_by(Person.id)
    ).all()
    return [row.id for row in rows if row.conflict is None] or [row.id for row in rows]


def _administrators(application: Application) -> sa.Select[Any]:
    administers = sa.exists().where(
        PersonRole.person_id == Person.id, PersonRole.role == Role.ADMINISTRATOR, PersonRole.to_at.is_(None)
    )
    chosen: Any = sa.select(Person.id, Person.name).select_from(Person)
    return (
        chosen.join(Application, Application.id == application.id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(administers.correlate(Person), Person.state == PersonState.ACTIVE)
    )
