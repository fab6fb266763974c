"""Excused, or completed by a trainer: what it counts for, who reads it, what takes it back."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.extensions import db
from app.messages.models import Notice
from app.messages.sentences import sentence
from app.progress import services
from app.progress.errors import CompletedAlready, CompletionRests, HasWithdrawn, NotGiven
from app.progress.models import ActivityProgress, ActivityState, Certificate, Enrolment, EnrolmentState
from app.progress.people import excusing_services
from app.progress.services import Outcome
from tests.factories import a_choice_question, a_course, a_person, signed_in

DONE, EXCUSED, FAILED = ActivityState.COMPLETE, ActivityState.EXCUSED, ActivityState.FAILED
WHY = "She teaches this herself."


class Class:
    """A course of four lessons and a test with one practitioner in it, and its trainer."""

    def __init__(self) -> None:
        self.trainer = a_person("Tove Trainer", email="trainer@x.example", roles=(Role.TRAINER,))
        self.amina = a_person("Amina Trabelsi", email="amina@x.example")
        course = a_course("prevention", questions=[a_choice_question()], trainer=self.trainer)
        self.course_id = course.id
        self.amina_id = self.amina.id
        self.edition: PublishedEdition = get_edition(
            db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id)) or 0
        )
        with unit_of_work():
            self.id = services.enrol(person=self.amina, course_id=course.id).id

    def activity(self, key: str) -> int:
        return self.edition.by_key[key].id

    def do(self, *keys: str, state: ActivityState = DONE, score: float | None = None) -> None:
        for key in keys:
            with unit_of_work():
                services.record(enrolment_id=self.id, activity_id=self.activity(key), outcome=Outcome(state, score))

    def give(self, key: str, state: ActivityState = EXCUSED, reason: str = WHY) -> None:
        with unit_of_work():
            excusing_services.give(
                enrolment_id=self.id, activity_id=self.activity(key), state=state, reason=reason, by=self.trainer.id
            )

    def take_back(self, key: str) -> None:
        with unit_of_work():
            excusing_services.take_back(
                enrolment_id=self.id, activity_id=self.activity(key), reason="A mistake.", by=self.trainer.id
            )

    @property
    def enrolment(self) -> Enrolment:
        db.session.rollback()
        return db.session.get_one(Enrolment, self.id, populate_existing=True)

    def row(self, key: str) -> ActivityProgress | None:
        db.session.rollback()
        return db.session.get(ActivityProgress, (self.id, 1, self.activity(key)), populate_existing=True)


@pytest.fixture
def school(app: Flask) -> Class:
    return Class()


def test_excused_counts_as_done_is_left_out_of_the_score_and_may_complete_the_course(school: Class) -> None:
    school.do("lesson-1-1", "lesson-1-2", "lesson-2-1", "lesson-2-2")
    school.give("test")
    enrolment = school.enrolment
    assert (enrolment.done, enrolment.total, enrolment.score) == (5, 5, None)
    assert enrolment.state == EnrolmentState.COMPLETED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1
    [event] = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "progress.excuse")).all()
    assert (event.actor_id, event.subject) == (school.trainer.id, f"enrolment:{school.id}")
    assert event.details == {"activity": school.activity("test"), "reason": WHY}
    with pytest.raises(CompletionRests):
        school.take_back("test")
    assert school.enrolment.completed_at is not None


def test_what_is_taken_back_is_as_it_was(school: Class) -> None:
    school.do("test", state=FAILED, score=0.2)
    school.give("lesson-1-1", DONE)
    school.give("test")
    assert (school.enrolment.done, school.enrolment.score) == (2, None)
    school.take_back("test")
    school.take_back("lesson-1-1")
    row = school.row("test")
    assert row is not None
    assert (row.state, row.score, row.by_id, row.reason, row.completed_at) == (FAILED, 0.2, None, None, None)
    assert school.row("lesson-1-1") is None
    assert (school.enrolment.done, school.enrolment.score) == (0, 0.2)
    assert school.enrolment.states == {school.activity("test"): FAILED}


def test_what_they_do_themselves_takes_the_place_of_what_was_given_and_less_does_not(school: Class) -> None:
    school.give("test")
    school.do("test", state=FAILED, score=0.2)
    assert (school.enrolment.done, school.enrolment.score) == (1, None)
    school.do("test", score=0.9)
    row = school.row("test")
    assert row is not None
    assert (row.state, row.by_id, row.own_state) == (DONE, None, None)
    assert school.enrolment.score == 0.9
    with pytest.raises(NotGiven):
        school.take_back("test")
    with pytest.raises(CompletedAlready):
        school.give("test")


def test_given_otherwise_after_the_completion_that_rests_on_it_it_is_not_taken_back(school: Class) -> None:
    school.do("lesson-1-1", "lesson-1-2", "lesson-2-1", "lesson-2-2")
    school.give("test", EXCUSED)
    assert school.enrolment.completed_at is not None
    school.give("test", DONE)
    with pytest.raises(CompletionRests):
        school.take_back("test")


def test_nothing_is_given_to_who_has_withdrawn(school: Class) -> None:
    with unit_of_work():
        school.enrolment.state = EnrolmentState.WITHDRAWN
    with pytest.raises(HasWithdrawn):
        school.give("test")


def test_a_score_that_is_asked_for_is_not_asked_of_who_is_excused_from_all_that_is_graded(school: Class) -> None:
    from app.courses import services as courses
    from app.courses.outline import CourseSettings

    with unit_of_work():
        db.session.get_one(Course, school.course_id).settings = CourseSettings(min_score=90)
        db.session.flush()
        courses.publish(course_id=school.course_id, by=None)
    school.do("lesson-1-1", "lesson-1-2", "lesson-2-1", "lesson-2-2")
    school.give("test", DONE)
    assert school.enrolment.completed_at is None  # marked complete, it has no score
    school.give("test", EXCUSED)
    assert school.enrolment.completed_at is not None


def token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found[1]


def test_a_trainer_excuses_on_the_page_and_the_practitioner_reads_why(school: Class, client: FlaskClient) -> None:
    teaching = signed_in(client, school.trainer)
    people = f"/teach/courses/{school.course_id}/people"
    listed = teaching.get(people + "?q=amina").text
    assert "Amina Trabelsi" in listed
    assert "Nobody fits" in teaching.get(people + "?q=somebody").text
    page = teaching.get(f"{people}/{school.id}")
    address = f"{people}/{school.id}/activities/{school.activity('lesson-1-1')}"
    fields = {"csrf_token": token(page.text), "action": "excused"}
    refused = teaching.post(address, data={**fields, "reason": "  "})
    assert refused.status_code == 422
    assert "Write why, in a sentence." in refused.text
    assert teaching.post(address, data={**fields, "reason": WHY}).status_code == 303
    assert f"Excused by Tove Trainer: {WHY}" in teaching.get(f"{people}/{school.id}").text
    assert teaching.post(address, data={**fields, "action": "praise", "reason": WHY}).status_code == 404
    learning = signed_in(school_client(client), school.amina)
    assert f"Excused by your trainer: {WHY}" in learning.get("/courses/prevention").text
    lesson = learning.get("/learn/prevention/lesson-1-1").text
    assert f"Excused by your trainer: {WHY}" in lesson
    assert '<span class="tag done">Excused</span>' in lesson


def test_who_never_came_was_never_here(school: Class, client: FlaskClient) -> None:
    teaching, address = signed_in(client, school.trainer), f"/teach/courses/{school.course_id}/people"
    never = '<td class="whole">–</td>'
    assert never in teaching.get(address).text
    school.give("lesson-1-1")
    assert never in teaching.get(address).text  # the trainer did something
    school.do("lesson-1-2")
    assert never not in teaching.get(address).text


def school_client(client: FlaskClient) -> FlaskClient:
    return client.application.test_client()


def test_only_those_who_change_the_course_see_its_people(school: Class, client: FlaskClient) -> None:
    other: Person = a_person("Other", email="other@x.example", roles=(Role.TRAINER,))
    a_course("second", trainer=other)
    stranger = signed_in(client, other)
    people = f"/teach/courses/{school.course_id}/people"
    assert stranger.get(people).status_code == 404
    assert stranger.get(f"{people}/{school.id}").status_code == 404
    theirs = db.session.scalar(sa.select(Course.id).where(Course.slug == "second"))
    assert stranger.get(f"/teach/courses/{theirs}/people/{school.id}").status_code == 404


def told(school: Class) -> list[tuple[str, str | None]]:
    """What Amina was told, and where it leads."""
    db.session.rollback()
    found = db.session.scalars(sa.select(Notice).where(Notice.kind == "said_for_you").order_by(Notice.id)).all()
    assert {notice.person_id for notice in found} <= {school.amina_id}
    said = [sentence(notice.kind, notice.values) for notice in found]
    return [(one.words, one.path) for one in said]


def test_the_practitioner_is_told_by_whom_and_why_each_time(school: Class) -> None:
    school.give("test")
    school.give("test")  # the same again says nothing new
    school.take_back("test")
    school.give("lesson-1-1", DONE)
    school.take_back("lesson-1-1")
    school.give("test")
    test, lesson, why, mistake = (
        "/learn/prevention/test",
        "/learn/prevention/lesson-1-1",
        f"The reason: {WHY}",
        "A mistake.",
    )
    course = "“The city’s part”"
    assert told(school) == [
        (f"Tove Trainer excused you from “Test” in {course}. {why}", test),
        (f"Tove Trainer excuses you no longer from “Test” in {course}. The reason: {mistake}", test),
        (f"Tove Trainer completed “Lesson 1.1” in {course} for you. {why}", lesson),
        (f"Tove Trainer took back that “Lesson 1.1” in {course} was completed for you. The reason: {mistake}", lesson),
        (f"Tove Trainer excused you from “Test” in {course}. {why}", test),
    ]  # fmt: skip
    assert all(notice.mail_at is not None for notice in db.session.scalars(sa.select(Notice)))


def test_who_teaches_and_takes_a_course_is_told_nothing_of_what_they_did(school: Class) -> None:
    with unit_of_work():
        excusing_services.give(
            enrolment_id=school.id, activity_id=school.activity("test"), state=EXCUSED, reason=WHY, by=school.amina_id
        )
    assert told(school) == []


def test_what_a_trainer_writes_is_shown_as_words(school: Class, client: FlaskClient) -> None:
    school.give("test", reason="<script>alert(1)</script>")
    page = signed_in(client, school.amina).get("/notices").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert '“<a href="/learn/prevention/test">Test</a>”' in page
