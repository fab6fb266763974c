"""Home: what to do next, truthfully ordered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants.rules import All, Completed
from app.progress import services
from app.progress.models import ActivityState, Enrolment, EnrolmentState
from app.progress.services import Outcome
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call


@pytest.fixture
def person(app: Flask) -> Person:
    return a_person(city=a_city())


def enrol(person: Person, course: Course, *, due: int | None = None, begun: bool = False, ago: int = 1) -> int:
    """An enrolment due so many days from now, touched so many days ago."""
    with clock.at(NOW - ago * DAY), unit_of_work():
        due_at = None if due is None else NOW + timedelta(days=due)
        enrolment = services.enrol(person=person, course_id=course.id, due_at=due_at)
        if begun:
            first = db.session.get_one(Course, course.id).modules[0].activities[0]
            services.record(
                enrolment_id=enrolment.id, activity_id=first.id, outcome=Outcome(ActivityState.COMPLETE)
            )  # fmt: skip
        return enrolment.id


def home(client: FlaskClient, person: Person) -> str:
    signed_in(client, person)
    with clock.at(NOW):
        return client.get("/learn").get_data(as_text=True)


def shelves(page: str) -> list[str]:
    """The courses as they stand on the shelves, in order."""
    return re.findall(r'<h3><a href="/courses/([^"]+)"', page)


def test_late_comes_before_due_before_under_way_before_what_is_new(client: FlaskClient, person: Person) -> None:
    done = a_course("done", modules=1, lessons=1)
    new, begun, soon, later, late, later_late = (
        a_course(slug, modules=1) for slug in ("new", "begun", "soon", "later", "late", "later-late")
    )
    enrol(person, done, begun=True, ago=0)
    enrol(person, new)
    enrol(person, begun, begun=True)
    enrol(person, later, due=20, begun=True)
    enrol(person, soon, due=2)
    enrol(person, later_late, due=-1)
    enrol(person, late, due=-9)
    page = home(client, person)
    assert shelves(page) == ["late", "later-late", "soon", "later", "begun", "new", "done"]
    assert 'href="/learn/late/lesson-1-1"' in page[: page.index("My courses")]


def test_what_was_withdrawn_from_is_left_out(client: FlaskClient, person: Person) -> None:
    id = enrol(person, a_course("left"), due=-3)
    with unit_of_work():
        row = db.session.get_one(Enrolment, id)
        row.state, row.withdrawn_at = EnrolmentState.WITHDRAWN, NOW
    assert shelves(home(client, person)) == []


def test_a_renewal_says_so(client: FlaskClient, person: Person) -> None:
    id = enrol(person, a_course("again"))
    with unit_of_work():
        db.session.get_one(Enrolment, id).cycle = 2
    page = home(client, person)
    assert "Renewal under way" in page and "Renew your certificate" in page


def test_what_open_calls_ask_for_is_recommended_with_the_call(client: FlaskClient, person: Person) -> None:
    mine, asked, other = a_course("mine"), a_course("asked"), a_course("other")
    enrol(person, mine)
    a_call(All(of=(Completed(mine.id), Completed(asked.id))), slug="the-call", closes_at=NOW + 9 * DAY)
    page = home(client, person)
    assert shelves(page) == ["mine", "asked", "other"] and other
    recommended = page[page.index("Recommended for your city’s grants") : page.index("Others you can begin")]
    assert "Counts towards:" in recommended and 'href="/grants/the-call"' in recommended
    assert "closes 30 November, 11:00 Tunis time" in recommended


def test_what_a_call_asks_for_is_recommended_among_however_many_courses(
    client: FlaskClient, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.progress.queries.MOST_AT_HOME", 2)
    mine = [a_course(f"mine-{n}") for n in range(2)]
    for course in mine:
        enrol(person, course)
    a_course("other")
    a_call(Completed(a_course("asked").id), slug="the-call", closes_at=NOW + 9 * DAY)
    page = home(client, person)
    assert sorted(shelves(page)) == ["asked", "mine-0", "mine-1"]
    assert "Recommended for your city’s grants" in page


def test_who_belongs_to_no_city_is_recommended_nothing(client: FlaskClient) -> None:
    a_call(Completed(a_course("asked").id), slug="the-call", closes_at=NOW + 9 * DAY)
    page = home(client, a_person())
    assert "Recommended" not in page and shelves(page) == ["asked"]


def test_home_costs_four_statements(client: FlaskClient, person: Person, statements: list[str]) -> None:
    asked = a_course("asked")
    enrol(person, a_course("mine"), due=3)
    a_call(Completed(asked.id), slug="the-call", closes_at=NOW + 9 * DAY)
    home(client, person)
    statements.clear()
    with clock.at(NOW):
        client.get("/learn")
    assert len(statements) == 4
