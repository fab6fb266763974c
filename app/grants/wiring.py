"""What grants set up: their routes, and what they say on pages about courses."""

from __future__ import annotations

from flask import Flask

from app.core import slots
from app.network.labels import REGIONS, country_name

from . import pieces, wording
from .views import bp


def init_app(app: Flask) -> None:
    """Register the routes and the fillers of slots."""
    app.register_blueprint(bp)
    slots.COURSE_ASIDE.register(pieces.asides)
    slots.CATALOGUE_CARD.register(pieces.tags)
    app.jinja_env.globals.update(
        moment_there=wording.moment_there,
        moment_here=wording.moment_here,
        decided_by=wording.decided_by,
        region_labels=REGIONS,
        country_name=country_name,
    )
