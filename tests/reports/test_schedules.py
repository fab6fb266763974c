"""Reports by e-mail: begun, listed, stopped, sent once a time, and ended for who may not see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.auth.models import Person, PersonRole, PersonState, Role
from app.core import clock, mail
from app.core.jobs import run
from app.core.models import JobRun, JobState, Outbox
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.courses.settings.services import change_address
from app.extensions import db
from app.network.models import City
from app.progress.models import ActivityProgress
from app.reports import jobs, services
from app.reports.catalogue import PATHS
from app.reports.models import ReportSchedule, Rhythm
from app.reports.rhythm import next_time
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in

from .factories import NOW, an_attempt, an_enrolment

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)  # the next one at seven


@pytest.fixture(autouse=True)
def _today(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    with clock.at(NOW):
        yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def coordinator(app: Flask) -> Person:
    city = a_city("Oslo")
    an_enrolment(a_person("Late", city=city), a_course("part"), due_at=NOW - timedelta(days=1))
    return a_person("Kari", city=city, roles=(Role.COORDINATOR,), email="kari@oslo.example")


def begun(client: FlaskClient, **sent: str) -> int:
    return client.post("/reports/schedules", data={"report": "due", "rhythm": "weekly", **sent}).status_code


def rows() -> list[ReportSchedule]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(ReportSchedule).order_by(ReportSchedule.id)))


def mails() -> list[Outbox]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Outbox).where(Outbox.kind == "report")))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(list(Rhythm)),
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Montreal", "Africa/Tunis", "Pacific/Auckland"]),
)
def test_the_next_time_is_seven_in_the_morning_and_none_is_left_out(at: datetime, rhythm: Rhythm, zone: str) -> None:
    after = at.replace(tzinfo=UTC)
    found = next_time(after, rhythm, zone)
    here = found.astimezone(ZoneInfo(zone))
    assert found > after and here.hour == 7 and here.minute == 0
    assert rhythm is not Rhythm.WEEKLY or here.weekday() == 0
    assert rhythm is not Rhythm.MONTHLY or here.day == 1
    longest = {Rhythm.DAILY: 1, Rhythm.WEEKLY: 7, Rhythm.MONTHLY: 31}[rhythm]
    assert found - after <= timedelta(days=longest, hours=1)


def test_begun_changed_listed_and_stopped(client: FlaskClient, coordinator: Person) -> None:
    signed_in(client, coordinator)
    assert begun(client, course="part") == 303
    assert begun(client, course="part", rhythm="daily") == 303  # the same report: only how often
    [row] = rows()
    assert (row.report, row.filters, row.rhythm) == ("due", "course=part", "daily")
    listed = client.get("/reports/schedules").text
    assert "Late and soon due" in listed and "Course: The city’s part" in listed and "Every day" in listed
    assert client.post(f"/reports/schedules/{row.id}/end").status_code == 303
    assert "You get no reports by e-mail" in client.get("/reports/schedules").text
    assert client.post(f"/reports/schedules/{row.id}/end").status_code == 404


def test_what_is_no_report_is_not_begun(client: FlaskClient, coordinator: Person) -> None:
    signed_in(client, coordinator)
    assert begun(client, report="grades") == 404
    assert begun(client, rhythm="hourly") == 404
    assert begun(client, city="none") == 404
    assert rows() == []


def test_twenty_are_enough(client: FlaskClient, coordinator: Person) -> None:
    signed_in(client, coordinator)
    with unit_of_work():
        db.session.add_all(
            ReportSchedule(
                person_id=coordinator.id,
                report="due",
                filters=f"n={n}",
                rhythm="weekly",
                created_at=NOW,
                next_at=MONDAY,
            )
            for n in range(20)
        )
    assert begun(client) == 409 and len(rows()) == 20


def test_it_is_sent_once_each_time(client: FlaskClient, coordinator: Person) -> None:
    signed_in(client, coordinator)
    begun(client, course="part")
    assert jobs.send() == 0
    with clock.at(MONDAY + timedelta(minutes=2)):
        assert jobs.send() == 1 and jobs.send() == 0
    [sent] = mails()
    assert sent.recipient == "kari@oslo.example" and rows()[0].next_at == MONDAY + timedelta(days=7)
    with client.application.app_context():
        settings = client.application.config["SETTINGS"]
        said = mail._message(sent, settings).get_content()
    assert "Late: 1" in said and "http://localhost/reports/due?course=part" in said
    with unit_of_work():
        db.session.execute(sa.update(ReportSchedule).values(next_at=MONDAY))
    with clock.at(MONDAY + timedelta(minutes=3)):
        jobs.send()  # as if the first run had been cut off after its mail
    assert len(mails()) == 1


def test_it_goes_on_when_its_course_moves(client: FlaskClient, coordinator: Person) -> None:
    signed_in(client, coordinator)
    begun(client, course="part")
    with unit_of_work():
        course = db.session.scalars(sa.select(Course)).one()
        change_address(course_id=course.id, slug="moved", before="part", by=coordinator.id)
    assert "Course: The city’s part" in client.get("/reports/schedules").text
    with clock.at(MONDAY + timedelta(minutes=2)):
        assert jobs.send() == 1
    [sent], [row] = mails(), rows()
    assert sent.values["figures"]["late"] == 1 and row.ended_at is None
    assert begun(client, report="people", course="part") == 303  # from a page that stood open when it moved
    assert [row.filters for row in rows()] == ["course=part", "course=moved"]


def test_what_a_report_asks_itself_narrows_its_mail_no_more_than_its_page(
    client: FlaskClient, coordinator: Person
) -> None:
    """As of one that was begun when it still could be."""
    signed_in(client, coordinator)
    begun(client, course="part")
    with unit_of_work():
        db.session.execute(sa.update(ReportSchedule).values(filters="course=part&state=completed&due=7"))
    listed = client.get("/reports/schedules").text
    assert "Course: The city’s part" in listed and "State:" not in listed and "Due:" not in listed
    with clock.at(MONDAY + timedelta(minutes=2)):
        jobs.send()
    assert mails()[0].values["figures"]["late"] == 1
    assert begun(client, report="inactive", state="late", due="7") == 303
    assert rows()[-1].filters == "due=7"


SAID = {
    "completion": [
        "Practitioners: 4", "Enrolments: 4", "Completed: 2 (50%)", "Late: 1 (25%)", "Median time to complete: 5 days",
    ],
    "people": [
        "Enrolments: 4", "Completed: 2 (50%)", "Late: 1", "Due within 30 days: 1", "Untouched for 30 days: 2",
    ],
    "due": ["Late: 1", "Due within 7 days: 0", "Due within 14 days: 1", "Due within 30 days: 1"],
    "inactive": [
        "Never started: 2", "Untouched for 30 days: 2", "Untouched for 60 days: 2", "Untouched for 90 days: 0",
    ],
    "times": [
        "Days from enrolment to completion", "The city’s part", "- Completed: 2", "- A quarter: 4 days",
        "- Half (median): 5 days", "- Three quarters: 6 days",
    ],
    "quizzes": [
        "Attempts that were handed in and marked, of the people counted here.", "The city’s part: 2.3 Test",
        "- Attempts: 3", "- Passed: 2 (66%)", "- Average: 70%", "- Passed at the first attempt: 1 of 2",
    ],
}  # fmt: skip
NOTHING = {
    "completion": "Completed: 0 (–)", "people": "Completed: 0 (–)", "due": "Late: 0", "inactive": "Never started: 0",
    "times": "Nobody has completed a course here", "quizzes": "No attempts yet",
}  # fmt: skip


def lines_of(client: FlaskClient, sent: Outbox) -> list[str]:
    """What a mail says between its greeting and its address."""
    with client.application.app_context():
        said = mail._message(sent, client.application.config["SETTINGS"]).get_content()
    lines = [line for line in said.splitlines() if line]
    return lines[2 : lines.index("Open it:")]


def learning(city: City) -> None:
    """Four of the city in a course with a test: two are through, of whom one passed at once; and one elsewhere."""
    course = a_course("course", questions=[a_choice_question()])
    first, second = (an_enrolment(a_person("Through", city=city), course, days=days) for days in (4, 6))
    an_attempt(first, score=0.9)
    an_attempt(second, score=0.4)
    an_attempt(second, score=0.8, number=2)
    an_enrolment(a_person("Late", city=city), course, due_at=NOW - timedelta(days=1))
    an_enrolment(a_person("Soon", city=city), course, due_at=MONDAY + timedelta(days=17))
    elsewhere = an_enrolment(a_person("Elsewhere", city=a_city("Dakar")), course, days=1)
    an_attempt(elsewhere)


@pytest.mark.parametrize("report", PATHS)
def test_each_report_says_its_own_figures_of_what_its_reader_sees(client: FlaskClient, report: str) -> None:
    city = a_city("Oslo")
    signed_in(client, a_person("Kari", city=city, roles=(Role.COORDINATOR,)))
    begun(client, report=report)
    with clock.at(MONDAY + timedelta(minutes=2)):
        jobs.send()
    learning(city)
    with clock.at(MONDAY + timedelta(days=7, minutes=2)):
        jobs.send()
    nothing, said = (lines_of(client, sent) for sent in mails())
    assert nothing[0] == NOTHING[report] or NOTHING[report] in nothing
    assert said == SAID[report]


def test_of_one_course_the_time_spent_is_said_too(client: FlaskClient) -> None:
    city = a_city("Oslo")
    learning(city)
    with unit_of_work():
        db.session.execute(sa.update(ActivityProgress).values(seconds=600))
    signed_in(client, a_person("Kari", city=city, roles=(Role.COORDINATOR,)))
    begun(client, report="times", course="course")
    with clock.at(MONDAY + timedelta(minutes=2)):
        jobs.send()
    page = client.get("/reports/times?course=course").text
    [said, *_others] = lines_of(client, mails()[0])
    assert said.startswith("Half of those who completed it spent ") and said in page


@pytest.mark.parametrize("report", ["times", "quizzes"])
def test_the_first_ten_are_told_and_the_rest_counted(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, report: str
) -> None:
    monkeypatch.setattr("app.reports.mailed.MOST_TOLD", 2)
    monkeypatch.setattr("app.reports.mailed.QUIZZES_AT_ONCE", 2)
    city = a_city("Oslo")
    for n in range(3):
        course = a_course(f"course-{n}", questions=[a_choice_question()])
        for number in range(n + 1):
            an_attempt(an_enrolment(a_person(city=city), course, days=n + 1, at=NOW - timedelta(days=9 + number)))
    signed_in(client, a_person("Kari", city=city, roles=(Role.COORDINATOR,)))
    begun(client, report=report)
    with clock.at(MONDAY + timedelta(minutes=2)):
        jobs.send()
    said = lines_of(client, mails()[0])
    counted = "- Completed: " if report == "times" else "- Attempts: "
    assert [line.removeprefix(counted) for line in said if line.startswith(counted)] == ["3", "2"]
    assert said[-1] == "and 1 more"


def test_one_that_cannot_be_written_holds_up_no_others_and_is_seen(
    client: FlaskClient, coordinator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(client, coordinator)
    for report in ("due", "completion", "inactive"):
        begun(client, report=report)
    broken, *others = [row.id for row in rows()]
    send = services.send

    def sometimes(schedule_id: int) -> bool:
        if schedule_id == broken:
            raise ZeroDivisionError
        return send(schedule_id)

    monkeypatch.setattr(services, "send", sometimes)
    with clock.at(MONDAY + timedelta(minutes=2)):
        run("reports.send", {})
    assert {sent.values["report"] for sent in mails()} == {"completion", "inactive"}
    assert [row.id for row in rows() if row.next_at > MONDAY] == others
    [seen] = db.session.scalars(sa.select(JobRun).where(JobRun.name == "reports.send"))
    assert seen.state == JobState.FAILED and "ZeroDivisionError" in (seen.error or "")
    monkeypatch.undo()
    with clock.at(MONDAY + timedelta(hours=1)):
        assert jobs.send() == 1


@pytest.mark.parametrize("why", ["left", "no role", "another city"])
def test_it_ends_for_who_may_not_see_it(client: FlaskClient, coordinator: Person, why: str) -> None:
    person_id, city_id, elsewhere = coordinator.id, coordinator.city_id, a_city("Dakar").id
    signed_in(client, coordinator)
    with unit_of_work():
        db.session.add(PersonRole(person_id=person_id, role=Role.COORDINATOR, city_id=elsewhere, from_at=NOW))
        db.session.add(
            ReportSchedule(
                person_id=person_id, report="due", filters=f"city={city_id}", rhythm="weekly", created_at=NOW,
                next_at=MONDAY,
            )
        )  # fmt: skip
    with unit_of_work():
        if why == "left":
            db.session.execute(sa.update(Person).where(Person.id == person_id).values(state=PersonState.LEFT))
        else:
            role = sa.update(PersonRole).where(PersonRole.person_id == person_id).values(to_at=NOW)
            db.session.execute(role if why == "no role" else role.where(PersonRole.city_id == city_id))
    with clock.at(MONDAY):
        assert jobs.send() == 0
    assert mails() == [] and rows()[0].ended_at is not None


@pytest.mark.parametrize(("still", "sent"), [(True, 1), (False, 0)])
def test_what_waits_in_the_outbox_does_not_leave_once_the_role_is_over(
    client: FlaskClient, coordinator: Person, still: bool, sent: int
) -> None:
    signed_in(client, coordinator)
    begun(client, course="part")
    person_id = coordinator.id
    with clock.at(MONDAY + timedelta(minutes=2)):
        jobs.send()
        if not still:
            with unit_of_work():
                db.session.execute(
                    sa.update(PersonRole).where(PersonRole.person_id == person_id).values(to_at=clock.now())
                )
        assert mail.deliver() == sent
    assert len(mails()) == sent
