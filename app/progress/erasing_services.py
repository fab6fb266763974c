"""What becomes of the learning of somebody who is erased: what was completed stays, what was under way ends."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core import clock
from app.extensions import db

from . import leaving_services
from .models import Assignment, Certificate, TimeSheet

REASON = "The account was erased."


def forget(*, person_id: int, keeps_name: bool, by: int | None) -> None:
    """Leave every course that is not completed, so that nothing is due or late for nobody, and end what was given.

    Certificates go on verifying. Unless `keeps_name`, their holder is named no more, and nothing else of them is shown:
    no city, which goes, no hours and no score. The hash of the address goes in any case: badges that were taken away
    carry it themselves, and no other can be made without an account.
    """
    leaving_services.leave(person_id=person_id, reason=REASON, by=by)
    db.session.execute(
        sa.update(Assignment)
        .where(Assignment.person_id == person_id, Assignment.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    db.session.execute(sa.delete(TimeSheet).where(TimeSheet.person_id == person_id))
    gone: dict[str, Any] = {"recipient": None}
    if not keeps_name:
        gone |= {"holder": "", "city": None, "shows_city": False, "shows_hours": False, "shows_score": False}
    db.session.execute(sa.update(Certificate).where(Certificate.person_id == person_id).values(gone))
