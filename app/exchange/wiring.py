"""What exchange sets up: the commands, and moving courses in the studio."""

from __future__ import annotations

from flask import Flask

from . import commands, jobs, question_views, views, xliff_views  # noqa: F401  (jobs are known once they are imported)
from .qti import QTI3, QTI21
from .questions import FORMATS
from .sheet import CSV, XLSX


def init_app(app: Flask) -> None:
    """Register `flask courses …`, the pages and the jobs."""
    FORMATS.update({format.name: format for format in (XLSX, CSV, QTI21, QTI3)})
    app.cli.add_command(commands.group)
    app.register_blueprint(views.bp)
    app.register_blueprint(xliff_views.bp)
    app.register_blueprint(question_views.bp)
