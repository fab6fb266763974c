"""What an attempt says of itself."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.formats import minutes

ANNOUNCED = (300, 60)  # seconds left at which a screen reader hears of it, besides half of the time


def words(answered: int, total: int) -> dict[str, str]:
    """How far an attempt has come, and what finishing it now would mean."""
    left = total - answered
    return {
        "progress": _("%(answered)s of %(total)s answered", answered=answered, total=total),
        "finish": ngettext("Finish: %(num)s question unanswered", "Finish: %(num)s questions unanswered", left)
        if left
        else _("Finish attempt"),
    }


def announcements(started_at: datetime, due_at: datetime) -> dict[int, str]:
    """What is said aloud of the time, by the seconds left: at half of it, and when little is left."""
    half = int((due_at - started_at).total_seconds()) // 2
    said = {seconds: _("%(time)s left", time=minutes(seconds // 60)) for seconds in ANNOUNCED if seconds < half}
    if half >= ANNOUNCED[-1]:
        said[half] = _("Half of your time has passed: %(time)s left", time=minutes(half // 60))
    return said


def clock_face(seconds: int) -> str:
    """Seconds as a clock shows them: `11:42`, `1:02:03`."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
