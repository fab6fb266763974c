"""Moments as people type and read them: by the clocks of a place, which twice a year jump. Pure but for words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core import clock
from app.core.formats import date_by

FIRST_YEAR, LAST_YEAR = 2000, 2100
FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


class NoMoment(ValueError):
    """What was typed is no date and time."""


class NoSuchTime(ValueError):
    """The clocks jump over it."""


def is_zone(name: str) -> bool:
    return name in available_timezones()


def moment_of(typed: str, zone: str, *, later: bool) -> datetime:
    """The moment, in UTC, at which clocks in `zone` show what was typed, as `2026-11-28T14:05`.

    Of a time that comes twice, when clocks go back, the `later` or the earlier. Raises `NoMoment`, `NoSuchTime`.
    """
    local = _read(typed).replace(tzinfo=ZoneInfo(zone), fold=int(later))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime
    return moment


def _read(typed: str) -> datetime:
    for shape in FORMATS:
        try:
            read = datetime.strptime(typed.strip()[:20], shape)
        except ValueError:
            continue
        if FIRST_YEAR <= read.year <= LAST_YEAR:
            return read
    raise NoMoment


def typed(moment: datetime | None, zone: str) -> str:
    """A moment as a browser's field for date and time takes it, by the clocks of `zone`; empty for none."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


def comes_twice(moment: datetime, zone: str) -> bool:
    """Whether clocks in `zone` show at this moment what they also show an hour before or after."""
    there = moment.astimezone(ZoneInfo(zone))
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()


def moment_words(moment: datetime, zone: str) -> str:
    """`31 January, 18:00 Tunis time`, with the year where it is not this one.

    Where clocks show that time twice, its distance from UTC stands behind it.
    """
    there = moment.astimezone(ZoneInfo(zone))
    pattern = "d MMMM, HH:mm" if there.year == clock.now().year else "d MMMM y, HH:mm"
    said = date_by(there, pattern)
    if zone in ("UTC", "Etc/UTC"):
        return f"{said} UTC"
    words = _("%(moment)s %(place)s time", moment=said, place=place_of(zone))
    return f"{words} ({there:UTC%z})" if comes_twice(moment, zone) else words


def place_of(zone: str) -> str:
    """What a time zone is called after: `Tunis`; `UTC` itself."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return str(get_timezone_location(ZoneInfo(zone), locale=get_locale() or "en", return_city=True))
