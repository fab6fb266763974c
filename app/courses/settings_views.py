"""The settings of a course, and who teaches it."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.auth.identity import the_person
from app.core.access import Permission, allow

from . import queries

bp = Blueprint("course_settings", __name__, url_prefix="/teach/courses/<int:course_id>")


@bp.get("/settings")
@allow(Permission.TEACH)
def edit(course_id: int) -> str:
    """To be written."""
    return render_template("studio/base.html", access=queries.get_led(course_id, the_person()))
