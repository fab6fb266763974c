"""Strong Cities Academy: the learning platform of a network of cities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask

from app.config import ROOT, Settings, from_environment


class Academy(Flask):
    """Flask, which says what went wrong in the log's own form, and asks fewer questions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """`func`: some twenty times a page Flask would ask whether a function is asynchronous, and none is."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Log what no handler saw, such as a commit that failed; Flask's own line holds the path with its tokens."""
        structlog.get_logger().error("unforeseen", exc_info=exc_info)


def create_app(settings: Settings | None = None) -> Flask:
    """The application, from `settings` or else the environment."""
    from app.wiring import wire

    app = Academy(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    wire(app, settings or from_environment())
    return app
