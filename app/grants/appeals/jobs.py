"""Whoever answers for an appeal is reminded of it: a week before it is to be answered, and once that day has passed.

Then the others who may answer are told as well, since one of them can take it over; so are they as soon as whoever
answered for it no longer may. A notice names the appeal, its day and the stage, so that each is told once, a day that
is put off reminds anew, and a worker that was down makes up for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.jobs import job
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages.models import Notice
from app.messages.services import Told, tell_many

from ..models import Appeal, AppealState, Application, GrantCall
from .queries import list_owners, list_told
from .services import told_of

SOON = timedelta(days=7)
LATE_SAID = timedelta(days=30)  # for how long it is still said that an answer is late


@job("grants.remind_appeals", _l("Reminding of appeals that wait for an answer"), every_hour_at=25)
def remind_appeals() -> int:
    """Remind of appeals; returns how many reminders stand, told now or before. Few appeals are open at a time."""
    with unit_of_work():
        told = [one for row in db.session.execute(_waiting()) for one in _told(*row)]
        tell_many("appeal_due", told)
    return len(told)


def still_waiting(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices that would be told now as they were: of an appeal that is open and due as they say, to
    somebody who still is asked to answer it, or may.

    A statement, and a few for each appeal that is open.
    """
    applications = {notice.values.get("application_id") for notice in notices}
    waiting = db.session.execute(_waiting().where(Appeal.application_id.in_(applications)))
    now = {one.key: _asked_of(one.values) for row in waiting for one in _told(*row)}
    return {
        notice.id
        for notice in notices
        if notice.key in now and _asked_of(notice.values).items() <= now[notice.key].items()
    }


def _asked_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a notice says of whoever reads it; older ones say less."""
    return {name: values[name] for name in ("yours", "may_answer") if name in values}


def _waiting() -> sa.Select[GrantCall, Application, Appeal]:
    return (
        sa.select(GrantCall, Application, Appeal)
        .join(Application, Application.call_id == GrantCall.id)
        .join(Appeal, Appeal.application_id == Application.id)
        .where(Appeal.state == AppealState.OPEN, Appeal.due_at >= clock.now() - LATE_SAID)
        .order_by(Appeal.id)
    )


def _told(call: GrantCall, application: Application, appeal: Appeal) -> list[Told]:
    """The notices of one appeal that are due by now."""
    now = clock.now()
    may_answer = [person_id for person_id, _name in list_owners(application)]
    left = appeal.owner_id is not None and appeal.owner_id not in may_answer
    if appeal.due_at <= now:
        stage = "late"
    elif appeal.due_at <= now + SOON:
        stage = "soon"
    elif left:
        stage = f"left:{appeal.owner_id}"
    else:
        return []
    answers = [] if appeal.owner_id is None or left else [appeal.owner_id]
    people = answers if answers and stage == "soon" else [*answers, *may_answer]
    key = f"appeal_due:{appeal.id}:{appeal.due_at.isoformat()}:{stage}"
    values = told_of(call, application, appeal) | {"late": stage == "late", "left": left}
    return [
        Told(
            f"{key}:{person_id}",
            person_id,
            values | {"yours": person_id in answers, "may_answer": person_id in may_answer},
        )
        for person_id in dict.fromkeys(people) or list_told(application)
    ]
