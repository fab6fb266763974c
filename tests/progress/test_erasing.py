"""What becomes of courses and certificates when somebody is erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth import services as auth
from app.auth.models import Person
from app.core import clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.messages.models import Notice
from app.progress import holding, reminders
from app.progress import services as progress
from app.progress.certificates import codes
from app.progress.models import Assignment, Certificate, Completion, Enrolment, EnrolmentState
from tests.factories import a_course, a_person
from tests.house_rules.scene import CODE, Scene, a_scene

SHOWN = codes.shown(CODE)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return a_scene()


def erase(person_id: int, *, keeps_name: bool = False) -> None:
    db.session.rollback()
    with unit_of_work():
        auth.erase(person_id=person_id, keeps_name=keeps_name, reason="Asked.", by=None)


@pytest.mark.parametrize("keeps_name", [True, False])
def test_certificates_verify_on_and_name_whom_the_holder_chose(
    client: FlaskClient, scene: Scene, keeps_name: bool
) -> None:
    erase(scene.practitioner.id, keeps_name=keeps_name)
    page, said = client.get(f"/v/{SHOWN}").text, client.get(f"/v/{SHOWN}.json").json or {}
    assert said["status"] == "valid" and "Verified" in page
    assert ("Amina Trabelsi" in page, said.get("holder")) == (keeps_name, "Amina Trabelsi" if keeps_name else None)
    assert db.session.scalar(sa.select(Certificate.recipient)) is None
    assert db.session.scalar(sa.select(sa.func.count(Completion.id))) == 1


ADDED = {"city": "Ghent", "minutes": 60, "score": 0.9}


def adds_all(**also: object) -> None:
    """The holder lets the public page show all there is."""
    shown = {"shows_city": True, "shows_hours": True, "shows_score": True}
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(shown | ADDED | also))


@pytest.mark.parametrize("keeps_name", [True, False])
def test_without_the_name_nothing_else_of_the_holder_is_shown(
    client: FlaskClient, scene: Scene, keeps_name: bool
) -> None:
    person_id = scene.practitioner.id
    adds_all()
    erase(person_id, keeps_name=keeps_name)
    page, said = client.get(f"/v/{SHOWN}").text, client.get(f"/v/{SHOWN}.json").json or {}
    assert {name: said[name] for name in ADDED if name in said} == (ADDED if keeps_name else {})
    assert ("Ghent" in page, "Score 90%" in page) == (keeps_name, keeps_name)
    shown = Certificate.shows_city, Certificate.shows_hours, Certificate.shows_score
    assert db.session.execute(sa.select(*shown)).one() == (keeps_name,) * 3
    assert db.session.scalar(sa.select(Certificate.city)) == ("Ghent" if keeps_name else None)


def test_a_certificate_without_name_shows_course_days_and_status_whatever_its_row_says(
    client: FlaskClient, scene: Scene
) -> None:
    adds_all(holder="")
    page, said = client.get(f"/v/{SHOWN}").text, client.get(f"/v/{SHOWN}.json").json or {}
    assert not said.keys() & {"holder", *ADDED} and said["status"] == "valid"
    assert "Ghent" not in page and "Score" not in page


def test_what_is_under_way_ends_and_nobody_is_reminded(app: Flask, scene: Scene) -> None:
    person, course_id = scene.practitioner, a_course("streets").id
    with unit_of_work():
        assignment = Assignment(
            course_id=course_id,
            person_id=person.id,
            time_zone="UTC",
            given_by_id=scene.trainer.id,
            given_at=clock.now(),
        )
        db.session.add(assignment)
        progress.enrol(person=person, course_id=course_id, due_at=clock.now() + timedelta(days=1))
    erase(person.id)
    states = dict(db.session.execute(sa.select(Enrolment.course_id, Enrolment.state)).all())
    assert states == {scene.course.id: EnrolmentState.COMPLETED, course_id: EnrolmentState.WITHDRAWN}
    assert db.session.scalar(sa.select(Assignment.ended_at).where(Assignment.person_id == person.id)) is not None
    db.session.rollback()
    for days in (0, 2, 650, 800):
        with clock.at(clock.now() + timedelta(days=days)):
            for remind in (reminders.remind_due, reminders.remind_late, reminders.remind_expiring):
                remind()
    assert db.session.scalar(sa.select(sa.func.count()).where(Notice.person_id == person.id)) == 0


def test_a_renewal_under_way_ends_and_what_was_completed_stays(app: Flask, scene: Scene) -> None:
    """It is left as any course is; the completion and its certificate are there as before."""
    with unit_of_work():
        enrolment = db.session.scalars(sa.select(Enrolment).where(Enrolment.person_id == scene.practitioner.id)).one()
        enrolment.cycle, enrolment.state, enrolment.completed_at = 2, EnrolmentState.OPEN, None
        enrolment_id = enrolment.id
    erase(scene.practitioner.id)
    assert db.session.get_one(Enrolment, enrolment_id).state == EnrolmentState.WITHDRAWN
    assert db.session.scalars(sa.select(Completion.cycle)).all() == [1]


@pytest.mark.parametrize("by_whom", ["the site", "an administrator", "themselves"])
def test_the_log_says_who_took_them_out_of_their_courses(app: Flask, scene: Scene, by_whom: str) -> None:
    with unit_of_work():
        progress.enrol(person=scene.practitioner, course_id=a_course("streets").id)
    by = {"the site": None, "an administrator": scene.trainer.id, "themselves": scene.practitioner.id}[by_whom]
    db.session.rollback()
    with unit_of_work():
        auth.erase(person_id=scene.practitioner.id, keeps_name=False, reason="Asked.", by=by)
    events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "enrolment.withdraw")).all()
    assert [event.actor_id for event in events] == [by]


def test_a_certificate_issued_later_names_nobody(app: Flask, scene: Scene) -> None:
    other = a_person("Noor Haddad", city=scene.city)
    with unit_of_work():
        enrolment = progress.enrol(person=other, course_id=scene.course.id)
        other_id, enrolment_id = other.id, enrolment.id
    erase(other_id)
    with unit_of_work():
        enrolment = holding.lock(enrolment_id)
        completion = Completion(
            enrolment_id=enrolment_id, cycle=1, person_id=other_id, course_id=scene.course.id,
            edition_id=enrolment.counted_edition_id, rule="x", completed_at=clock.now(),
        )  # fmt: skip
        db.session.add(completion)
        db.session.flush()
        edition = holding.edition_in_force(enrolment)
        issued = progress.certify(completion, db.session.get_one(Person, other_id), enrolment.language, edition)
        assert (issued.holder, issued.recipient) == ("", None)
