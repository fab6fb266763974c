"""How moves, and what came of them, are called on pages."""

from __future__ import annotations

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.courses.models import MoveKind, MoveState

from .fates import Fate

KINDS = {MoveKind.IMPORT: _l("Import"), MoveKind.EXPORT: _l("Export"), MoveKind.COPY: _l("Copy")}
STATES = {
    MoveState.WAITING: _l("Waiting"),
    MoveState.RUNNING: _l("Under way"),
    MoveState.DONE: _l("Done"),
    MoveState.REFUSED: _l("Nothing was changed"),
    MoveState.FAILED: _l("Failed"),
}
# In the order in which they are told.
FATES = {
    Fate.NEW: _l("New"),
    Fate.CHANGED: _l("Changed"),
    Fate.BROUGHT_BACK: _l("Brought back"),
    Fate.REMOVED: _l("Removed"),
    Fate.UNCHANGED: _l("Unchanged"),
}
THINGS = {
    "course": _l("The course"),
    "module": _l("Module"),
    "lesson": _l("Lesson"),
    "quiz": _l("Quiz"),
    "question": _l("Question"),
    "file": _l("File"),
}


def file_size(size: int) -> str:
    """`640 KB`, `1.4 MB`, `2 GB`; counted in thousands, as phones and computers show it."""
    if size < 1_000_000:
        return _("%(size)s KB", size=max(1, round(size / 1000)))
    if size < 1_000_000_000:
        return _("%(size)s MB", size=format_decimal(round(size / 1_000_000, 1)))
    return _("%(size)s GB", size=format_decimal(round(size / 1_000_000_000, 1)))
