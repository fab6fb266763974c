"""The quiz editor: questions and settings of a quiz of the draft."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("quiz_studio", __name__, url_prefix="/teach/courses/<int:course_id>")
