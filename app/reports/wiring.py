"""What reports set up."""

from __future__ import annotations

from flask import Flask

from . import (
    jobs,  # noqa: F401  (its jobs)
    models,  # noqa: F401  (its tables)
    views,
)


def init_app(app: Flask) -> None:
    """Register the reports' routes."""
    app.register_blueprint(views.bp)
    app.register_blueprint(views.record.own)
