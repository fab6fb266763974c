"""The reports there are, each with one figure."""

from __future__ import annotations

from flask import render_template

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow

from .. import queries
from ..catalogue import ANSWERS, TITLES
from ..scope import Filters
from .blueprint import bp


@bp.get("")
@allow(Permission.FOLLOW)
def index() -> str:
    """What can be asked, and the main figure of each, of everything the person may see."""
    overview = queries.get_overview(the_person(), Filters(at=clock.now()))
    return render_template("reports/index.html", overview=overview, titles=TITLES, answers=ANSWERS)
