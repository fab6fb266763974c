"""What courses set up: the catalogue, the studio, stored files, and the kind `lesson`."""

from __future__ import annotations

from flask import Flask

from app.core import languages

from . import media_views, studio_views, views
from .kinds import register
from .lessons import LessonKind
from .topics import topic_label


def init_app(app: Flask) -> None:
    """Register the routes and the kind `lesson`."""
    register(LessonKind())
    app.register_blueprint(views.bp)
    app.register_blueprint(studio_views.bp)
    app.register_blueprint(media_views.bp)
    languages.init_app(app)
    app.jinja_env.globals["topic_label"] = topic_label
