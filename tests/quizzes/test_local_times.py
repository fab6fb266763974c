"""Moments as people type them, across the jumps of their clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.local_times import NoMoment, NoSuchTime, comes_twice, is_zone, moment_of, moment_words, typed

ZONES = ("UTC", "Europe/Brussels", "Africa/Tunis", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe")


def test_a_time_is_of_the_place_it_is_typed_in() -> None:
    assert moment_of("2026-12-03T18:00", "Europe/Brussels", later=False) == datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert moment_of("2026-07-03 18:00", "Europe/Brussels", later=False) == datetime(2026, 7, 3, 16, tzinfo=UTC)
    assert moment_of(" 2026-07-03T18:00:30 ", "Africa/Tunis", later=True) == datetime(2026, 7, 3, 17, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("said", ["2026-03-29T02:00", "2026-03-29T02:30", "2026-03-29T02:59"])
def test_what_the_clocks_jump_over_does_not_come(said: str) -> None:
    """In Brussels clocks went from 2 to 3 in the night of 29 March 2026."""
    for later in (True, False):
        with pytest.raises(NoSuchTime):
            moment_of(said, "Europe/Brussels", later=later)
    assert moment_of("2026-03-29T03:00", "Europe/Brussels", later=True) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_what_comes_twice_is_the_first_or_the_second() -> None:
    """In Brussels clocks go back from 3 to 2 in the night of 25 October 2026."""
    first = moment_of("2026-10-25T02:30", "Europe/Brussels", later=False)
    second = moment_of("2026-10-25T02:30", "Europe/Brussels", later=True)
    assert (first, second) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert comes_twice(first, "Europe/Brussels") and comes_twice(second, "Europe/Brussels")
    assert not comes_twice(second, "Africa/Tunis")


@pytest.mark.parametrize(
    "said",
    [
        "", "x", "2026-13-01T10:00", "2026-02-30T10:00", "1999-01-01T10:00", "2101-01-01T10:00", "2026-12-03",
        "9" * 5000, "2026-12-03T24:00",
    ],
)  # fmt: skip
def test_what_is_no_moment(said: str) -> None:
    with pytest.raises(NoMoment):
        moment_of(said, "UTC", later=False)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)), st.sampled_from(ZONES), st.booleans())
def test_what_is_shown_and_typed_again_is_at_most_the_other_of_two(local: datetime, zone: str, later: bool) -> None:
    moment = local.replace(second=0, microsecond=0, tzinfo=UTC)
    again = moment_of(typed(moment, zone), zone, later=later)
    if comes_twice(moment, zone):
        assert abs(again - moment) in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))
    else:
        assert again == moment


def test_moments_are_said_with_their_place(app: Flask) -> None:
    with app.test_request_context():
        assert (
            moment_words(datetime(2030, 1, 31, 17, tzinfo=UTC), "Africa/Tunis") == "31 January 2030, 18:00 Tunis time"
        )
        assert moment_words(datetime(2030, 1, 31, 17, tzinfo=UTC), "UTC") == "31 January 2030, 17:00 UTC"
        twice = moment_words(datetime(2030, 10, 27, 1, 30, tzinfo=UTC), "Europe/Brussels")
        assert twice == "27 October 2030, 02:30 Brussels time (UTC+0100)"


def test_zones() -> None:
    assert is_zone("Europe/Brussels")
    assert not is_zone("Europe/Atlantis") and not is_zone("../../etc/passwd") and not is_zone("")
