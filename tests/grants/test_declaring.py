"""What only a person can state: by two buttons, appended, until the city applies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import queries
from app.grants.models import Application, ApplicationState, Declaration
from app.grants.rules import All, Completed, Declared
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in, text
from tests.grants.factories import DAY, NOW, a_call

from .test_views import page

CLOSES = NOW + 40 * DAY


@pytest.fixture(autouse=True)
def without_tokens(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def person(app: Flask) -> Person:
    word = Declared("plan", text("My city has a plan.", fr="Ma ville a un plan."), "en")
    a_call(All(of=(word, Completed(a_course().id))), slug="local", closes_at=CLOSES)
    return a_person(city=a_city("Sfax"))


def state(client: FlaskClient, holds: str, key: str = "plan") -> int:
    return client.post("/grants/local/declarations", data={"key": key, "holds": holds}).status_code


def stated() -> list[bool]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Declaration.holds).order_by(Declaration.id)))


def test_a_statement_is_unknown_until_it_is_made_and_the_last_word_holds(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(NOW):
        words = page(client, "/grants/local")
        assert "State: “My city has a plan.”" in words
        assert "Yes, I state this No" in words
        assert "Not known yet" in words
        assert state(client, "yes") == 303
        words = page(client, "/grants/local")
        assert "1/2" in words
        assert "Yes, I state this" not in words
    with clock.at(NOW + DAY):
        assert state(client, "no") == state(client, "no") == 303
        words = page(client, "/grants/local")
    assert "0/2" in words
    assert "Yes, I state this" in words
    assert stated() == [True, False]
    assert [
        e.actor_id for e in db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "declaration.state"))
    ] == [person.id] * 2


def test_what_was_stated_and_when_is_shown(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(NOW):
        state(client, "yes")
        assert (
            "21 November 2026"
            in page(client, "/grants/local").partition("Requirements")[2].partition("The shortest")[0]
        )


@pytest.mark.parametrize(
    ("application", "status"),
    [
        (None, 303),
        (ApplicationState.DRAFT, 303),
        (ApplicationState.WITHDRAWN, 303),
        (ApplicationState.SUBMITTED, 409),
        (ApplicationState.AWARDED, 409),
        (ApplicationState.REFUSED, 409),
    ],
)
def test_it_can_be_changed_until_the_city_has_applied(
    client: FlaskClient, person: Person, application: ApplicationState | None, status: int
) -> None:
    call = queries.get_call("local", NOW)
    if application:
        with unit_of_work():
            db.session.add(Application(call_id=call.id, city_id=person.city_id, created_at=NOW, state=application))
    signed_in(client, person)
    with clock.at(NOW):
        assert state(client, "yes") == status
        words = page(client, "/grants/local")
    assert ("Your city has applied, so this can no longer be changed." in words) == (status == 409)
    assert stated() == ([True] if status == 303 else [])


def test_the_call_closes_to_the_moment(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(CLOSES - DAY / 86_400_000_000):
        assert state(client, "yes") == 303
    with clock.at(CLOSES):
        assert state(client, "no") == 409
        assert "Yes, I state this" not in page(client, "/grants/local")
    assert stated() == [True]


def test_only_what_the_rule_asks_for_can_be_stated(client: FlaskClient, person: Person) -> None:
    signed_in(client, person)
    with clock.at(NOW):
        assert state(client, "yes", "other") == state(client, "perhaps") == state(client, "yes", "x" * 41) == 404
        assert client.post("/grants/none/declarations", data={"key": "plan", "holds": "yes"}).status_code == 404
        client.delete_cookie("academy")
        assert state(client, "yes") in (302, 303, 401, 403, 422)
    assert stated() == []


def test_pressed_twice_in_the_same_moment_it_holds_all_the_same(app: Flask, person: Person) -> None:
    browsers = [signed_in(app.test_client(), person) for _each in range(2)]

    def press(browser: FlaskClient) -> int:
        with clock.at(NOW):
            return state(browser, "yes")

    assert at_once([partial(press, browser) for browser in browsers]) == [303, 303]
    assert set(stated()) == {True}
