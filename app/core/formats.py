"""How numbers, lengths and moments are said, in the page's language and the person's time zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_percent as babel_percent
from flask import Flask, g
from flask_babel import (
    force_locale,
    format_currency,
    format_date,
    format_datetime,
    format_decimal,
    format_percent,
    get_locale,
    gettext,
    ngettext,
    refresh,
    to_user_timezone,
)

from . import clock


def percent(share: float | None) -> str:
    """A share, 0 to 1, in whole percent, rounded down so that 100% means all; a dash for none."""
    return "–" if share is None else _percent(str(get_locale()), int(share * 100 + 1e-9))


def exact_percent(share: float) -> str:
    """A share, 0 to 1, in percent with the decimals that it has: `69.5%`, for what is asked and not for what is had."""
    hundredths = Decimal(repr(round(share * 100, 6)))
    return str(babel_percent(hundredths / 100, locale=get_locale(), decimal_quantization=False))


@lru_cache(maxsize=1000)  # a table has hundreds, of which few differ
def _percent(_language: str, hundredths: int) -> str:
    return str(format_percent(hundredths / 100))


def number(value: float) -> str:
    """A number with its thousands grouped; a table has hundreds of small ones, which are said alike everywhere."""
    if isinstance(value, int) and 0 <= value < 1000:
        return str(value)
    return str(format_decimal(value))


def money(amount: int | None, currency: str | None) -> str:
    """`€25,000`, in whole units; the bare number where there is no currency, nothing where there is no amount."""
    if amount is None:
        return ""
    if not currency:
        return number(amount)
    locale = get_locale() or Locale("en")
    whole = locale.currency_formats["standard"].pattern.replace(".00", "")
    return str(format_currency(amount, currency, format=whole, currency_digits=False))


def minutes(count: int) -> str:
    """`12 min`, `4 h`, `4 h 20 min`."""
    hours, rest = divmod(count, 60)
    if not hours:
        return gettext("%(minutes)s min", minutes=rest)
    if not rest:
        return gettext("%(hours)s h", hours=hours)
    return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def day(moment: datetime) -> str:
    """`21 November 2026`."""
    return date_by(to_user_timezone(moment), "d MMMM y")


def utc_day(moment: datetime) -> str:
    """As `day`, by UTC: for a day that everybody must read alike, wherever they are."""
    return date_by(moment.astimezone(UTC), "d MMMM y")


def short_day(moment: datetime) -> str:
    """`21 November`, with the year where it is not this one."""
    here = to_user_timezone(moment)
    return date_by(here, "d MMMM" if here.year == clock.now().year else "d MMMM y")


def day_time(moment: datetime) -> str:
    """`21 November 2026, 14:05`."""
    return date_by(to_user_timezone(moment), "d MMMM y, HH:mm")


def date_by(when: date, pattern: str) -> str:
    """A day or a moment by a pattern that begins with its day, as `d MMMM y`, by the clocks that it has itself.

    French says the first of a month as `1er`.
    """
    if when.day == 1 and str(get_locale()) == "fr":
        pattern = "d'er'" + pattern.removeprefix("d")
    return str((format_datetime if isinstance(when, datetime) else format_date)(when, pattern, rebase=False))


def days_until(moment: datetime) -> int:
    """Whole calendar days from today to the day of `moment`, in the person's time zone."""
    return (to_user_timezone(moment).date() - to_user_timezone(clock.now()).date()).days


def until(moment: datetime) -> str:
    """How far off a day is: `in 9 days`, `today`, `3 days ago`."""
    days = days_until(moment)
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days > 0:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    return ngettext("%(num)s day ago", "%(num)s days ago", -days)


def due(moment: datetime) -> str:
    """`Due 1 December (in 9 days)`."""
    words = gettext("Late: due %(day)s (%(until)s)") if moment < clock.now() else gettext("Due %(day)s (%(until)s)")
    return words % {"day": short_day(moment), "until": until(moment)}


@contextmanager
def speaking_to(language: str, time_zone: str) -> Iterator[None]:
    """Everything said in the block is in a reader's language and time zone, whoever asks: for what is mailed."""
    g.reader_time_zone = time_zone
    refresh()
    try:
        with force_locale(language):
            yield
    finally:
        g.pop("reader_time_zone")
        refresh()


def init_app(app: Flask) -> None:
    """Give templates these functions under their names."""
    for function in (
        percent,
        exact_percent,
        number,
        money,
        minutes,
        day,
        utc_day,
        short_day,
        day_time,
        days_until,
        until,
        due,
    ):
        app.jinja_env.globals[function.__name__] = function
    app.jinja_env.globals["now"] = clock.now
