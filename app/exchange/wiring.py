"""What exchange sets up: the commands, and moving courses in the studio."""

from __future__ import annotations

from flask import Flask

from . import commands, views, xliff_views


def init_app(app: Flask) -> None:
    """Register `flask courses …` and the pages."""
    app.cli.add_command(commands.group)
    app.register_blueprint(views.bp)
    app.register_blueprint(xliff_views.bp)
