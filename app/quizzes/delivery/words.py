"""When and for whom a quiz is open, in words."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from ..labels import duration, listed
from ..local_times import moment_words
from ..models import Quiz


def delivery_words(quiz: Quiz, zone: str) -> list[str]:
    """A line each, by the clocks of `zone`."""
    lines = []
    if quiz.opens_at is not None:
        lines.append(_("Opens %(moment)s", moment=moment_words(quiz.opens_at, zone)))
    if quiz.closes_at is not None:
        lines.append(_("Closes %(moment)s", moment=moment_words(quiz.closes_at, zone)))
    if quiz.access_code:
        lines.append(_("Asks for an access code"))
    return lines or [_("Open to everyone who is enrolled, at any time")]


def given_words(seconds: int, closes_at: datetime | None, attempts: int, zone: str) -> str:
    """What an extension gives: `15 min more, 2 attempts more and closing 3 December, 18:00 Tunis time`."""
    parts = []
    if seconds:
        parts.append(_("%(time)s more", time=duration(seconds)))
    if attempts:
        parts.append(ngettext("%(num)s attempt more", "%(num)s attempts more", attempts))
    if closes_at is not None:
        parts.append(_("closing %(moment)s", moment=moment_words(closes_at, zone)))
    return listed(parts)
