"""What exchange sets up: the commands, moving courses in the studio, and the formats of questions."""

from __future__ import annotations

from flask import Flask

from . import aiken, commands, gift, jobs, moodle, views, xliff_views  # noqa: F401  (jobs are known once imported)
from .questions import FORMATS, QuestionFormat

QUESTION_FORMATS: tuple[QuestionFormat, ...] = (gift.FORMAT, aiken.FORMAT, moodle.FORMAT)


def init_app(app: Flask) -> None:
    """Register `flask courses …`, the pages, the jobs and the formats of questions."""
    FORMATS.update({format.name: format for format in QUESTION_FORMATS})
    app.cli.add_command(commands.group)
    app.register_blueprint(views.bp)
    app.register_blueprint(xliff_views.bp)
