"""Strong Cities Academy: the learning platform of a network of cities."""

from __future__ import annotations

from flask import Flask

from app.config import ROOT, Settings, from_environment


def create_app(settings: Settings | None = None) -> Flask:
    """The application, from `settings` or else the environment."""
    from app.wiring import wire

    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    wire(app, settings or from_environment())
    return app
