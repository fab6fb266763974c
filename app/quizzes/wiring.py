"""What quizzes set up: the kind, and the pages of an attempt."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.slots import STUDIO_TABS
from app.courses.kinds import register
from app.messages import kinds as notices
from app.messages.models import Way

from . import (
    jobs,  # noqa: F401  (jobs are known once they are imported, and so are the routes of answers)
    pieces,
    types,
    views,
)
from .attempts import views as answer_views  # noqa: F401
from .bank import naming_views as bank_naming_views
from .bank import question_views as bank_question_views
from .bank import views as bank_views
from .delivery import views as delivery_views
from .kind import QuizKind
from .marking import views as marking_views
from .questions import views as question_views
from .questions.pictures import picture_files
from .regrading import jobs as regrade_jobs  # noqa: F401
from .regrading import views as regrade_views
from .statistics import views as statistics_views
from .studio import views as studio_views
from .types.essay import words_in


def init_app(app: Flask) -> None:
    """Register the kind `quiz` and the routes."""
    register(QuizKind())
    notices.register(notices.Kind("marked", _l("Your answers are marked"), Way.AT_ONCE))
    app.register_blueprint(views.bp)
    app.register_blueprint(studio_views.bp)
    app.register_blueprint(delivery_views.bp)
    app.register_blueprint(question_views.bp)
    app.register_blueprint(statistics_views.bp)
    app.register_blueprint(bank_views.bp)
    app.register_blueprint(bank_naming_views.bp)
    app.register_blueprint(bank_question_views.bp)
    app.register_blueprint(marking_views.bp)
    app.register_blueprint(regrade_views.bp)
    STUDIO_TABS.register(pieces.marking_tab)
    app.jinja_env.globals["type_name"] = types.type_name
    app.jinja_env.globals["picture_files"] = picture_files
    app.jinja_env.globals["word_count"] = words_in
