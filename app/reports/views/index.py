"""The reports there are, each with one figure."""

from __future__ import annotations

from flask import render_template

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow

from .. import queries, quiz_queries
from ..catalogue import ANSWERS, TITLES
from ..report import median
from ..scope import Filters
from .blueprint import bp


@bp.get("")
@allow(Permission.FOLLOW)
def index() -> str:
    """What can be asked, and the main figure of each, of everything the person may see."""
    person, everything = the_person(), Filters(at=clock.now())
    return render_template(
        "reports/index.html",
        overview=queries.get_overview(person, everything),
        days=median(queries.list_days_to_complete(person, everything)),
        attempts=quiz_queries.count_attempts(person, everything),
        titles=TITLES,
        answers=ANSWERS,
    )
