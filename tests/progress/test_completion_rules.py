"""What completes a course, as its settings say: some activities, a score, both; and what pages say is missing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.editions import get_edition
from app.courses.models import Course
from app.courses.outline import CourseSettings
from app.extensions import db
from app.progress import jobs, services
from app.progress.models import ActivityState, Certificate, Completion, Enrolment
from app.progress.services import Outcome
from tests.factories import a_choice_question, a_city, a_draft, a_person, signed_in

DONE = ActivityState.COMPLETE


def a_ruled_course(slug: str = "prevention", **rule: Any) -> Course:
    """Four lessons and a test, completed by this rule."""
    course = a_draft(slug, questions=[a_choice_question()])
    publish(course, **rule)
    return course


def publish(course: Course, **rule: Any) -> None:
    with unit_of_work():
        db.session.get_one(Course, course.id).settings = CourseSettings(**rule)
        db.session.flush()
        courses.publish(course_id=course.id, by=None)


def enrolled(course: Course, person: Person | None = None) -> int:
    with unit_of_work():
        return services.enrol(person=person or a_person(), course_id=course.id).id


def do(course: Course, enrolment_id: int, *keys: str, score: float | None = None) -> Enrolment:
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id))
    assert edition_id
    for key in keys:
        with unit_of_work():
            activity_id = get_edition(edition_id).by_key[key].id
            services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=Outcome(DONE, score))
    return db.session.get_one(Enrolment, enrolment_id, populate_existing=True)


def rules() -> list[str]:
    return list(db.session.scalars(sa.select(Completion.rule).order_by(Completion.id)))


def test_some_activities_complete_it(app: Flask) -> None:
    course = a_ruled_course(enough=2, minutes=90)
    enrolment_id = enrolled(course)
    assert db.session.get_one(Enrolment, enrolment_id).total == 2
    assert do(course, enrolment_id, "lesson-1-1").completed_at is None
    enrolment = do(course, enrolment_id, "lesson-2-2")
    assert (enrolment.done, enrolment.total, enrolment.completed_at is None) == (2, 2, False)
    assert do(course, enrolment_id, "lesson-1-2").done == 2
    assert rules() == ["2 of 5 activities"]
    assert db.session.scalars(sa.select(Certificate.minutes)).one() == 90


def test_the_score_must_be_reached_and_an_attempt_again_reaches_it(app: Flask) -> None:
    course = a_ruled_course(min_score=70)
    enrolment_id = enrolled(course)
    do(course, enrolment_id, "lesson-1-1", "lesson-1-2", "lesson-2-1", "lesson-2-2")
    enrolment = do(course, enrolment_id, "test", score=0.6)
    assert (enrolment.done, enrolment.total, enrolment.completed_at) == (5, 5, None)
    assert do(course, enrolment_id, "test", score=0.7).completed_at is not None
    assert rules() == ["all required activities, score 70%"]


def test_both_are_asked_for_together(app: Flask) -> None:
    course = a_ruled_course(enough=2, min_score=50)
    enrolment_id = enrolled(course)
    assert do(course, enrolment_id, "lesson-1-1", "lesson-1-2").completed_at is None
    assert do(course, enrolment_id, "test", score=1.0).completed_at is not None
    assert rules() == ["2 of 5 activities, score 50%"]


def test_an_edition_with_another_rule_counts_those_under_way_and_leaves_the_others(app: Flask) -> None:
    course = a_ruled_course()
    finished, halfway = enrolled(course), enrolled(course)
    do(course, finished, "lesson-1-1", "lesson-1-2", "lesson-2-1", "lesson-2-2", "test", score=0.5)
    do(course, halfway, "lesson-1-1", "lesson-1-2")
    publish(course, enough=2)
    jobs.recount_course(course.id)
    assert rules() == ["all required activities", "2 of 5 activities"]
    publish(course, min_score=90)
    jobs.recount_course(course.id)
    assert len(rules()) == 2
    assert db.session.get_one(Enrolment, finished, populate_existing=True).completed_at is not None


def test_pages_say_what_is_missing_and_the_next_step(client: FlaskClient) -> None:
    course, amina = a_ruled_course(min_score=70), a_person(city=a_city())
    enrolment_id, learner = enrolled(course, amina), signed_in(client, amina)
    page = learner.get("/courses/prevention").text
    assert "All its activities complete it. You also need a score of 70%." in page
    assert "0 of 5 activities, about 30 min left · a score of 70% is needed" in page
    do(course, enrolment_id, "lesson-1-1", "lesson-1-2", "lesson-2-1", "lesson-2-2")
    do(course, enrolment_id, "test", score=0.6)
    page = learner.get("/courses/prevention").text
    assert "Activities done. Reach 70%: attempt “Test” again." in page
    assert "Attempt again: Test" in page
    home = learner.get("/learn").text
    assert "Reach 70%: attempt “Test” again." in home
    assert "Score of 70% needed" in home
    do(course, enrolment_id, "test", score=0.9)
    page = learner.get("/courses/prevention").text
    assert "See your certificate" in page
    assert "Reach 70%" not in page


def test_pages_count_what_is_enough(client: FlaskClient) -> None:
    course, amina = a_ruled_course(enough=3), a_person(city=a_city())
    enrolment_id, learner = enrolled(course, amina), signed_in(client, amina)
    do(course, enrolment_id, "lesson-1-1")
    page = learner.get("/courses/prevention").text
    assert "Any 3 of its 5 activities complete it." in page
    assert "1 of 3 activities, about 10 min left" in page


def test_who_completed_it_is_asked_for_no_score_by_a_later_edition(client: FlaskClient) -> None:
    course, amina = a_ruled_course(enough=1), a_person(city=a_city())
    enrolment_id, learner = enrolled(course, amina), signed_in(client, amina)
    do(course, enrolment_id, "lesson-1-1")
    publish(course, min_score=70)
    page = learner.get("/courses/prevention").text
    assert "Reach 70%" not in page
    assert "Completed" in page
