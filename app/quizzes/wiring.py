"""What quizzes set up: the kind, and the pages of an attempt."""

from __future__ import annotations

from flask import Flask

from app.courses.kinds import register

from . import question_views, studio_views, types, views
from .kind import QuizKind
from .pictures import picture_files
from .types.essay import words_in


def init_app(app: Flask) -> None:
    """Register the kind `quiz` and the routes."""
    register(QuizKind())
    app.register_blueprint(views.bp)
    app.register_blueprint(studio_views.bp)
    app.register_blueprint(question_views.bp)
    app.jinja_env.globals["type_name"] = types.type_name
    app.jinja_env.globals["picture_files"] = picture_files
    app.jinja_env.globals["word_count"] = words_in
