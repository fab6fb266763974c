"""What exchange sets up: the commands, moving courses in the studio, and the formats of questions."""

from __future__ import annotations

from flask import Flask

from . import (
    aiken,
    commands,
    gift,
    jobs,  # noqa: F401  (jobs are known once they are imported)
    listeners,  # noqa: F401  (so are listeners)
    models,  # noqa: F401  (so are tables)
    moodle,
    question_views,
    views,
    xliff_views,
)
from .people import jobs as people_import_jobs  # noqa: F401
from .people import views as people_import_views
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
