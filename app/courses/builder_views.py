"""The builder: modules and activities added, renamed, moved, duplicated, removed."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("builder", __name__, url_prefix="/teach/courses/<int:course_id>")
