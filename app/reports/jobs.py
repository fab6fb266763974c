"""Reports that go out by the clock."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.jobs import job
from app.core.transactions import reading, unit_of_work

from . import schedule_queries, services


@job("reports.send", _l("Writing reports by e-mail"), every_hour_at=2)
def send() -> int:
    """Write the mails whose time has come, each in a transaction of its own, and return how many.

    Safe to run twice, and to stop half way: each mail has a key of its own.
    """
    with reading():
        due = schedule_queries.list_due(clock.now())
    sent = 0
    for schedule_id in due:
        with unit_of_work():
            sent += services.send(schedule_id)
    return sent
