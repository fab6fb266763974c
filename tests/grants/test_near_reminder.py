"""Reminding those of a city who are one step away: by its coordinator, each at most once a week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.models import Person, Role
from app.core import clock
from app.extensions import db
from app.grants.eligibility.near_services import still_open
from app.grants.rules import All, Completed
from app.messages.models import Notice
from app.network.models import City
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call, a_completion

from .test_views import page

HERE = "/grants/local"


@pytest.fixture
def city(app: Flask) -> Iterator[City]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield a_city("Sfax")
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def people(city: City) -> dict[str, Person]:
    """Near have one step left, Far two, Done none; Salma coordinates, and is near herself."""
    found = {name: a_person(name, city=city) for name in ("Near", "Near too", "Far", "Done")}
    found["Salma"] = a_person("Salma", city=city, roles=(Role.COORDINATOR,))
    first, second = a_course("first"), a_course("second")
    for name in ("Near", "Near too", "Done", "Salma"):
        a_completion(found[name], first, at=NOW - DAY)
    a_completion(found["Done"], second, at=NOW - DAY)
    a_call(All((Completed(first.id), Completed(second.id))), slug="local", closes_at=NOW + 60 * DAY)
    return found


def press(client: FlaskClient, city: City) -> TestResponse:
    return client.post(f"{HERE}/cities/{city.id}/reminder")


def told() -> list[int]:
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(Notice.person_id).where(Notice.kind == "grant_step")))


def test_those_near_are_told_once_a_week(client: FlaskClient, city: City, people: dict[str, Person]) -> None:
    near = sorted([people["Near"].id, people["Near too"].id])
    signed_in(client, people["Salma"])
    with clock.at(NOW):
        assert "Send a reminder" in page(client, HERE)
        assert press(client, city).status_code == 303
        assert "2 people are reminded of the step that is left." in page(client, HERE)
        assert told() == near
        press(client, city)
        assert "0 people are reminded" in page(client, HERE)
    assert told() == near
    with clock.at(NOW + timedelta(days=7)):
        press(client, city)
    assert told() == sorted(near * 2)
    signed_in(client, people["Near"])
    with clock.at(NOW):
        said = page(client, "/notices")
    assert "Salma reminds you that one step is left for you before the call closes" in said


def test_a_week_is_seven_days_and_no_calendar_week(client: FlaskClient, city: City, people: dict[str, Person]) -> None:
    sunday, tick = datetime(2026, 11, 29, 23, 59, tzinfo=UTC), timedelta(microseconds=1)
    signed_in(client, people["Salma"])
    for after, times in ((timedelta(), 1), (timedelta(minutes=2), 1), (7 * DAY - tick, 1), (7 * DAY, 2), (8 * DAY, 2)):
        with clock.at(sunday + after):
            assert press(client, city).status_code == 303
        assert len(told()) == 2 * times
    other = a_call(Completed(a_course("third").id), slug="other", closes_at=NOW + 60 * DAY)
    with clock.at(sunday + 8 * DAY):
        assert client.post(f"/grants/{other.slug}/cities/{city.id}/reminder").status_code == 303
    assert len(told()) == 2 * 2 + 4  # of another call whoever has a step left is told, whatever they heard of this one


def test_only_who_may_know_them_reminds_them(client: FlaskClient, city: City, people: dict[str, Person]) -> None:
    other = a_person(city=a_city("Oslo"), roles=(Role.COORDINATOR,))
    with clock.at(NOW):
        for person, status in ((people["Done"], 403), (other, 404)):
            assert press(signed_in(client, person), city).status_code == status
        assert "Send a reminder" not in page(signed_in(client, people["Done"]), HERE)
        assert told() == []
        assert press(signed_in(client, a_person(roles=(Role.ADMINISTRATOR,))), city).status_code == 303
    assert len(told()) == 3


def test_nobody_is_reminded_of_a_closed_call(client: FlaskClient, city: City, people: dict[str, Person]) -> None:
    signed_in(client, people["Salma"])
    with clock.at(NOW):
        press(client, city)
        db.session.rollback()
        notices = db.session.scalars(sa.select(Notice).where(Notice.kind == "grant_step")).all()
        assert still_open(notices) == {notice.id for notice in notices} != set()
    with clock.at(NOW + 61 * DAY):
        assert press(client, city).status_code == 409
        assert "Send a reminder" not in page(client, HERE)
        assert still_open(notices) == set()
