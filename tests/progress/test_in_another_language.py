"""One course, one progress: whoever reads in another language falls back text by text, marked as what it is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import Course
from app.courses.translation import services as translation_services
from app.extensions import db
from app.progress import services as progress
from app.progress.models import ActivityState, Enrolment
from tests.courses.translating import a_course_to_translate, activity_id, change
from tests.factories import a_city, a_person, signed_in


def publish(course: Course) -> None:
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)


@pytest.fixture
def course(app: Flask) -> Course:
    """A course whose first lesson is in Arabic too."""
    course = a_course_to_translate()
    change(course, "lesson-1-1", "ar", title="الدرس الأول", html="<p>نص</p>")
    publish(course)
    return course


@pytest.fixture
def learner(client: FlaskClient, course: Course) -> FlaskClient:
    person = a_person(city=a_city())
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
        progress.choose_language(person_id=person.id, course_id=course.id, language="ar")
    return signed_in(client, person)


def test_what_is_not_translated_is_shown_in_the_course_s_own_language_and_both_are_marked(
    learner: FlaskClient, course: Course
) -> None:
    first = learner.get(f"/learn/{course.slug}/lesson-1-1").text
    assert "<p>نص</p>" in first and 'lang="ar" dir="rtl"' in first
    assert '<span lang="ar" dir="rtl">الدرس الأول</span>' in first
    second = learner.get(f"/learn/{course.slug}/lesson-1-2").text
    assert "<p>Body of lesson 1.2.</p>" in second
    assert "You are reading it in English" in second
    assert '<div class="body">' in second  # the page is in English, as the text is


def test_a_language_that_is_no_longer_offered_gives_way_and_progress_stays(
    learner: FlaskClient, course: Course
) -> None:
    db.session.rollback()
    enrolment = db.session.scalars(sa.select(Enrolment)).one()
    with unit_of_work():
        lesson = activity_id(course, "lesson-1-1")
        progress.record(
            enrolment_id=enrolment.id, activity_id=lesson, outcome=progress.Outcome(state=ActivityState.COMPLETE)
        )
    with unit_of_work():
        translation_services.remove_language(course_id=course.id, language="ar", by=1)
    assert "<p>نص</p>" in learner.get(f"/learn/{course.slug}/lesson-1-1").text  # this edition keeps it
    publish(course)
    html = learner.get(f"/learn/{course.slug}/lesson-1-1").text
    assert "<p>Body of lesson 1.1.</p>" in html and "الدرس" not in html
    db.session.rollback()
    after = db.session.scalars(sa.select(Enrolment)).one()
    assert (after.done, after.language) == (1, "ar")  # it is read again should the language come back
