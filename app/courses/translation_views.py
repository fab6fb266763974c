"""A course in its other languages: source and translation side by side."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.auth.identity import the_person
from app.core.access import Permission, allow

from . import queries

bp = Blueprint("translation", __name__, url_prefix="/teach/courses/<int:course_id>")


@bp.get("/languages")
@allow(Permission.TRANSLATE)
def index(course_id: int) -> str:
    """To be written."""
    return render_template("studio/base.html", access=queries.get_access(course_id, the_person()))
