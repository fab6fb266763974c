"""The people of a city are reminded of the reports they owe: two weeks before, on the day, and once one is late.

Days are those of the call's clocks. A stage holds for days, and its notice names the report, its day and the stage, so
that each is told once, and a worker which was down for a day still tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.jobs import job
from app.core.text import source_first
from app.core.transactions import reading, unit_of_work
from app.extensions import db
from app.messages.models import Notice
from app.messages.services import Told, tell_many
from app.network.models import City

from ..decisions.telling import list_people
from ..models import Application, ApplicationState, Duty, GrantCall
from .queries import SOON

BATCH = 200  # reports, each with a few people to tell
LATE_SAID = 30  # days in which it is still said that a report is late

_OWED = (
    sa.select(
        Duty.id,
        Duty.application_id,
        Duty.key,
        Duty.title,
        Duty.due_on,
        GrantCall.slug,
        GrantCall.source_language,
        GrantCall.time_zone,
        Application.city_id,
        City.name.label("city"),
    )
    .join(Application, Application.id == Duty.application_id)
    .join(GrantCall, GrantCall.id == Application.call_id)
    .join(City, City.id == Application.city_id)
    .where(
        Duty.done_at.is_(None),
        Application.state == ApplicationState.AWARDED,
    )
    .order_by(Duty.due_on, Duty.id)
)


@job("grants.remind_duties", _l("Reminding of reports that cities owe after an award"), every_hour_at=20)
def remind_duties() -> int:
    """Remind of reports; returns how many reminders stand, told now or before."""
    now = clock.now()
    today = now.date()
    owed = _OWED.where(Duty.due_on.between(today - timedelta(days=LATE_SAID + 1), today + timedelta(days=SOON + 1)))
    with reading():
        rows = [(row, stage) for row in db.session.execute(owed) if (stage := stage_of(row, now)) is not None]
    count = 0
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        with reading():
            people = list_people({row.application_id for row, _stage in batch})
        told = [one for row, stage in batch for one in _told(row, stage, people[row.application_id])]
        with unit_of_work():
            tell_many("duty_due", told)
        count += len(told)
    return count


def still_owed(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices whose report is still owed by the day and at the stage that they say, of people who are
    still told of it. Two statements.

    One that is due is said until its day is over: on the day itself, too.
    """
    now, cities = clock.now(), {notice.values.get("city_id") for notice in notices}
    rows = db.session.execute(_OWED.where(Application.city_id.in_(cities))).all()
    people = list_people({row.application_id for row in rows}, among={notice.person_id for notice in notices})
    standing = {
        (person_id, row.city_id, row.slug, row.key, row.due_on.isoformat(), stage)
        for row in rows
        for stage in _said_at(stage_of(row, now))
        for person_id in people[row.application_id]
    }
    return {
        notice.id
        for notice in notices
        if (notice.person_id, *(notice.values.get(name) for name in ("city_id", "slug", "report", "due_on", "stage")))
        in standing
    }


def _said_at(stage: str | None) -> tuple[str, ...]:
    """The stages whose words are true while `stage` holds."""
    return ("soon", "day") if stage == "day" else (stage,) if stage else ()


def stage_of(row: Any, now: datetime) -> str | None:
    """Which reminder holds of a report with `due_on` and `time_zone`: `soon`, `day`, `late`, or none."""
    today: date = now.astimezone(ZoneInfo(row.time_zone)).date()
    days = (row.due_on - today).days
    if days == 0:
        return "day"
    if days > 0:
        return "soon" if days <= SOON else None
    return "late" if -days <= LATE_SAID else None


def _told(row: Any, stage: str, people: list[int]) -> Iterator[Told]:
    values = {
        "slug": row.slug,
        "city_id": row.city_id,
        "city": row.city,
        "report": row.key,
        "titles": source_first(row.title, row.source_language),
        "due_on": row.due_on.isoformat(),
        "stage": stage,
    }
    key = f"duty:{row.id}:{row.due_on}:{stage}"
    for person_id in people:
        yield Told(f"{key}:{person_id}", person_id, values)
