"""Leaving a course and coming back, with everything that was done; also when two things happen at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.progress import queries, services
from app.progress.models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.services import Outcome
from app.progress.signals import enrolled as enrolled_signal
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in

from .test_services import activities, enrolled, read_all

ROUNDS = 3


@pytest.fixture
def window_of(app: Flask) -> Iterator[Callable[[Person], FlaskClient]]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield lambda person: signed_in(app.test_client(), person)
    app.config["WTF_CSRF_ENABLED"] = True
    db.session.remove()


def withdraw(enrolment_id: int, *, by_id: int | None = None, reason: str = "") -> None:
    with unit_of_work():
        services.withdraw(enrolment_id=enrolment_id, by_id=by_id, reason=reason)


def come_back(enrolment_id: int) -> None:
    with unit_of_work():
        services.come_back(enrolment_id=enrolment_id)


def stands(enrolment_id: int) -> Enrolment:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Enrolment, enrolment_id)


def test_what_was_done_is_there_after_coming_back(app: Flask) -> None:
    course, person = a_course(), a_person()
    enrolment_id = enrolled(course, person)
    read_all(enrolment_id, activities(course)[:2])
    withdraw(enrolment_id)
    left = stands(enrolment_id)
    assert (left.state, left.withdrawn_at is not None, left.done) == (EnrolmentState.WITHDRAWN, True, 2)
    come_back(enrolment_id)
    back = stands(enrolment_id)
    assert (back.state, back.withdrawn_at, back.done, len(back.states)) == (EnrolmentState.OPEN, None, 2, 2)


def test_a_completion_is_there_after_coming_back(app: Flask) -> None:
    course, person = a_course(), a_person()
    enrolment_id = enrolled(course, person)
    read_all(enrolment_id, activities(course))
    withdraw(enrolment_id)
    come_back(enrolment_id)
    assert stands(enrolment_id).state == EnrolmentState.COMPLETED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1


def test_enrolling_again_oneself_is_coming_back_but_nobody_else_can_do_it_so(app: Flask) -> None:
    course, person, by = a_course(), a_person(), a_person()
    enrolment_id = enrolled(course, person)
    withdraw(enrolment_id)
    with unit_of_work():
        services.enrol(person=person, course_id=course.id, by_id=by.id)
    assert stands(enrolment_id).state == EnrolmentState.WITHDRAWN
    with unit_of_work():
        services.enrol(person=person, course_id=course.id)
    assert stands(enrolment_id).state == EnrolmentState.OPEN


def test_who_takes_somebody_out_says_why(app: Flask) -> None:
    course, person, by = a_course(), a_person(), a_person()
    enrolment_id = enrolled(course, person)
    withdraw(enrolment_id, by_id=by.id, reason="Works elsewhere now.")
    withdraw(enrolment_id, by_id=by.id, reason="Twice.")
    events = db.session.execute(
        sa.select(AuditEvent.actor_id, AuditEvent.details).where(AuditEvent.action == "enrolment.withdraw")
    ).all()
    assert [tuple(event) for event in events] == [(by.id, {"reason": "Works elsewhere now."})]


def test_what_was_done_in_another_window_is_kept_and_completes_on_coming_back(app: Flask) -> None:
    course, person = a_course(modules=1, lessons=2), a_person()
    enrolment_id = enrolled(course, person)
    first, last = activities(course)
    read_all(enrolment_id, [first])
    withdraw(enrolment_id)
    read_all(enrolment_id, [last])
    left = stands(enrolment_id)
    assert (left.state, left.done, left.completed_at) == (EnrolmentState.WITHDRAWN, 2, None)
    come_back(enrolment_id)
    assert stands(enrolment_id).state == EnrolmentState.COMPLETED


def test_who_enrolled_somebody_is_announced_once(app: Flask) -> None:
    course, person, by = a_course(), a_person(), a_person()
    heard: list[int | None] = []

    def hear(_sender: object, *, enrolment: Enrolment, by_id: int | None) -> None:
        heard.append(by_id)

    with enrolled_signal.connected_to(hear), unit_of_work():
        services.enrol(person=person, course_id=course.id, by_id=by.id)
        services.enrol(person=person, course_id=course.id, by_id=by.id)
        services.enrol(person=by, course_id=course.id)
    assert heard == [by.id, None]


def test_the_pages_say_it(window_of: Callable[[Person], FlaskClient]) -> None:
    course, person = a_course("course", modules=1, lessons=2), a_person()
    window = window_of(person)
    window.post("/courses/course/enrolment")
    window.post("/learn/course/lesson-1-1/completion")
    assert "Leave this course" in window.get("/courses/course").text
    assert window.post("/courses/course/departure").status_code == 303
    page = window.get("/courses/course").text
    assert "You left this course on" in page
    assert "1 of 2 activities are complete." in page
    assert "Come back" in page
    assert queries.list_home(person.id) == []
    assert window.get("/learn/course/lesson-1-2").status_code == 302
    answer = window.post("/learn/course/lesson-1-2/completion", follow_redirects=True)
    assert "What you just did is kept" in answer.text
    assert window.post("/courses/course/departure").status_code == 409
    answer = window.post("/courses/course/enrolment", follow_redirects=True)
    assert "You are back in this course" in answer.text
    assert "Completed" in answer.text
    assert course.id


@pytest.mark.parametrize("times", range(ROUNDS))
def test_leaving_while_completing_loses_nothing(
    app: Flask, window_of: Callable[[Person], FlaskClient], times: int
) -> None:
    course, person = a_course("course", modules=1, lessons=2), a_person()
    enrolment_id = enrolled(course, person)
    windows = [window_of(person) for _ in range(4)]
    addresses = ["/learn/course/lesson-1-1/completion", "/learn/course/lesson-1-2/completion",
                 "/courses/course/departure", "/courses/course/departure"]  # fmt: skip
    answers = at_once([partial(post, w, a) for w, a in zip(windows, addresses, strict=True)])
    assert answers[:2] == [303, 303]
    assert set(answers[2:]) <= {303, 409}
    left = stands(enrolment_id)
    assert (left.state, left.done) == (EnrolmentState.WITHDRAWN, 2)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ActivityProgress)) == 2
    come_back(enrolment_id)
    assert stands(enrolment_id).state == EnrolmentState.COMPLETED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1


@pytest.mark.parametrize("times", range(ROUNDS))
def test_leaving_and_enrolling_at_once_ends_in_one_of_both(
    app: Flask, window_of: Callable[[Person], FlaskClient], times: int
) -> None:
    course, person = a_course("course", modules=1, lessons=2), a_person()
    enrolment_id = enrolled(course, person)
    read_all(enrolment_id, activities(course)[:1])
    windows = [window_of(person) for _ in range(4)]
    addresses = ["/courses/course/departure", "/courses/course/enrolment"] * 2
    answers = at_once([partial(post, w, a) for w, a in zip(windows, addresses, strict=True)])
    assert set(answers) <= {303, 409}
    there = stands(enrolment_id)
    assert (there.state == EnrolmentState.WITHDRAWN) == (there.withdrawn_at is not None)
    assert there.done == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 1


def post(window: FlaskClient, address: str) -> int:
    return window.post(address).status_code


def test_a_recount_completes_nobody_who_left(app: Flask) -> None:
    course, person = a_course(modules=1, lessons=1), a_person()
    enrolment_id = enrolled(course, person)
    withdraw(enrolment_id)
    (only,) = activities(course)
    with unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=only, outcome=Outcome(ActivityState.COMPLETE))
        services.recount(enrolment_id=enrolment_id)
    assert stands(enrolment_id).completed_at is None
    assert db.session.get_one(Course, course.id)


def test_a_coordinator_takes_somebody_out_and_back(window_of: Callable[[Person], FlaskClient]) -> None:
    city, course = a_city(), a_course("course")
    person, other = a_person(city=city), a_person(city=a_city())
    window = window_of(a_person(city=city, roles=(Role.COORDINATOR,)))
    enrolment_id, others = enrolled(course, person), enrolled(course, other)
    here = f"/people/{person.id}/enrolments/{enrolment_id}"
    assert "Take out" in window.get(f"/people/{person.id}").text
    assert window.post(f"{here}/departure", data={"reason": " "}).status_code == 409
    assert window.post(f"{here}/departure", data={"reason": "Works elsewhere."}).status_code == 303
    assert stands(enrolment_id).state == EnrolmentState.WITHDRAWN
    assert "Bring back" in window.get(f"/people/{person.id}").text
    assert window.post(f"{here}/return").status_code == 303
    assert stands(enrolment_id).state == EnrolmentState.OPEN
    for theirs in (f"/people/{other.id}/enrolments/{others}", f"/people/{person.id}/enrolments/{others}"):
        assert window.post(f"{theirs}/departure", data={"reason": "x"}).status_code == 404
        assert window.post(f"{theirs}/return").status_code == 404
