"""What exchange sets up: the commands, moving courses in the studio, and the formats of questions."""

from __future__ import annotations

from flask import Flask

from . import (  # noqa: F401  (jobs are known once they are imported)
    aiken,
    commands,
    gift,
    jobs,
    models,
    moodle,
    people_import_jobs,
    people_import_views,
    question_views,
    views,
    xliff_views,
)
from .qti import QTI3, QTI21
from .questions import FORMATS, QuestionFormat
from .sheet import CSV, XLSX

QUESTION_FORMATS: tuple[QuestionFormat, ...] = (XLSX, CSV, gift.FORMAT, aiken.FORMAT, moodle.FORMAT, QTI21, QTI3)


def init_app(app: Flask) -> None:
    """Register `flask courses …`, the pages, the jobs and the formats of questions."""
    FORMATS.update({format.name: format for format in QUESTION_FORMATS})
    app.cli.add_command(commands.group)
    app.register_blueprint(views.bp)
    app.register_blueprint(xliff_views.bp)
    app.register_blueprint(question_views.bp)
    app.register_blueprint(people_import_views.bp)
