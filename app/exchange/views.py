"""Courses moved as folders, and copied, from the studio."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.courses import queries

bp = Blueprint("moving", __name__, url_prefix="/teach/courses/<int:course_id>")


@bp.get("/export")
@allow(Permission.TEACH)
def index(course_id: int) -> str:
    """To be written."""
    return render_template("studio/base.html", access=queries.get_editable(course_id, the_person()))
