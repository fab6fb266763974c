"""What auth sets up: the gate, the routes, the language and time zone of pages, who is asking."""

from __future__ import annotations

from typing import Any

from flask import Flask
from markupsafe import Markup

from app.core.languages import RIGHT_TO_LEFT
from app.core.text import Text
from app.extensions import babel, login

from . import commands, identity, mail_views, pace, permissions, resend, sessions, views
from .names import erased_name
from .people.views import register_people


def init_app(app: Flask) -> None:
    """Register the gate, the routes, and what every template may know of the person."""
    babel.init_app(app, locale_selector=identity.page_language, timezone_selector=identity.page_time_zone)
    # A sign-in is a row that can be ended; a network that changes under a phone is no reason to.
    login.session_protection = None
    permissions.init_app(app)
    pace.init_app(app)
    resend.init_app(app)
    app.after_request(sessions.note_use)
    app.register_blueprint(views.bp)
    app.register_blueprint(mail_views.bp)
    register_people(app)
    app.cli.add_command(commands.people)
    app.context_processor(_context)
    app.jinja_env.globals.update(
        languages=identity.LANGUAGES,
        right_to_left=RIGHT_TO_LEFT,
        spoken_text=spoken_text,
        erased_name=erased_name,
    )


def spoken_text(text: Text, source: str, language: str | None = None) -> str | Markup:
    """A text in `language` (the page's unless given), marked with its own tag where that is not the page's."""
    here = identity.page_language()
    tag, string = text.spoken(language or here, source)
    if tag == here:
        return string
    direction = Markup(' dir="rtl"') if tag in RIGHT_TO_LEFT else ""
    return Markup('<span lang="{}"{}>{}</span>').format(tag, direction, string)


def _context() -> dict[str, Any]:
    return {"person": identity.current_person(), "page_language": identity.page_language()}
