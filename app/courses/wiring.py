"""What courses set up: the catalogue, the studio, stored files, withdrawn texts, and the kind `lesson`."""

from __future__ import annotations

from flask import Flask

from app.core import languages

from . import (
    commands,
    jobs,  # noqa: F401  (jobs and listeners register themselves)
    listeners,  # noqa: F401  (jobs and listeners register themselves)
    presentation,
    studio_views,
    views,
)
from .archiving import views as archiving_views
from .audience import admission as audience
from .audience import views as audience_views
from .builder import views as builder_views
from .kinds import register
from .lessons import views as body_views
from .lessons.kind import LessonKind
from .library import captions_views, media_views, upload_views
from .library import views as library_views
from .publishing import changes_views
from .publishing import views as editions_views
from .settings import views as settings_views
from .topics import topic_label
from .trainers import views as trainers_views
from .translation import views as translation_views
from .writing import views as writing_views


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
        archiving_views,
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
