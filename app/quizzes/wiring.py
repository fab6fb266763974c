"""What quizzes set up: the kind, and the pages of an attempt."""

from __future__ import annotations

from flask import Flask

from app.core.slots import STUDIO_TABS
from app.courses.kinds import register

from . import (
    marking_views,
    pieces,
    question_views,
    regrade_jobs,  # noqa: F401  (registers itself)
    regrade_views,
    studio_views,
    types,
    views,
)
from .kind import QuizKind


def init_app(app: Flask) -> None:
    """Register the kind `quiz` and the routes."""
    register(QuizKind())
    app.register_blueprint(views.bp)
    app.register_blueprint(studio_views.bp)
    app.register_blueprint(question_views.bp)
    app.register_blueprint(marking_views.bp)
    app.register_blueprint(regrade_views.bp)
    STUDIO_TABS.register(pieces.marking_tab)
    app.jinja_env.globals["type_name"] = types.type_name
