"""Time and position: what a page may claim, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Activity
from app.extensions import db
from app.progress import services
from app.progress.clocking import MOST_A_DAY, MOST_SITTINGS, Claim, Credit, Sheet, count, open_sheet
from app.progress.models import ActivityProgress, ActivityState, Enrolment, Position
from app.progress.time_services import Moved, newest
from tests.factories import a_choice_question, a_course, a_person, signed_in

from .test_views import csrf

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def run(claims: list[tuple[float, Claim]]) -> tuple[Sheet, list[Credit]]:
    sheet, credits = open_sheet(NOON), []
    for at, claim in claims:
        sheet, credit = count(sheet, claim, after(at))
        credits.append(credit)
    return sheet, credits


reports = st.lists(
    st.tuples(
        st.integers(0, 4000), st.sampled_from("abc"), st.integers(0, 6), st.integers(0, 9000), st.integers(0, 9000)
    ),
    max_size=25,
)


@given(reports)
def test_windows_together_never_count_more_than_the_clock_nor_a_report_twice(
    said: list[tuple[int, str, int, int, int]],
) -> None:
    at, claims = 0, []
    for passed, sitting, sequence, visible, used in said:
        at += passed
        claims.append((float(at), Claim(sitting, sequence, visible, used)))
    sheet, credits = run(claims)
    assert sum(credit.visible for credit in credits) <= at
    assert all(
        0 <= credit.used <= credit.visible <= claim.visible
        for credit, (_at, claim) in zip(credits, claims, strict=True)
    )
    again, credit = count(sheet, claims[-1][1], after(at + 5000)) if claims else (sheet, Credit())
    assert (again, credit) == (sheet, Credit())  # the last report once more


def test_one_window_counts_what_it_says() -> None:
    _sheet, credits = run([(0, Claim("a", 0, 0, 0)), (60, Claim("a", 1, 58, 40)), (90, Claim("a", 2, 30, 30))])
    assert credits[1:] == [Credit(58, 40), Credit(30, 30)]


def test_two_windows_side_by_side_count_once() -> None:
    _sheet, credits = run(
        [
            (0, Claim("a", 0, 0, 0)),
            (0, Claim("b", 0, 0, 0)),
            (100, Claim("a", 1, 100, 100)),
            (101, Claim("b", 1, 100, 100)),
        ]
    )
    assert [credit.visible for credit in credits] == [0, 0, 100, 1]


def test_two_windows_one_after_the_other_count_both() -> None:
    _sheet, credits = run(
        [
            (0, Claim("a", 0, 0, 0)),
            (1, Claim("b", 0, 0, 0)),
            (20, Claim("a", 1, 20, 20)),
            (60, Claim("b", 1, 40, 40)),
        ]
    )
    assert [credit.visible for credit in credits] == [0, 0, 20, 40]


def test_a_sitting_that_never_opened_counts_nothing_and_a_day_has_an_end() -> None:
    _sheet, credits = run([(5000, Claim("a", 1, 4000, 4000))])
    assert credits == [Credit()]
    _sheet, credits = run([(0, Claim("a", 0, 0, 0)), (86_000, Claim("a", 1, 86_000, 86_000))])
    assert credits[1] == Credit(MOST_A_DAY, MOST_A_DAY)
    sheet, _credits = run([(n, Claim(f"s{n}", 0, 0, 0)) for n in range(30)])
    assert len(sheet.sittings) == MOST_SITTINGS
    assert "s29" in sheet.sittings


def test_an_older_position_never_takes_the_place_of_a_newer() -> None:
    phone = newest(None, Moved(0.7, {"v": 200.0}, ago=60), NOON)
    assert phone == Position(0.7, {"v": 200.0}, after(-60))
    assert newest(phone, Moved(0.2, {"v": 5.0}, ago=3600), NOON) is phone
    assert newest(phone, Moved(0.2, {"w": 5.0}, ago=0), NOON) == Position(0.2, {"v": 200.0, "w": 5.0}, NOON)


class Reader:
    def __init__(self, client: FlaskClient, *, key: str) -> None:
        person = a_person()
        course = a_course("prevention", questions=[a_choice_question()])
        with unit_of_work():
            self.id = services.enrol(person=person, course_id=course.id).id
        self.activity = db.session.scalar(sa.select(Activity.id).where(Activity.key == key)) or 0
        self.client = signed_in(client, person)
        self.address = f"/learn/prevention/{key}"
        self.token = csrf(self.client.get("/learn/prevention/lesson-1-1").text)

    def report(self, **fields: object) -> int:
        data = {"csrf_token": self.token, "sitting": "one-sitting", **fields}
        return self.client.post(f"{self.address}/time", data=data).status_code

    @property
    def row(self) -> ActivityProgress | None:
        db.session.rollback()
        return db.session.get(ActivityProgress, (self.id, 1, self.activity), populate_existing=True)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the server's clock says."""
    now = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def test_a_lesson_keeps_its_time_and_place(app: Flask, client: FlaskClient, moment: list[datetime]) -> None:
    reader = Reader(client, key="lesson-1-2")
    assert reader.report(sequence=0) == 204
    assert reader.row is None  # to open it is not to begin it
    moment[0] += timedelta(seconds=90)
    assert reader.report(sequence=1, visible=80, used=70, share=0.4, media='{"abc": 12}', ago=3) == 204
    assert reader.report(sequence=1, visible=80, used=70) == 204  # it came twice
    row = reader.row
    assert row is not None
    assert (row.state, row.visible_seconds, row.seconds) == (ActivityState.STARTED, 80, 70)
    assert row.position == Position(0.4, {"abc": 12.0}, moment[0] - timedelta(seconds=3))
    enrolment = db.session.get_one(Enrolment, reader.id, populate_existing=True)
    assert (enrolment.last_activity_id, enrolment.states) == (reader.activity, {reader.activity: ActivityState.STARTED})
    page = reader.client.get(reader.address).text
    assert 'data-share="0.4"' in page
    assert "&#34;abc&#34;: 12.0" in page


def test_whoever_studies_every_day_in_one_lesson_touches_the_course_once_an_hour(
    app: Flask, client: FlaskClient, moment: list[datetime], statements: list[str]
) -> None:
    reader = Reader(client, key="lesson-1-2")
    reader.report(sequence=0)
    opened, written, touched = moment[0], [], []
    for sequence, minutes in enumerate((5, 70, 5, 60, 24 * 60), start=1):
        moment[0] += timedelta(minutes=minutes)
        statements.clear()
        assert reader.report(sequence=sequence, visible=240, used=200) == 204
        written.append(sum(one.startswith("UPDATE enrolment") for one in statements))
        db.session.rollback()
        at = db.session.scalar(sa.select(Enrolment.touched_at).where(Enrolment.id == reader.id))
        touched.append(at and (at - opened) // timedelta(minutes=1))
    assert touched == [5, 75, 75, 140, 1580]
    assert written[1:] == [1, 0, 1, 1]
    moment[0] += timedelta(days=2)
    reader.report(sequence=6, visible=240, used=0)  # left open, and nobody there
    db.session.rollback()
    assert db.session.get_one(Enrolment, reader.id, populate_existing=True).touched_at < moment[0] - timedelta(days=1)


def test_nonsense_changes_nothing(app: Flask, client: FlaskClient, moment: list[datetime]) -> None:
    reader = Reader(client, key="lesson-1-2")
    reader.report(sequence=0)
    moment[0] += timedelta(seconds=90)
    for fields in (
        {"sequence": "-1", "visible": 50},
        {"sequence": 1, "visible": "a lot"},
        {"sequence": 2, "sitting": "x", "visible": 50},
        {"sequence": 3, "share": "nan", "ago": 0},
        {"sequence": 4, "share": 0.5, "ago": 0, "media": "[]"},
        {"sequence": 5, "share": 0.5, "ago": 0, "media": '{"a": -1}'},
    ):
        assert reader.report(**fields) == 204
    assert reader.row is None


def test_a_quiz_is_begun_by_an_attempt_and_not_by_reading_about_it(
    app: Flask, client: FlaskClient, moment: list[datetime]
) -> None:
    reader = Reader(client, key="test")
    reader.report(sequence=0)
    moment[0] += timedelta(seconds=90)
    reader.report(sequence=1, visible=60, used=60)
    assert reader.row is None
