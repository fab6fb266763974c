"""Whether what people were told of a change of their course still holds when the mail of it leaves."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.extensions import db
from app.messages.models import Notice

from .models import Enrolment, EnrolmentState


def still_changed(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices, of courses that changed, whose enrolment is open and in the cycle that they are about.

    One statement. The key of a notice names its enrolment, the cycle and the edition (`jobs._tell`).
    """
    people = {notice.person_id for notice in notices}
    rows = db.session.execute(
        sa.select(Enrolment.id, Enrolment.cycle).where(
            Enrolment.person_id.in_(people), Enrolment.state == EnrolmentState.OPEN
        )
    )
    open_ones = {f"edition:{row.id}:{row.cycle}" for row in rows}
    return {notice.id for notice in notices if notice.key.rpartition(":")[0] in open_ones}
