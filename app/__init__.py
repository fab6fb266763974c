"""Strong Cities Academy: the learning platform of a network of cities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from app.config import ROOT, Settings, from_environment


class Academy(Flask):
    """Flask, without asking before each of some twenty calls a page whether a function is asynchronous: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """The application, from `settings` or else the environment."""
    from app.wiring import wire

    app = Academy(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    wire(app, settings or from_environment())
    return app
