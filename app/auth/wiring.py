"""What auth sets up: the gate, the routes, the language and time zone of pages, who is asking."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.extensions import babel, login

from . import commands, identity, mail_views, permissions, resend, sessions, views
from .people_views import register_people


def init_app(app: Flask) -> None:
    """Register the gate, the routes, and what every template may know of the person."""
    babel.init_app(app, locale_selector=identity.page_language, timezone_selector=identity.page_time_zone)
    # A sign-in is a row that can be ended; a network that changes under a phone is no reason to.
    login.session_protection = None
    permissions.init_app(app)
    resend.init_app(app)
    app.after_request(sessions.note_use)
    app.register_blueprint(views.bp)
    app.register_blueprint(mail_views.bp)
    register_people(app)
    app.cli.add_command(commands.people)
    app.context_processor(_context)
    app.jinja_env.globals.update(languages=identity.LANGUAGES, right_to_left=identity.RIGHT_TO_LEFT)


def _context() -> dict[str, Any]:
    return {"person": identity.current_person(), "page_language": identity.page_language()}
