"""How moments and lengths are said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from app.core import clock, formats
from app.grants.eligibility.wording import moment_there
from app.network.labels import plain_day
from app.quizzes.local_times import moment_words


@pytest.mark.parametrize(
    ("language", "moment", "said"),
    [
        ("en", datetime(2026, 12, 1, 9, 5, tzinfo=UTC), "1 December 2026"),
        ("fr", datetime(2026, 12, 1, 9, 5, tzinfo=UTC), "1er décembre 2026"),
        ("fr", datetime(2026, 12, 11, 9, 5, tzinfo=UTC), "11 décembre 2026"),
    ],
)
def test_a_day(app: Flask, language: str, moment: datetime, said: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert formats.day(moment) == said
        assert formats.day_time(moment) == said + ", 09:05"


@pytest.mark.parametrize(
    "say",
    [
        lambda day: formats.date_by(day.date(), "d MMMM y"),
        lambda day: formats.date_by(day, "d MMMM y, HH:mm"),
        lambda day: plain_day(day.date()),
        lambda day: moment_words(day, "UTC"),
        lambda day: moment_there(day, "Africa/Tunis"),
    ],
)
def test_french_says_the_first_of_a_month_in_every_place(app: Flask, say: Callable[[datetime], str]) -> None:
    with app.test_request_context(), force_locale("fr"), clock.at(datetime(2026, 12, 1, tzinfo=UTC)):
        assert say(datetime(2027, 1, 1, 9, 5, tzinfo=UTC)).startswith("1er janvier 2027")
        assert say(datetime(2027, 1, 21, 9, 5, tzinfo=UTC)).startswith("21 janvier 2027")


def test_a_due_date_is_said_both_ways(app: Flask) -> None:
    with app.test_request_context(), clock.at(datetime(2026, 11, 22, 23, tzinfo=UTC)):
        assert formats.due(datetime(2026, 12, 1, tzinfo=UTC)) == "Due 1 December (in 9 days)"
        assert formats.due(datetime(2026, 11, 20, tzinfo=UTC)) == "Late: due 20 November (2 days ago)"
        assert formats.until(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == "today"


@pytest.mark.parametrize(("minutes", "said"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (135, "2 h 15 min")])
def test_lengths(app: Flask, minutes: int, said: str) -> None:
    with app.test_request_context():
        assert formats.minutes(minutes) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.695, "69.5%"), (69.5 / 100, "69.5%"), (33.4 / 100, "33.4%"), (0.7, "70%"), (0.001, "0.1%"), (1.0, "100%")],
)
def test_what_is_asked_keeps_its_decimals(app: Flask, share: float, said: str) -> None:
    with app.test_request_context():
        assert formats.exact_percent(share) == said


@pytest.mark.parametrize(
    ("share", "said"), [(None, "–"), (0.0, "0%"), (0.7, "70%"), (0.999, "99%"), (1.0, "100%"), (0.29, "29%")]
)
def test_a_share_is_rounded_down_so_that_all_means_all(app: Flask, share: float | None, said: str) -> None:
    with app.test_request_context():
        assert formats.percent(share) == said
