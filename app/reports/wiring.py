"""What reports set up."""

from __future__ import annotations

from flask import Flask

from . import views


def init_app(app: Flask) -> None:
    """Register the reports' routes."""
    app.register_blueprint(views.bp)
