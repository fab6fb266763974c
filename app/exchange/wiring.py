"""What exchange sets up: the commands, and moving courses in the studio."""

from __future__ import annotations

from flask import Flask

from . import commands, jobs, views, xliff_views  # noqa: F401  (jobs are known once they are imported)


def init_app(app: Flask) -> None:
    """Register `flask courses …`, the pages and the jobs."""
    app.cli.add_command(commands.group)
    app.register_blueprint(views.bp)
    app.register_blueprint(xliff_views.bp)
