"""What courses set up: the catalogue, the studio, stored files, withdrawn texts, and the kind `lesson`."""

from __future__ import annotations

from flask import Flask

from app.core import languages

from . import (  # noqa: F401  (jobs and listeners register themselves)
    audience,
    audience_views,
    body_views,
    builder_views,
    captions_views,
    changes_views,
    commands,
    editions_views,
    jobs,
    library_views,
    listeners,
    media_views,
    presentation,
    settings_views,
    studio_views,
    trainers_views,
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
        changes_views,
        writing_views,
        library_views,
        captions_views,
        upload_views,
        settings_views,
        audience_views,
        trainers_views,
        translation_views,
        editions_views,
        body_views,
        media_views,
    ):
        app.register_blueprint(feature.bp)
    app.cli.add_command(commands.group)
    languages.init_app(app)
    presentation.init_app(app)
    app.jinja_env.globals["topic_label"] = topic_label
    app.jinja_env.globals["audience_tag"] = audience.tag
