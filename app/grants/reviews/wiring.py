"""What reviews and decisions set up: their routes, notices, and the words of their pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.courses.lessons.dressing import said_size
from app.messages.kinds import Kind, register
from app.messages.models import Way

from ..appeals import answer_views as appeal_answer_views
from ..appeals import jobs as appeal_jobs
from ..appeals import terms as appeal_terms
from ..appeals import views as appeal_views
from ..decisions import letter_views
from ..decisions import letters as decision_letters
from ..decisions import views as decision_views
from ..duties import jobs as duty_jobs
from ..duties import queries as duty_queries
from ..duties import views as duty_views
from . import ranking, reviewer_views, words
from . import views as review_views


def init_app(app: Flask) -> None:
    """Register all of it."""
    for views in (
        review_views,
        reviewer_views,
        decision_views,
        letter_views,
        appeal_views,
        appeal_answer_views,
        duty_views,
    ):
        app.register_blueprint(views.bp)
    register(
        Kind("review_assigned", _l("You are asked to review an application"), Way.AT_ONCE),
        Kind("review_again", _l("An application that you review is submitted anew"), Way.AT_ONCE),
        Kind("review_released", _l("A review is taken back from you"), Way.AT_ONCE),
        Kind("grant_decided", _l("A grant your city applied for is decided"), Way.AT_ONCE, fixed=True),
        Kind("appeal_made", _l("A city appeals, and you answer for it"), Way.AT_ONCE),
        Kind("appeal_due", _l("An appeal waits for your answer"), still=appeal_jobs.still_waiting),
        Kind("appeal_answered", _l("An appeal of your city is answered"), Way.AT_ONCE, fixed=True),
        Kind("duty_due", _l("A report of your city is due"), still=duty_jobs.still_owed),
    )
    app.jinja_env.globals.update(
        review_words=words,
        letters=decision_letters,
        duty_state=duty_queries.state_of,
        review_score=ranking.score,
        size_words=said_size,
        appeal_days=appeal_terms.APPEAL_DAYS,
    )
