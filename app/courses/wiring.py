"""What courses set up."""

from __future__ import annotations

from flask import Flask

from .kinds import register
from .lessons import LessonKind


def init_app(app: Flask) -> None:
    """Register the kind `lesson`."""
    register(LessonKind())
