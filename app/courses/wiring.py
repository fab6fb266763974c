"""What courses set up: the catalogue, the studio, stored files, and the kind `lesson`."""

from __future__ import annotations

from flask import Flask

from app.core import languages

from . import (  # noqa: F401  (jobs register themselves)
    builder_views,
    captions_views,
    editions_views,
    jobs,
    library_views,
    media_views,
    presentation,
    settings_views,
    studio_views,
    translation_views,
    upload_views,
    views,
    writing_views,
)
from .kinds import register
from .lessons import LessonKind
from .topics import topic_label


def init_app(app: Flask) -> None:
    """Register the routes and the kind `lesson`."""
    register(LessonKind())
    for feature in (
        views,
        studio_views,
        builder_views,
        writing_views,
        library_views,
        captions_views,
        upload_views,
        settings_views,
        translation_views,
        editions_views,
        media_views,
    ):
        app.register_blueprint(feature.bp)
    languages.init_app(app)
    presentation.init_app(app)
    app.jinja_env.globals["topic_label"] = topic_label
