"""When a notice is mailed, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.models import PersonState
from app.messages.kinds import Kind
from app.messages.models import Way
from app.messages.timing import is_mailed, is_told, mail_at, next_morning

ZONES = ["UTC", "Africa/Tunis", "America/St_Johns", "Pacific/Kiritimati", "Europe/Brussels", "Asia/Kathmandu"]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "morning"),
    [
        (NOON, "UTC", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        (datetime(2026, 3, 2, 6, 59, tzinfo=UTC), "UTC", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        (datetime(2026, 3, 2, 7, tzinfo=UTC), "UTC", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        (NOON, "Pacific/Kiritimati", datetime(2026, 3, 2, 17, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Brussels", datetime(2026, 3, 29, 5, tzinfo=UTC)),
    ],
)
def test_the_next_morning_is_the_persons_own(now: datetime, zone: str, morning: datetime) -> None:
    assert next_morning(now, zone) == morning


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), zone=st.sampled_from(ZONES)
)
def test_the_next_morning_is_within_a_day_and_at_seven(now: datetime, zone: str) -> None:
    morning = next_morning(now, zone)
    assert morning.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") == "07:00:00"
    assert timedelta() < morning - now <= timedelta(hours=25)  # a day that has an hour more


def test_a_way_says_when() -> None:
    assert mail_at(Way.AT_ONCE, NOON, "UTC") == NOON
    assert mail_at(Way.DIGEST, NOON, "UTC") == next_morning(NOON, "UTC")
    assert mail_at(Way.NOT, NOON, "UTC") is None


def test_who_is_told() -> None:
    plain, fixed = Kind("a", "A"), Kind("b", "B", fixed=True)
    assert {state for state in PersonState if is_mailed(plain, state)} == {PersonState.ACTIVE, PersonState.WAITING}
    assert {state for state in PersonState if not is_mailed(fixed, state)} == {PersonState.LEFT, PersonState.ERASED}
    assert {state for state in PersonState if not is_told(state)} == {PersonState.LEFT, PersonState.ERASED}
