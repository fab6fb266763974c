"""Reports that go out by the clock."""

from __future__ import annotations

import structlog
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.jobs import job
from app.core.transactions import reading, unit_of_work

from . import schedule_queries, services

log = structlog.get_logger()


@job("reports.send", _l("Writing reports by e-mail"), every_hour_at=2)
def send() -> int:
    """Write the mails whose time has come, each in a transaction of its own, and return how many.

    Safe to run twice, and to stop half way: each mail has a key of its own. One that cannot be written holds up no
    others and is tried again when the job comes round; the first fault is raised at the end, for administrators to see.
    """
    with reading():
        due = schedule_queries.list_due(clock.now())
    sent = 0
    fault: Exception | None = None
    for schedule_id in due:
        try:
            with unit_of_work():
                sent += services.send(schedule_id)
        except Exception as error:
            log.error("report_not_sent", schedule=schedule_id, exc_info=error)
            fault = fault or error
    if fault is not None:
        raise fault
    return sent
