"""Being told when a call opens, and that one closes while the application is a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonState, Role
from app.core import audit, clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import queries
from app.grants.applications.access import WRITE, subject_of
from app.grants.eligibility import reminders
from app.grants.models import Application, ApplicationAnswer, ApplicationState, CallReminder, GrantCall
from app.grants.rules import Completed
from app.messages.models import Notice
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call, mailed, moved

from .test_views import page

OPENS = NOW + 10 * DAY
CLOSES = NOW + 40 * DAY
TICK = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def without_tokens(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def person(app: Flask) -> Person:
    a_call(Completed(a_course().id), slug="coming", opens_at=OPENS, closes_at=CLOSES)
    return a_person(city=a_city("Sfax"))


def ask(client: FlaskClient, wanted: str = "yes", slug: str = "coming") -> int:
    return client.post(f"/grants/{slug}/reminder", data={"wanted": wanted}).status_code


def told() -> list[tuple[int, str]]:
    db.session.rollback()
    return [(row.person_id, row.kind) for row in db.session.scalars(sa.select(Notice).order_by(Notice.id))]


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(CallReminder)) or 0


def test_who_asks_is_told_once_when_the_call_opens(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(NOW):
        assert "Remind me when it opens" in page(client, "/grants/coming")
        assert ask(client) == ask(client) == 303
        words = page(client, "/grants/coming")
    assert "We will tell you when it opens. No longer remind me" in words
    for moment, count in ((OPENS - TICK, 0), (OPENS, 1), (OPENS + DAY, 1)):
        with clock.at(moment):
            reminders.tell_opened()
        assert told() == [(person.id, "grant_opened")] * count
    with clock.at(OPENS):
        assert "A call that you wait for is open, until 31 December:" in page(client, "/notices")
        assert "remind me" not in page(client, "/grants/coming").lower()


def test_a_server_that_was_down_makes_up_for_it_unless_the_call_has_closed(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(NOW):
        ask(client)
    with clock.at(CLOSES - TICK):
        assert (reminders.tell_opened(), waiting()) == (1, 0)
    other = a_person()
    signed_in(client, other)
    with clock.at(NOW):
        ask(client)
    with clock.at(CLOSES):
        assert (reminders.tell_opened(), waiting()) == (0, 0)
    assert told() == [(person.id, "grant_opened")]


def test_who_takes_it_back_is_not_told(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(NOW):
        ask(client)
        assert ask(client, "no") == ask(client, "no") == 303
    with clock.at(OPENS):
        assert reminders.tell_opened() == 0
    assert told() == []


def test_two_presses_in_the_same_moment_are_one(app: Flask, person: Person) -> None:
    browsers = [signed_in(app.test_client(), person) for _each in range(2)]

    def press(browser: FlaskClient) -> int:
        with clock.at(NOW):
            return ask(browser)

    assert at_once([partial(press, browser) for browser in browsers]) == [303, 303]
    assert waiting() == 1


def test_an_open_call_reminds_nobody(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(OPENS):
        assert ask(client) == 409
        assert ask(client, slug="none") == ask(client, "perhaps") == 404
    assert waiting() == 0


def a_draft(call_slug: str, person: Person, *, at: datetime, state: ApplicationState = ApplicationState.DRAFT) -> int:
    call = queries.get_call(call_slug, at)
    with unit_of_work():
        row = Application(
            call_id=call.id, city_id=person.city_id, created_at=at, created_by_id=person.id, state=state,
            submitted_at=None if state is ApplicationState.DRAFT else at,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return row.id


def test_who_works_on_a_draft_is_told_a_week_and_a_day_before_it_closes(person: Person) -> None:
    city = db.session.get_one(Person, person.id).city
    coordinator = a_person(city=city, roles=(Role.COORDINATOR,))
    writer, left = a_person(city=city), a_person(city=city, state=PersonState.LEFT)
    gone = a_person(city=city)
    a_person(city=city)  # a colleague who does not work on it
    a_person(city=a_city(), roles=(Role.COORDINATOR,))
    application = a_draft("coming", person, at=OPENS)
    with unit_of_work():
        for number, one in enumerate((writer, left, gone)):
            db.session.add(
                ApplicationAnswer(
                    application_id=application, key=f"q{number}", value="x", saved_by_id=one.id, saved_at=OPENS
                )
            )
    moved(gone, a_city(), OPENS + DAY)
    people = {person.id, coordinator.id, writer.id}
    for before, count in ((8 * DAY, 0), (7 * DAY, 1), (6 * DAY, 1), (DAY, 2), (TICK, 2), (-TICK, 2)):
        with clock.at(CLOSES - before):
            reminders.remind_closing()
            reminders.remind_closing()
        assert sorted(told()) == sorted((one, "grant_closing") for one in people for _time in range(count))


def test_what_was_submitted_closes_without_a_word(person: Person) -> None:
    a_draft("coming", person, at=OPENS, state=ApplicationState.SUBMITTED)
    with clock.at(CLOSES - DAY):
        assert reminders.remind_closing() == 0


def test_what_was_withdrawn_is_a_draft_again(person: Person) -> None:
    a_draft("coming", person, at=OPENS, state=ApplicationState.WITHDRAWN)
    with clock.at(CLOSES - DAY):
        reminders.remind_closing()
    assert told() == [(person.id, "grant_closing")]


def test_who_worked_on_it_by_the_audit_log_alone_is_told_too(person: Person) -> None:
    """Somebody else's words took the place of theirs, so that no answer names them."""
    city = db.session.get_one(Person, person.id).city
    replaced, gone, reader = a_person(city=city), a_person(city=city), a_person(city=city)
    application = a_draft("coming", person, at=OPENS)
    with unit_of_work():
        for one in (replaced, gone):
            audit.record(WRITE, subject_of(application), actor_id=one.id)
        audit.record("application.read", subject_of(application), actor_id=reader.id)
    moved(gone, a_city(), OPENS + DAY)
    with clock.at(CLOSES - DAY):
        reminders.remind_closing()
    assert sorted(told()) == [(person.id, "grant_closing"), (replaced.id, "grant_closing")]


def test_the_reminder_leads_whoever_works_on_it_to_the_draft(client: FlaskClient, person: Person) -> None:
    """Who began it is neither a coordinator nor eligible."""
    a_draft("coming", person, at=OPENS)
    signed_in(client, person)
    with clock.at(CLOSES - DAY):
        reminders.remind_closing()
        link = f'href="/grants/coming/application/{person.city_id}"'
        assert link in client.get("/notices").text
        assert client.get(f"/grants/coming/application/{person.city_id}").status_code == 200
        with unit_of_work():
            notice = db.session.scalars(sa.select(Notice)).one()
            notice.values = {key: value for key, value in notice.values.items() if key != "city_id"}
        assert 'href="/grants/coming/application"' in client.get("/notices").text  # of before


def submit(application_id: int, _person: Person) -> None:
    with unit_of_work():
        db.session.get_one(Application, application_id).state = ApplicationState.SUBMITTED


def close_later(application_id: int, _person: Person) -> None:
    with unit_of_work():
        call_id = db.session.get_one(Application, application_id).call_id
        db.session.get_one(GrantCall, call_id).closes_at = CLOSES + DAY


def leave_the_city(_application_id: int, person: Person) -> None:
    moved(person, a_city(), CLOSES - 7 * DAY)


@pytest.mark.parametrize("change", [submit, close_later, leave_the_city])
@pytest.mark.parametrize("named", [True, False])
def test_what_is_no_draft_of_theirs_any_more_is_not_mailed(
    person: Person, change: Callable[[int, Person], None], named: bool
) -> None:
    """Notices of before name no application."""
    there = a_draft("coming", person, at=OPENS)
    other = a_person(city=a_city("Ghent"))
    a_call(Completed(a_course().id), slug="other", opens_at=OPENS, closes_at=CLOSES)
    a_draft("other", other, at=OPENS)
    with clock.at(CLOSES - 7 * DAY):
        assert reminders.remind_closing() == 2
    if not named:
        with unit_of_work():
            for notice in db.session.scalars(sa.select(Notice)):
                notice.values = {key: value for key, value in notice.values.items() if key != "application_id"}
    change(there, person)
    assert mailed(CLOSES - 6 * DAY) == 1
    assert mailed(CLOSES - 5 * DAY) == 0


@pytest.mark.parametrize("before, count", [(TICK, 1), (timedelta(), 0)])
def test_a_draft_is_mailed_of_until_its_call_has_closed(person: Person, before: timedelta, count: int) -> None:
    a_draft("coming", person, at=OPENS)
    with clock.at(CLOSES - 7 * DAY):
        reminders.remind_closing()
    assert mailed(CLOSES - before) == count
