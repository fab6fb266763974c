"""What messages set up: their pages, the first kind, and the check that a mail is still for its person."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import mail

from . import jobs, kinds, listeners, views  # noqa: F401  (the jobs and listeners register themselves)
from .kinds import Kind
from .sentences import notice_moment, notice_title


def init_app(app: Flask) -> None:
    """Register the routes, and what templates of notices need."""
    kinds.register(Kind("welcome", _l("A welcome when your account is ready")))
    app.register_blueprint(views.bp)
    app.jinja_env.globals.update(notice_title=notice_title, notice_moment=notice_moment)
    for kind in ("notice", "digest"):
        mail.withhold(kind, unless=jobs.still_wanted)
