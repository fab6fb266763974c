"""The lesson editor: a text as it is written, its history, and what to do when two write at once."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("writing", __name__, url_prefix="/teach/courses/<int:course_id>")
