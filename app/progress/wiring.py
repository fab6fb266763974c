"""What progress sets up: the player, certificates, and what follows a move or a publication."""

from __future__ import annotations

from flask import Flask

from . import certificate_views, jobs, listeners, onward, pieces, presentation, views  # noqa: F401


def init_app(app: Flask) -> None:
    """Register the routes."""
    app.register_blueprint(views.bp)
    app.register_blueprint(certificate_views.bp)
    presentation.init_app(app)
    app.jinja_env.globals["opens_when"] = onward.opens_when
