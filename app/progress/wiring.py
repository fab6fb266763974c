"""What progress sets up: the player, certificates, and what follows a move or a publication."""

from __future__ import annotations

from flask import Flask

from app.core import slots

from . import certificate_views, jobs, listeners, onward, pieces, presentation, views  # noqa: F401  (two register themselves)


def init_app(app: Flask) -> None:
    """Register the routes, and what progress says on pages of courses."""
    app.register_blueprint(views.bp)
    app.register_blueprint(certificate_views.bp)
    slots.PUBLISH_NOTICES.register(pieces.under_way)
    slots.INVITED.register(pieces.invited)
    presentation.init_app(app)
    app.jinja_env.globals["opens_when"] = onward.opens_when
