"""Notices become mail: once, together, in the reader's language and time zone, and never to the departed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonState
from app.config import Settings
from app.core import clock, mail
from app.core.models import Outbox
from app.core.transactions import unit_of_work
from app.courses import services as course_services
from app.courses.models import Lesson
from app.extensions import db
from app.messages import jobs, services
from app.messages.models import Notice, Way
from app.progress import services as progress_services
from app.progress.jobs import recount_course
from app.progress.models import ActivityState, Enrolment, EnrolmentState
from app.progress.services import Outcome
from tests.at_once import at_once
from tests.factories import a_course, a_person
from tests.mail_server import Postbox, a_mail_server

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEVEN = datetime(2026, 3, 3, 7, tzinfo=UTC)
COURSE: dict[str, Any] = {
    "slug": "rights",
    "titles": {"en": "Rights & cities", "fr": "Droits & villes"},
    "due_at": "2026-03-09T17:00:00+00:00",
    "activity": "lesson-1-1",
}


@pytest.fixture
def postbox(app: Flask, settings: Settings) -> Iterator[Postbox]:
    with a_mail_server() as box:
        app.config["SETTINGS"] = replace(
            settings, mail="smtp", smtp_host="127.0.0.1", smtp_port=box.port, smtp_tls=False
        )  # fmt: skip
        yield box
        app.config["SETTINGS"] = settings


def tell(person: Person, key: str, kind: str = "due_soon", **values: Any) -> None:
    with clock.at(NOON), unit_of_work():
        services.tell(key=key, kind=kind, person_id=person.id, **{**COURSE, **values})


def run(at: datetime = SEVEN) -> int:
    with clock.at(at):
        written = jobs.mail_notices()
        mail.deliver()
    return written


def body(message: EmailMessage) -> str:
    return str(message.get_content())


def test_one_notice_is_a_mail_of_its_own_with_its_link(postbox: Postbox) -> None:
    tell(a_person("Noor Haddad", email="noor@city.example"), "a")
    assert run(NOON) == 0
    assert run() == 1
    assert run(SEVEN + timedelta(minutes=1)) == 0
    [message] = postbox.taken
    assert message["Subject"] == "Due 9 March (in 6 days): Rights & cities."
    assert message["To"] == "noor@city.example"
    assert "Hello Noor Haddad," in body(message)
    assert "http://localhost/learn/rights/lesson-1-1" in body(message)
    [notice] = db.session.scalars(sa.select(Notice)).all()
    assert notice.mailed_at == SEVEN


def test_several_are_one_mail_with_headings(postbox: Postbox) -> None:
    person, other = a_person(), a_person()
    tell(person, "a")
    tell(person, "b", "late", due_at="2026-03-01T17:00:00+00:00")
    tell(person, "c", slug="second")
    tell(other, "d")
    assert run() == 2
    [digest, single] = postbox.taken
    assert digest["Subject"] == "3 messages from Strong Cities Academy"
    said = body(digest)
    assert said.index("A course is due soon") < said.index("/learn/second/") < said.index("A course is late")
    assert "- Late: due 1 March (2 days ago): Rights & cities." in said
    assert "\n\n\n" not in said
    assert single["To"] == other.email


def test_it_is_in_the_readers_language_and_days(postbox: Postbox) -> None:
    person = a_person(language="fr")
    with unit_of_work():
        db.session.get_one(Person, person.id).time_zone = "Pacific/Kiritimati"
    tell(person, "a")
    assert run(datetime(2026, 3, 2, 17, tzinfo=UTC)) == 1
    [message] = postbox.taken
    assert "10 mars" in str(message["Subject"])  # on the Line Islands it is the 10th already
    assert "Droits & villes" in str(message["Subject"])
    assert message["Content-Language"] == "fr"


def test_at_once_is_at_once_and_never_is_never(postbox: Postbox) -> None:
    person = a_person()
    with unit_of_work():
        services.choose(person_id=person.id, ways={"late": Way.AT_ONCE, "due_soon": Way.NOT})
    tell(person, "a")
    tell(person, "b", "late")
    assert run(NOON) == 1
    assert run(SEVEN) == 0
    assert len(postbox.taken) == 1


def test_what_was_read_meanwhile_is_not_mailed(postbox: Postbox) -> None:
    person = a_person()
    tell(person, "a")
    with unit_of_work():
        services.mark_all_read(person_id=person.id)
    assert run() == 0


@pytest.mark.parametrize("state", [PersonState.LEFT, PersonState.ERASED])
def test_nothing_goes_to_who_left_meanwhile(postbox: Postbox, state: PersonState) -> None:
    person, other = a_person(), a_person()
    for somebody in (person, other):
        tell(somebody, f"early {somebody.id}")
    with clock.at(SEVEN):
        assert jobs.mail_notices() == 2
    leave(person, state)
    tell(other, "later")
    assert run(SEVEN + timedelta(days=1)) == 1  # the other's
    assert {message["To"] for message in postbox.taken} == {other.email}
    assert db.session.scalars(sa.select(Outbox.person_id).distinct()).all() == [other.id]


def leave(person: Person, state: PersonState) -> None:
    with unit_of_work():
        db.session.get_one(Person, person.id).state = state


def test_two_workers_write_each_mail_once(app: Flask) -> None:
    for number in range(20):
        tell(a_person(), f"{number}")
    db.session.remove()

    def work() -> int:
        with app.app_context(), clock.at(SEVEN):
            return jobs.mail_notices()

    assert sum(at_once([work] * 4)) == 20
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 20


def test_a_worker_that_is_killed_half_way_leaves_no_mail_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(a_person(), "a")
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(mail, "post", _killed_after(mail.post))
        run()
    assert db.session.scalars(sa.select(Outbox)).all() == []
    assert run() == 1


def _killed_after(post: Any) -> Any:
    def posting(**values: Any) -> None:
        post(**values)
        raise KeyboardInterrupt

    return posting


def test_a_notice_that_cannot_be_said_holds_up_no_others(postbox: Postbox) -> None:
    person = a_person()
    tell(person, "a", due_at="no date")
    tell(person, "b")
    assert run() == 1
    assert run(SEVEN + timedelta(days=1)) == 0


def test_a_mail_that_can_be_stopped_says_so_to_mail_programs(postbox: Postbox) -> None:
    tell(a_person(), "a")
    run()
    [message] = postbox.taken
    link = str(message["List-Unsubscribe"]).strip()
    assert link.startswith("<http://localhost/stop/") and link.endswith(">")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.strip("<>") in body(message)


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({}, 1),
        ({"state": EnrolmentState.WITHDRAWN, "withdrawn_at": NOON}, 0),
        ({"state": EnrolmentState.COMPLETED, "completed_at": NOON}, 0),
        ({"cycle": 2}, 0),
    ],
)
def test_who_is_no_longer_in_a_course_is_not_mailed_of_its_change(
    postbox: Postbox, values: dict[str, Any], count: int
) -> None:
    person, course = a_person(), a_course(modules=1, lessons=3)
    with unit_of_work():
        enrolment = progress_services.enrol(person=person, course_id=course.id)
        first, second = db.session.scalars(sa.select(Lesson).order_by(Lesson.key).limit(2))
        done = Outcome(ActivityState.COMPLETE)
        progress_services.record(enrolment_id=enrolment.id, activity_id=first.id, outcome=done)
        second.required = False
        course_services.publish(course_id=course.id, by=None)
    with clock.at(NOON):
        assert recount_course(course.id) == 1
    assert db.session.scalars(sa.select(Notice.kind)).all() == ["new_edition"]
    with unit_of_work():
        for name, value in values.items():
            setattr(db.session.get_one(Enrolment, enrolment.id), name, value)
    assert run() == count
