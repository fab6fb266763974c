"""Dates worked out by hand, each with how. Both readings of a rule are asked every time.

Months are of the calendar and counted in UTC; where the month back then is too short, they begin with the next one.
Moments count to the second.
Moments are written as clocks show them where somebody looks, which is UTC where no place is named.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.core import clock
from app.core.transactions import unit_of_work
from app.grants import queries
from app.grants.judging.findings import Met
from app.grants.rules import Certified, CityTrained, Completed, MemberFor
from app.progress.certificates import services as certificates
from tests.factories import a_city, a_course, a_person
from tests.grants.factories import NOW, a_call, a_certificate, a_completion
from tests.grants.rules.test_leaves import found

LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
OSLO, BRUSSELS, AUCKLAND, LOS_ANGELES, HONOLULU = (
    ZoneInfo(name)
    for name in ("Europe/Oslo", "Europe/Brussels", "Pacific/Auckland", "America/Los_Angeles", "Pacific/Honolulu")
)


def when(said: str, zone: ZoneInfo | None = None, *, again: bool = False) -> datetime:
    """The moment at which clocks there show this; `again`: for the second time, in the night they go back."""
    return datetime.fromisoformat(said).replace(tzinfo=zone or UTC, fold=int(again)).astimezone(UTC)


@pytest.mark.parametrize(
    ("earlier", "months", "later"),
    [
        ("2026-01-15", 1, "2026-02-15"),  # the same day of the next month
        ("2025-12-15", 1, "2026-01-15"),  # over the end of a year
        ("2026-01-31", 1, "2026-02-28"),  # February 2026 has no 31st: its last
        ("2024-01-31", 1, "2024-02-29"),  # 2024 is a leap year
        ("2026-10-31", 1, "2026-11-30"),  # nor has November
        ("2025-11-30", 3, "2026-02-28"),  # nor a 30th has February
        ("2024-02-29", 12, "2025-02-28"),  # the leap day, a year on
        ("2024-02-29", 48, "2028-02-29"),  # and when there is one again
        ("2096-02-29", 96, "2104-02-29"),  # 2100 has none, which does not matter eight years on
        ("2096-02-29", 48, "2100-02-28"),  # but here it does: a century not divisible by 400
    ],
)
def test_so_many_months_after_a_day(earlier: str, months: int, later: str) -> None:
    assert clock.months_after(date.fromisoformat(earlier), months) == date.fromisoformat(later)


@pytest.mark.parametrize(
    ("later", "months", "earlier"),
    [
        ("2026-02-28", 1, "2026-01-28"),  # not the 31st, although a month after that is the 28th as well
        ("2026-03-31", 1, "2026-02-28"),  # February has no 31st: its last
        ("2024-03-30", 1, "2024-02-29"),  # which in 2024 is the 29th
        ("2024-02-29", 12, "2023-02-28"),  # 2023 has no leap day
        ("2025-02-28", 12, "2024-02-28"),  # not the leap day: the same day
        ("2026-01-31", 2, "2025-11-30"),  # over the end of a year, to a month of 30 days
        ("2026-03-01", 1200, "1926-03-01"),  # a hundred years
    ],
)
def test_so_many_months_before_a_day(later: str, months: int, earlier: str) -> None:
    assert clock.months_before(date.fromisoformat(later), months) == date.fromisoformat(earlier)


@pytest.mark.parametrize(
    ("done", "months", "at", "counts"),
    [
        # February has no 31st: on 31 March the last month begins with March, its first second counts.
        (when("2026-03-01 00:00"), 1, when("2026-03-31 23:59:59"), True),
        (when("2026-02-28 23:59:59"), 1, when("2026-03-31 00:00"), False),
        # On 28 March it is 28 February at the same hour, and what that second ended stays over on the 29th.
        (when("2026-02-28 12:00"), 1, when("2026-03-28 12:00"), True),
        (when("2026-02-28 12:00"), 1, when("2026-03-28 12:00:01"), False),
        (when("2026-02-28 12:00"), 1, when("2026-03-29 09:00"), False),
        (when("2026-06-30 15:00"), 6, when("2026-12-30 15:00"), True),
        (when("2026-06-30 15:00"), 6, when("2026-12-30 16:00"), False),
        (when("2026-06-30 15:00"), 6, when("2026-12-31 09:00"), False),
        # Done on 31 January: a month before any moment of 28 February is one of 28 January, which is earlier. A month
        # before the first of March is the first of February, which is later.
        (when("2026-01-31 09:00"), 1, when("2026-02-28 23:59:59"), True),
        (when("2026-01-31 09:00"), 1, when("2026-03-01 00:00"), False),
        # Done on the leap day: twelve months before 28 February 2025 it is 28 February 2024, before 1 March the 1st.
        (when("2024-02-29 10:00"), 12, when("2025-02-28 23:59:59"), True),
        (when("2024-02-29 10:00"), 12, when("2025-03-01 00:00"), False),
        # Asked on the leap day: 2023 has none, so the last twelve months begin with March 2023.
        (when("2023-03-01 00:00"), 12, when("2024-02-29 12:00"), True),
        (when("2023-02-28 23:59:59"), 12, when("2024-02-29 00:00"), False),
        # Two years before the first second of 2027 is the first of 2025.
        (when("2025-01-01 00:00"), 24, when("2027-01-01 00:00"), True),
        (when("2024-12-31 23:59:59"), 24, when("2027-01-01 00:00"), False),
        # What is done in the second that is asked about counts, what is done in the next does not yet.
        (when("2026-11-21 10:00"), 1, when("2026-11-21 10:00"), True),
        (when("2026-11-21 10:00:01"), 1, when("2026-11-21 10:00"), False),
        # Clocks went forward in Oslo on 29 March 2026. 02:30 there on 29 April is 00:30 UTC; a month before that is
        # 29 March, 00:30 UTC, when clocks in Oslo were still at 01:30 (02:30 was skipped).
        (when("2026-03-29 01:30", OSLO), 1, when("2026-04-29 02:30", OSLO), True),
        (when("2026-03-29 01:29:59", OSLO), 1, when("2026-04-29 02:30", OSLO), False),
        # They went back on 25 October. 02:30 there on 25 November is 01:30 UTC; a month before that clocks in Oslo
        # showed 02:30 for the second time. The first time was an hour earlier, and too early.
        (when("2026-10-25 02:30", OSLO, again=True), 1, when("2026-11-25 02:30", OSLO), True),
        (when("2026-10-25 02:30", OSLO), 1, when("2026-11-25 02:30", OSLO), False),
        # 30 March, 00:30 in Oslo, is 29 March, 22:30 UTC: the last month begins with March in UTC, at 01:00 in Oslo.
        (when("2026-03-01 01:00", OSLO), 1, when("2026-03-30 00:30", OSLO), True),
        (when("2026-03-01 00:59:59", OSLO), 1, when("2026-03-30 00:30", OSLO), False),
    ],
)
def test_what_was_done_in_the_months_before(
    app: Flask, done: datetime, months: int, at: datetime, counts: bool
) -> None:
    course, person = a_course(), a_person(city=a_city(), since=LONG_AGO)
    a_completion(person, course, at=done)
    for rule in (Completed(course.id, within_months=months), CityTrained(course.id, 1, months)):
        assert isinstance(found(rule, person, at), Met) is counts


@pytest.mark.parametrize(
    ("closes", "months", "earliest"),
    [
        # Clocks in Brussels go forward on 28 March 2027 at 02:00, to 03:00, which is 01:00 UTC. A month before is
        # 28 February, 01:00 UTC, in winter 02:00 in Brussels.
        (when("2027-03-28 03:00", BRUSSELS), 1, when("2027-02-28 02:00", BRUSSELS)),
        # That evening 18:00 is 16:00 UTC. A year before, on 28 March 2026, it was winter still: 16:00 UTC was 17:00.
        (when("2027-03-28 18:00", BRUSSELS), 12, when("2026-03-28 17:00", BRUSSELS)),
        # They go back on 31 October 2027: the second 02:30 is 01:30 UTC. Two months before, on 31 August, it was
        # summer: 01:30 UTC is 03:30.
        (when("2027-10-31 02:30", BRUSSELS, again=True), 2, when("2027-08-31 03:30", BRUSSELS)),
        # The first 02:30 is 00:30 UTC, by which 02:30 in August is enough.
        (when("2027-10-31 02:30", BRUSSELS), 2, when("2027-08-31 02:30", BRUSSELS)),
        # September has no 31st: the last month begins with October in UTC, in Brussels at 02:00.
        (when("2027-10-31 02:30", BRUSSELS), 1, when("2027-10-01 02:00", BRUSSELS)),
    ],
)
def test_a_call_that_closes_when_clocks_change(app: Flask, closes: datetime, months: int, earliest: datetime) -> None:
    course = a_course()
    in_time, too_early = (a_person(city=a_city(), since=LONG_AGO) for _ in range(2))
    a_completion(in_time, course, at=earliest)
    a_completion(too_early, course, at=earliest - timedelta(seconds=1))
    a_call(Completed(course.id, within_months=months), slug="local", closes_at=closes)
    call = queries.get_call("local", closes)
    as_of = call.judged_at(datetime(2028, 1, 1, tzinfo=UTC))
    assert isinstance(found(call.judged, in_time, as_of), Met)
    assert not isinstance(found(call.judged, too_early, as_of), Met)


@pytest.mark.parametrize(
    ("expires", "valid_on", "holds"),
    [
        # The day ends at 24:00 UTC: what expires in its last second does so too soon, what expires then does not.
        (when("2027-01-31 23:59:59"), "2027-01-31", False),
        (when("2027-02-01 00:00"), "2027-01-31", True),
        # The last of February is the 28th in 2027, the 29th in 2028.
        (when("2027-03-01 00:00"), "2027-02-28", True),
        (when("2028-02-29 00:00"), "2028-02-28", True),
        (when("2028-02-29 00:00"), "2028-02-29", False),
        (when("2028-03-01 00:00"), "2028-02-29", True),
        # In Auckland, 13 hours ahead in January, it is 1 February at 11:00 UTC of the 31st: too soon by half a day.
        (when("2027-02-01 00:00", AUCKLAND), "2027-01-31", False),
        (when("2027-02-01 13:00", AUCKLAND), "2027-01-31", True),
        # In Honolulu, 10 hours behind, the day of UTC is over at 14:00 of the 31st.
        (when("2027-01-31 13:59:59", HONOLULU), "2027-01-31", False),
        (when("2027-01-31 14:00", HONOLULU), "2027-01-31", True),
        # The day asked for is over already: the moment itself, 21 November 2026, 10:00, decides.
        (when("2026-11-21 10:00:01"), "2026-10-31", True),
        (when("2026-11-21 10:00"), "2026-10-31", False),
        # It is that very day: to its end, not only to the moment.
        (when("2026-11-21 23:59:59"), "2026-11-21", False),
        (when("2026-11-22 00:00"), "2026-11-21", True),
    ],
)
def test_a_certificate_that_has_to_be_valid_on_a_day(app: Flask, expires: datetime, valid_on: str, holds: bool) -> None:
    course, person = a_course(), a_person()
    a_certificate(person, course, at=when("2025-11-21 10:00"), expires_at=expires)
    assert isinstance(found(Certified(course.id, date.fromisoformat(valid_on)), person, NOW), Met) is holds


@pytest.mark.parametrize(
    ("joined", "months", "at", "long_enough"),
    [
        # Six months after 20 May is 20 November, from its first second on by UTC.
        ("2026-05-20", 6, when("2026-11-19 23:59:59"), False),
        ("2026-05-20", 6, when("2026-11-20 00:00"), True),
        # In Auckland, 13 hours ahead, that is at 13:00 of the 20th.
        ("2026-05-20", 6, when("2026-11-20 12:59:59", AUCKLAND), False),
        ("2026-05-20", 6, when("2026-11-20 13:00", AUCKLAND), True),
        # In Los Angeles, 8 hours behind, at 16:00 of the 19th.
        ("2026-05-20", 6, when("2026-11-19 15:59:59", LOS_ANGELES), False),
        ("2026-05-20", 6, when("2026-11-19 16:00", LOS_ANGELES), True),
        # In Oslo, 2 hours ahead in summer, a city that joined on 30 April has been a member for two months on 30 June,
        # at 02:00; 1 hour ahead in winter, one that joined on 30 November for a month on 30 December, at 01:00.
        ("2026-04-30", 2, when("2026-06-30 01:59:59", OSLO), False),
        ("2026-04-30", 2, when("2026-06-30 02:00", OSLO), True),
        ("2026-11-30", 1, when("2026-12-30 00:59:59", OSLO), False),
        ("2026-11-30", 1, when("2026-12-30 01:00", OSLO), True),
        # Joined on 31 January: a month before 28 February is 28 January, when it was no member yet.
        ("2026-01-31", 1, when("2026-02-28 23:59:59"), False),
        ("2026-01-31", 1, when("2026-03-01 00:00"), True),
        # Joined on 28 February 2027: a year later, in a leap year, that is still the 28th.
        ("2027-02-28", 12, when("2028-02-27 23:59:59"), False),
        ("2027-02-28", 12, when("2028-02-28 00:00"), True),
        # Joined on the leap day: a year before 28 February 2025 is 28 February 2024, a day too early.
        ("2024-02-29", 12, when("2025-02-28 23:59:59"), False),
        ("2024-02-29", 12, when("2025-03-01 00:00"), True),
    ],
)
def test_how_long_a_city_has_been_a_member(
    app: Flask, joined: str, months: int, at: datetime, long_enough: bool
) -> None:
    person = a_person(city=a_city(joined_on=date.fromisoformat(joined)), since=LONG_AGO)
    assert isinstance(found(MemberFor(months), person, at), Met) is long_enough


def test_a_moment_is_the_same_however_it_is_written(app: Flask) -> None:
    # 28 March, 00:30 two hours ahead of UTC, is 27 March, 22:30 UTC. A month before that is 27 February, 22:30 UTC, and
    # half an hour later is in time; by the clocks there it would be 28 February, 00:30, and that too early.
    course, city = a_course(), a_city("Sfax")
    a_completion(a_person(city=city, since=LONG_AGO), course, at=when("2027-02-27 23:00"))
    a_call(Completed(course.id, within_months=1), slug="local", closes_at=when("2027-06-30 12:00"))
    shell = app.test_cli_runner()
    said = [
        shell.invoke(args=["grants", "explain", "--call", "local", "--city", "Sfax", "--at", at]).output
        for at in ("2027-03-27T22:30+00:00", "2027-03-28T00:30+02:00")
    ]
    assert said[0] == said[1]
    assert "1 of 1 practitioners eligible" in said[0]


def test_a_day_on_which_a_certificate_was_revoked_stays_one_although_that_was_undone(app: Flask) -> None:
    """Revoked on 1 July at 12:00, given back on 3 July at 12:00: until the moment it is given back."""
    person, course = a_person(city=a_city()), a_course()
    certificate = a_certificate(person, course, at=when("2026-06-01"), expires_at=when("2028-06-01"))
    for moment, change in (
        ("2026-07-01 12:00", partial(certificates.revoke, why="By mistake.")),
        ("2026-07-03 12:00", certificates.reinstate),
    ):
        with clock.at(when(moment)), unit_of_work():
            change(certificate_id=certificate.id, by=person.id)
    for moment, is_met in (
        ("2026-07-01 11:59:59", True),
        ("2026-07-01 12:00", False),
        ("2026-07-03 11:59:59", False),
        ("2026-07-03 12:00", True),
    ):
        assert isinstance(found(Certified(course.id), person, at=when(moment)), Met) is is_met, moment
