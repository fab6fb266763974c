"""Reports after an award: due by the call's clocks, written by the city, reminded of, followed by administrators."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.transactions import outside_transaction, unit_of_work
from app.extensions import db
from app.grants.calls.questionnaire import Questionnaire, Report
from app.grants.decisions import services as decision_services
from app.grants.decisions.services import AWARDED, Decision
from app.grants.decisions.telling import list_people
from app.grants.duties import jobs as duty_jobs
from app.grants.duties.jobs import remind_duties
from app.grants.duties.queries import DutyState, state_of
from app.grants.models import Application, ApplicationState, Duty, GrantCall
from app.messages.models import Notice
from tests.factories import a_person, text
from tests.grants.committee import LIST, OF_CITY, Committee, browser, words
from tests.grants.factories import DAY, mailed, moved

REPORT = f"{OF_CITY}/reports/midway"


@pytest.fixture
def awarded(committee: Committee) -> Committee:
    """Sfax owes its midway report by 21 May 2027."""
    with unit_of_work():
        decision_services.decide(
            call_id=committee.call.id,
            decisions={committee.of_sfax.id: Decision(AWARDED, 10_000, "")},
            by=committee.ada.id,
        )
    return committee


def the_duty() -> Duty:
    db.session.rollback()
    return db.session.scalars(sa.select(Duty)).one()


def test_a_report_is_due_by_the_day_of_the_award_where_the_call_is_made(committee: Committee) -> None:
    """Late on 30 August in UTC it is 31 August in Tunis; half a year later the month ends with the 28th."""
    with unit_of_work():
        call = db.session.get_one(GrantCall, committee.call.id)
        call.questionnaire = Questionnaire(
            reports=(
                Report(key="half", title=text("Half"), months=6),
                Report(key="final", title=text("Final"), months=24),
            )
        )
    with clock.at(datetime(2026, 8, 30, 23, 30, tzinfo=UTC)), unit_of_work():
        decision_services.begin_duties(call, committee.of_sfax.id, clock.now())
    days = dict(db.session.execute(sa.select(Duty.key, Duty.due_on)).all())
    assert days == {"half": date(2027, 2, 28), "final": date(2028, 8, 31)}


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (datetime(2027, 5, 6, 22, 59, 59, tzinfo=UTC), DutyState.COMING),
        (datetime(2027, 5, 6, 23, 0, tzinfo=UTC), DutyState.SOON),
        (datetime(2027, 5, 21, 22, 59, 59, tzinfo=UTC), DutyState.SOON),
        (datetime(2027, 5, 21, 23, 0, tzinfo=UTC), DutyState.LATE),
    ],
)
def test_a_report_is_late_once_its_day_is_over_in_tunis(at: datetime, state: DutyState) -> None:
    assert state_of(date(2027, 5, 21), None, "Africa/Tunis", at) is state
    assert state_of(date(2027, 5, 21), at, "Africa/Tunis", at) is DutyState.DONE


def test_a_city_writes_its_report_and_hands_it_in(app: Flask, awarded: Committee) -> None:
    client = browser(app, awarded.amina)
    assert "Midway report Due 21 May 2027" in words(client.get(f"{OF_CITY}/reports"))
    assert client.post(REPORT, data={"text": "Half the lamps stand.", "version": "1"}).status_code == 303
    assert the_duty().done_at is None
    stale = client.post(REPORT, data={"text": "Written elsewhere.", "version": "1"})
    said = words(stale, 409)
    assert "Written elsewhere." in said and "As it was saved meanwhile Half the lamps stand." in said
    version = str(the_duty().version_id)
    empty = client.post(REPORT, data={"text": " ", "version": version, "action": "hand_in"})
    assert "Write the report first, then hand it in." in words(empty, 422)
    assert "Half the lamps stand." not in words(browser(app, awarded.ada).get(f"{LIST}/{awarded.of_sfax.id}"))
    done = {"text": "All lamps stand.", "version": version, "action": "hand_in"}
    assert client.post(REPORT, data=done).status_code == 303
    assert client.post(REPORT, data={**done, "version": str(the_duty().version_id)}).status_code == 409
    assert the_duty().done_by_id == awarded.amina.id
    assert "All lamps stand." in words(browser(app, awarded.ada).get(f"{LIST}/{awarded.of_sfax.id}"))


def test_what_was_typed_while_a_colleague_handed_the_report_in_is_given_back(app: Flask, awarded: Committee) -> None:
    colleague, client = browser(app, awarded.amina), browser(app, awarded.salma)
    done = {"text": "All lamps stand.", "version": "1", "action": "hand_in"}
    assert colleague.post(REPORT, data=done).status_code == 303
    for typed in ("Half of them <b>stand</b>.", "x" * 60_001):
        said = words(client.post(REPORT, data={"text": typed, "version": "1"}), 409 if typed[0] == "H" else 422)
        assert "This report was handed in meanwhile" in said and typed in said and "All lamps stand." in said
    said = words(colleague.post(REPORT, data=done), 409)  # pressed twice: nothing is lost
    assert "Handed in on 21 November 2026." in said and "What you typed" not in said
    assert the_duty().text == "All lamps stand."


def test_others_find_no_report(app: Flask, awarded: Committee) -> None:
    bystander = a_person("Somebody Else", city=awarded.sfax)
    for stranger in (awarded.lena, awarded.rosa, awarded.ada, bystander):
        client = browser(app, stranger)
        assert client.get(f"{REPORT}?city={awarded.sfax.id}").status_code == 404
        assert client.post(f"{REPORT}?city={awarded.sfax.id}", data={"text": "x", "version": "1"}).status_code == 404


def reminders() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Notice).where(Notice.kind == "duty_due").order_by(Notice.id))
    return [(row.person_id, row.values["stage"]) for row in rows]


def test_a_city_is_reminded_two_weeks_before_on_the_day_and_once_it_is_late(app: Flask, awarded: Committee) -> None:
    people = {awarded.salma.id, awarded.amina.id}
    for day, stages in (
        (datetime(2027, 5, 6, 12, tzinfo=UTC), set()),
        (datetime(2027, 5, 7, 12, tzinfo=UTC), {"soon"}),
        (datetime(2027, 5, 8, 12, tzinfo=UTC), {"soon"}),
        (datetime(2027, 5, 20, 23, 30, tzinfo=UTC), {"soon", "day"}),
        (datetime(2027, 5, 21, 12, tzinfo=UTC), {"soon", "day"}),
        (datetime(2027, 5, 22, 12, tzinfo=UTC), {"soon", "day", "late"}),
        (datetime(2027, 6, 2, 12, tzinfo=UTC), {"soon", "day", "late"}),
    ):
        with clock.at(day):
            remind_duties()
        told = reminders()
        assert len(told) == len(set(told)) == len(people) * len(stages)
        assert {stage for _person, stage in told} == stages
    said = words(browser(app, awarded.salma).get("/notices"))
    assert "A report of Sfax is due on 21 May 2027: Midway report" in said
    assert "A report of Sfax is late, it was due on 21 May 2027: Midway report" in said


def test_what_is_handed_in_is_not_reminded_of(awarded: Committee) -> None:
    with unit_of_work():
        row = db.session.scalars(sa.select(Duty)).one()
        row.text, row.done_at = "Done.", clock.now()
    with clock.at(datetime(2027, 5, 22, 12, tzinfo=UTC)):
        assert remind_duties() == 0
    assert reminders() == []


def test_administrators_see_what_is_late(app: Flask, awarded: Committee) -> None:
    client = browser(app, awarded.ada)
    assert "1 report is not handed in yet." in words(client.get("/administration/duties"))
    with clock.at(datetime(2027, 5, 22, 12, tzinfo=UTC)):
        said = words(browser(app, awarded.ada).get("/administration/duties?page=7"))
    assert "Sfax Midway report Late: due 21 May 2027" in said


def test_many_reports_take_no_more_statements_than_one(
    awarded: Committee, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        db.session.rollback()
        statements.clear()
        with clock.at(datetime(2027, 5, 22, 12, tzinfo=UTC)):
            remind_duties()
        return sum(one.startswith("SELECT") for one in statements)

    asked()
    one = asked()
    with unit_of_work():
        for number in range(5):
            db.session.add(
                Duty(application_id=awarded.of_sfax.id, key=f"r{number}", title=text("More"), due_on=date(2027, 5, 21))
            )
    asked()
    assert asked() == one
    monkeypatch.setattr(duty_jobs, "BATCH", 2)
    with clock.at(datetime(2027, 5, 22, 12, tzinfo=UTC)):
        assert remind_duties() == 6 * 2
    assert len(reminders()) == 6 * 2


def test_whom_to_remind_is_read_while_others_can_write(awarded: Committee, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(applications: Collection[int]) -> dict[int, list[int]]:
        people = list_people(applications)
        with outside_transaction("what takes long"):
            return people

    monkeypatch.setattr(duty_jobs, "list_people", read)
    with clock.at(datetime(2027, 5, 22, 12, tzinfo=UTC)):
        assert remind_duties() == 2


SOON, DUE, LATE = (datetime(2027, 5, day, 12, tzinfo=UTC) for day in (10, 21, 22))


def remind(at: datetime) -> int:
    """How many are reminded at a moment; what they were told before is mailed."""
    mailed(at)
    with clock.at(at):
        return remind_duties()


def hand_in() -> None:
    the_duty().done_at = SOON


def put_off() -> None:
    the_duty().due_on = date(2027, 5, 22)


def take_the_award_back() -> None:
    db.session.scalars(
        sa.select(Application).where(Application.state == ApplicationState.AWARDED)
    ).one().state = ApplicationState.REFUSED


@pytest.mark.parametrize("change", [hand_in, put_off, take_the_award_back])
@pytest.mark.parametrize("when", [SOON, LATE])
def test_a_report_that_is_owed_no_more_is_not_mailed_of(
    awarded: Committee, change: Callable[[], None], when: datetime
) -> None:
    assert remind(when) == 2
    with unit_of_work():
        change()
    assert mailed(when + DAY) == 0


def test_who_left_the_city_gets_no_mail_of_its_report(awarded: Committee) -> None:
    assert remind(LATE) == 2
    moved(awarded.amina, awarded.ghent, LATE)
    assert mailed(LATE + DAY) == 1  # to who coordinates it


@pytest.mark.parametrize(
    ("told", "at", "count"),
    [(SOON, SOON + DAY, 2), (SOON, DUE, 2), (SOON, LATE, 0), (DUE, DUE, 0), (DUE, LATE, 0), (LATE, LATE + DAY, 2)],
)
def test_a_mail_says_no_day_that_has_passed(awarded: Committee, told: datetime, at: datetime, count: int) -> None:
    """At noon the digest of the morning is gone: what is told then waits for the next one."""
    assert remind(told) == 2
    assert mailed(at) == count
