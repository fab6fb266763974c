"""A certificate that expires is renewed by a new cycle; what was before stays."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.editions import get_edition
from app.courses.models import Course
from app.extensions import db
from app.progress import queries, services
from app.progress.certificates import renewal_services
from app.progress.certificates.renewal import may_renew
from app.progress.errors import NotRenewable
from app.progress.models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.services import Outcome
from app.progress.tallies.queries import list_differences
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in

from .test_views import csrf

SOON = timedelta(days=30)


class Cycle:
    """Somebody who completed a course whose certificate lasts a year."""

    def __init__(self) -> None:
        self.person: Person = a_person()
        self.course = a_course("prevention", certificate_months=12)
        edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == self.course.id)) or 0
        self.activities = [activity.id for activity in get_edition(edition_id).activities]
        with unit_of_work():
            self.id = services.enrol(person=self.person, course_id=self.course.id).id
        self.began = self.enrolment.enrolled_at
        self.read(self.activities)
        self.expires = self.certificates()[0].expires_at

    def read(self, activities: list[int]) -> None:
        for activity_id in activities:
            with unit_of_work():
                services.record(enrolment_id=self.id, activity_id=activity_id, outcome=Outcome(ActivityState.COMPLETE))

    def renew(self) -> None:
        with unit_of_work():
            renewal_services.renew(person_id=self.person.id, course_id=self.course.id)

    def certificates(self) -> list[Certificate]:
        db.session.rollback()
        return list(db.session.scalars(sa.select(Certificate).order_by(Certificate.id)))

    @property
    def enrolment(self) -> Enrolment:
        db.session.rollback()
        return db.session.get_one(Enrolment, self.id, populate_existing=True)


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return Cycle()


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_it_opens_sixty_days_before_it_expires() -> None:
    now = clock.now()
    assert not may_renew(None, now)
    assert not may_renew(now + timedelta(days=61), now)
    assert may_renew(now + timedelta(days=60), now)
    assert may_renew(now - timedelta(days=400), now)


def test_a_renewal_is_a_new_cycle_due_when_the_certificate_expires(
    cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotRenewable):
        cycle.renew()
    assert cycle.expires is not None
    at(monkeypatch, cycle.expires - SOON)
    cycle.renew()
    enrolment = cycle.enrolment
    assert (enrolment.cycle, enrolment.state, enrolment.done, enrolment.total) == (2, EnrolmentState.OPEN, 0, 4)
    assert (enrolment.score, enrolment.states, enrolment.completed_at, enrolment.due_at) == (
        None,
        {},
        None,
        cycle.expires,
    )
    assert (enrolment.enrolled_at, enrolment.first_enrolled_at) == (cycle.expires - SOON, cycle.began)
    cycle.renew()  # pressed twice
    assert cycle.enrolment.cycle == 2
    kept = db.session.scalars(sa.select(ActivityProgress.cycle)).all()
    assert kept == [1] * 4
    cycle.read(cycle.activities)
    assert cycle.enrolment.state == EnrolmentState.COMPLETED
    first, second = cycle.certificates()
    assert (second.issued_at, first.revoked_at) == (cycle.expires - SOON, None)
    assert db.session.scalars(sa.select(Completion.cycle).order_by(Completion.id)).all() == [1, 2]


def test_a_renewal_belongs_to_where_the_person_is_by_then(cycle: Cycle, monkeypatch: pytest.MonkeyPatch) -> None:
    city = a_city()
    with unit_of_work():
        db.session.get_one(Person, cycle.person.id).city_id = city.id
        services.follow_move(person_id=cycle.person.id, city_id=city.id)
    assert cycle.enrolment.city_id is None  # what is finished stays where it was earned
    assert cycle.expires is not None
    at(monkeypatch, cycle.expires - SOON)
    cycle.renew()
    assert cycle.enrolment.city_id == city.id
    assert list_differences() == []


def test_after_it_expired_it_is_due_at_no_time(cycle: Cycle, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cycle.expires is not None
    at(monkeypatch, cycle.expires + SOON)
    cycle.renew()
    assert cycle.enrolment.due_at is None


def test_what_comes_late_for_an_earlier_cycle_is_written_there_and_counts_no_more(
    cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cycle.expires is not None
    at(monkeypatch, cycle.expires - SOON)
    cycle.renew()
    with unit_of_work():
        outcome = Outcome(ActivityState.COMPLETE, 0.5)
        services.record(enrolment_id=cycle.id, activity_id=cycle.activities[0], outcome=outcome, cycle=1)
    row = db.session.get_one(ActivityProgress, (cycle.id, 1, cycle.activities[0]), populate_existing=True)
    assert row.score == 0.5
    assert (cycle.enrolment.states, cycle.enrolment.done) == ({}, 0)


def test_many_at_once_begin_one_cycle_and_complete_it_once(
    app: Flask, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cycle.expires is not None
    at(monkeypatch, cycle.expires - SOON)

    def renew() -> None:
        with app.app_context(), unit_of_work():
            renewal_services.renew(person_id=cycle.person.id, course_id=cycle.course.id)

    def read(activity_id: int) -> None:
        with app.app_context(), unit_of_work():
            services.record(enrolment_id=cycle.id, activity_id=activity_id, outcome=Outcome(ActivityState.COMPLETE))

    at_once([renew] * 4)
    assert cycle.enrolment.cycle == 2

    def renew_perhaps() -> None:
        with suppress(NotRenewable):  # once it is completed, its certificate is new
            renew()

    at_once([*(partial(read, activity_id) for activity_id in cycle.activities), renew_perhaps, renew_perhaps])
    assert (cycle.enrolment.cycle, cycle.enrolment.state) == (2, EnrolmentState.COMPLETED)
    assert len(cycle.certificates()) == 2
    db.session.rollback()


def test_the_pages_say_what_is_held_and_offer_the_renewal(
    cycle: Cycle, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(client, cycle.person)
    assert "Renew" not in browser.get("/courses/prevention").text
    assert cycle.expires is not None
    with unit_of_work():  # the clock of sessions must stay, so the certificate comes nearer to its end
        db.session.execute(sa.update(Certificate).values(expires_at=clock.now() + SOON))
    page = browser.get("/courses/prevention").text
    assert "To renew it, take the course once more" in page
    code = cycle.certificates()[0].code
    place = queries.find_place(slug="prevention", person_id=cycle.person.id)
    assert place and place.enrolled and place.enrolled.renewable
    answer = browser.post("/courses/prevention/renewal", data={"csrf_token": csrf(page)})
    assert answer.status_code == 303
    page = browser.get("/courses/prevention").text
    assert "Your renewal has begun. Your certificate stays valid until it expires." in page
    assert "Completed before:" in page
    assert "It stays valid until" in page
    assert code[:4] in page
    assert "To renew it" not in page
