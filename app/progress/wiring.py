"""What progress sets up: the player, certificates, and what follows a move or a publication."""

from __future__ import annotations

from flask import Flask

from app.core import slots

from . import (
    certificate_views,
    jobs,  # noqa: F401  (registers itself)
    listeners,  # noqa: F401  (so does this)
    onward,
    pieces,
    presentation,
    preview_views,
    tally_jobs,  # noqa: F401
    views,
)


def init_app(app: Flask) -> None:
    """Register the routes, and what progress says on pages of courses."""
    app.register_blueprint(views.bp)
    app.register_blueprint(certificate_views.bp)
    app.register_blueprint(preview_views.bp)
    slots.PUBLISH_NOTICES.register(pieces.under_way)
    slots.EDITION_FIGURES.register(pieces.counted_on)
    slots.INVITED.register(pieces.invited)
    presentation.init_app(app)
    for function in (onward.opens_when, onward.activity_address, onward.outline_address):
        app.jinja_env.globals[function.__name__] = function
