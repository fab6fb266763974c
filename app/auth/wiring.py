"""What auth sets up: the gate, the language and time zone of pages, who is asking."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.extensions import babel

from . import identity, permissions


def init_app(app: Flask) -> None:
    """Register the gate, the routes, and what every template may know of the person."""
    babel.init_app(app, locale_selector=identity.page_language, timezone_selector=identity.page_time_zone)
    permissions.init_app(app)
    app.context_processor(_context)
    app.jinja_env.globals.update(languages=identity.LANGUAGES, right_to_left=identity.RIGHT_TO_LEFT)


def _context() -> dict[str, Any]:
    return {"person": identity.current_person(), "page_language": identity.page_language()}
