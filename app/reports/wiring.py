"""What reports set up."""

from __future__ import annotations

from flask import Flask

from app.core import mail

from . import (
    jobs,  # noqa: F401  (its jobs)
    listeners,  # noqa: F401  (they register themselves)
    models,  # noqa: F401  (its tables)
    schedule_queries,
    views,
)


def init_app(app: Flask) -> None:
    """Register the reports' routes, and the check that a report in the outbox is still for its reader."""
    app.register_blueprint(views.bp)
    app.register_blueprint(views.record.own)
    mail.withhold("report", unless=schedule_queries.may_still_read)
