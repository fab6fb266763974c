"""What templates of the studio say: sizes and lengths of files, and the pages that other features add to a course."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import get_locale

from app.auth.identity import current_person
from app.core.slots import STUDIO_TABS
from app.core.transactions import reading

from .lessons.dressing import said_size
from .queries import CourseAccess


def file_size(size: int) -> str:
    """A size in bytes in the page's language: `1.2 MB`."""
    return said_size(size, str(get_locale() or "en"))


def played_length(seconds: float) -> str:
    """How long a video or sound lasts: `1:05`, `1:02:05`."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def studio_tabs(access: CourseAccess) -> list[Any]:
    """What other features add to the pages of a course, for who may change it."""
    if not access.editable:
        return []
    with reading():
        return STUDIO_TABS.fill(current_person(), [access.id]).get(access.id, [])


def init_app(app: Flask) -> None:
    """Give templates these functions under their names."""
    for function in (file_size, played_length, studio_tabs):
        app.jinja_env.globals[function.__name__] = function
