"""Days by a call’s clocks; time zones and currencies to choose from: typed with suggestions, there are hundreds."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytz  # type: ignore[import-untyped]
from babel.core import get_global
from babel.numbers import get_currency_name
from flask_babel import get_locale

from app.core.folding import folded
from app.network.labels import plain_day
from app.quizzes.local_times import is_zone


def list_zones(at: datetime) -> list[tuple[str, str]]:
    """Name and a word of each: `Africa/Tunis`, `Tunis, UTC+01:00`, by name."""
    return [(zone, f"{_place(zone)}, {distance(at, zone)}") for zone in pytz.common_timezones]


def distance(moment: datetime, zone: str) -> str:
    """How far clocks in `zone` are from UTC at a moment: `UTC+05:30`."""
    said = f"{moment.astimezone(ZoneInfo(zone)):%z}"
    return f"UTC{said[:3]}:{said[3:5]}"


def day_there(moment: datetime, time_zone: str) -> str:
    """`21 November 2026`: the day of a moment where the call is made."""
    return plain_day(moment.astimezone(ZoneInfo(time_zone)).date())


def day_before(end: datetime, time_zone: str) -> str:
    """The day that ends at `end`, the first moment after it, where the call is made."""
    return day_there(end - timedelta(seconds=1), time_zone)


def find_zone(said: str) -> str | None:
    """The time zone that somebody typed, by its name or its place: `Africa/Tunis`, `tunis`; None for none or many."""
    if is_zone(said):
        return said
    found = _zones_by_word().get(folded(said), ())
    return found[0] if len(found) == 1 else None


def list_currencies() -> list[tuple[str, str]]:
    """Code and name of the currencies that are legal tender somewhere today, by code."""
    locale = get_locale() or "en"
    return [(code, get_currency_name(code, locale=locale)) for code in sorted(_in_use())]


def find_currency(said: str) -> str | None:
    """The currency that somebody typed by its code, in whichever letters; None for one that is not in use."""
    code = said.strip().upper()
    return code if code in _in_use() else None


@cache
def _in_use() -> frozenset[str]:
    """By CLDR: what a territory lists without an end, and as tender."""
    listed = get_global("territory_currencies").values()
    return frozenset(
        code for currencies in listed for code, _start, end, tender in currencies if end is None and tender
    )


@cache
def _zones_by_word() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for zone in pytz.common_timezones:
        for word in {folded(zone), folded(_place(zone))}:
            found.setdefault(word, []).append(zone)
    return found


def _place(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
