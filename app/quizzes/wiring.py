"""What quizzes set up: the kind, and the pages of an attempt."""

from __future__ import annotations

from flask import Flask

from app.courses.kinds import register

from . import bank_naming_views, bank_question_views, bank_views, question_views, studio_views, types, views
from .kind import QuizKind


def init_app(app: Flask) -> None:
    """Register the kind `quiz` and the routes."""
    register(QuizKind())
    app.register_blueprint(views.bp)
    app.register_blueprint(studio_views.bp)
    app.register_blueprint(question_views.bp)
    app.register_blueprint(bank_views.bp)
    app.register_blueprint(bank_naming_views.bp)
    app.register_blueprint(bank_question_views.bp)
    app.jinja_env.globals["type_name"] = types.type_name
