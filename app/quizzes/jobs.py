"""What the clock does to quizzes: attempts whose time is over are closed."""

from __future__ import annotations

import structlog
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.jobs import job
from app.core.transactions import reading, unit_of_work

from . import queries, services
from .attempts import terms

BATCH = 200

log = structlog.get_logger()


@job("quizzes.close", _l("Closing attempts whose time is over"), every_minute=True)
def close_overdue() -> int:
    """Submit or abandon, as their quiz says, attempts whose time is over; returns how many.

    Safe to run twice at once, and to stop half way. One that cannot be closed is logged and keeps none from it.
    """
    closed = last = 0
    until = clock.now() - terms.slack()
    while True:
        with reading():
            due = queries.list_due(until, after=last, limit=BATCH)
        if not due:
            return closed
        for attempt_id in due:
            try:
                with unit_of_work():
                    closed += services.close_overdue(attempt_id)
            except Exception as error:
                log.error("attempt_not_closed", attempt=attempt_id, exc_info=error)
        last = due[-1]
