"""What becomes of the courses of somebody whose account is closed, opened again or erased."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app.extensions import db

from . import services
from .models import Enrolment, EnrolmentState

CLOSED = "The account was closed."


def leave(*, person_id: int, reason: str, by: int | None) -> None:
    """Leave every course that is under way: nothing that was done is lost, and nothing is due or late for nobody."""
    for enrolment_id in db.session.scalars(_of(person_id, Enrolment.state == EnrolmentState.OPEN)).all():
        services.withdraw(enrolment_id=enrolment_id, by_id=by, reason=reason)


def go_on(*, person_id: int, since: datetime, by: int | None) -> None:
    """Be in the courses again that were left when the account was closed, at `since`; not in those left before."""
    left = _of(person_id, Enrolment.state == EnrolmentState.WITHDRAWN, Enrolment.withdrawn_at >= since)
    for enrolment_id in db.session.scalars(left).all():
        services.come_back(enrolment_id=enrolment_id, by_id=by)


def _of(person_id: int, *conditions: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(Enrolment.id).where(Enrolment.person_id == person_id, *conditions).order_by(Enrolment.id)
