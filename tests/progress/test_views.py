"""Learning as a browser does it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import Activity, Course, CourseSlugHistory
from app.courses.outline import Order
from app.extensions import db
from app.progress import services as progress
from app.progress.models import ActivityProgress
from app.quizzes.settings import QuizSettings
from tests.factories import a_choice_question, a_city, a_course, a_draft, a_person, signed_in


def csrf(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found[1]


@pytest.fixture
def course(app: Flask) -> Course:
    return a_course("prevention", order=Order.SEQUENTIAL)


@pytest.fixture
def amina(app: Flask) -> Person:
    return a_person(city=a_city("Sfax"))


@pytest.fixture
def learner(client: FlaskClient, course: Course, amina: Person) -> FlaskClient:
    """Amina's, enrolled."""
    with unit_of_work():
        progress.enrol(person=amina, course_id=course.id)
    return signed_in(client, amina)


def page(learner: FlaskClient, address: str, status: int = 200) -> str:
    response = learner.get(address)
    assert response.status_code == status, response.text[:500]
    return response.text


def send(learner: FlaskClient, address: str, **fields: str) -> str:
    """Post as the page's own form would, and return where it leads."""
    token = csrf(page(learner, "/courses/prevention"))
    response = learner.post(address, data={"csrf_token": token, **fields})
    assert response.status_code in (302, 303), response.text[-2000:]
    return response.location


def test_a_visitor_sees_the_outline_and_how_to_start(client: FlaskClient, course: Course) -> None:
    html = page(client, "/courses/prevention")
    assert "Lesson 1.1" in html
    assert "Create your account to start" in html
    assert 'href="/learn/prevention/' not in html


def test_starting_a_course_opens_its_first_lesson(client: FlaskClient, course: Course, amina: Person) -> None:
    signed_in(client, amina)
    assert send(client, "/courses/prevention/enrolment") == "/learn/prevention/lesson-1-1"
    assert "Body of lesson 1.1." in page(client, "/learn/prevention/lesson-1-1")


def test_who_is_not_enrolled_is_led_to_the_course(client: FlaskClient, course: Course, amina: Person) -> None:
    response = signed_in(client, amina).get("/learn/prevention/lesson-1-1")
    assert response.location == "/courses/prevention"


def test_a_locked_lesson_says_what_opens_it(learner: FlaskClient) -> None:
    html = page(learner, "/learn/prevention/lesson-2-1", 409)
    assert "Opens when you complete “Lesson 1.1” and 1 more" in html
    assert 'href="/learn/prevention/lesson-1-1"' in html
    assert "Opens when you complete “Lesson 1.1”" in page(learner, "/courses/prevention")


def test_marking_complete_goes_on_and_the_last_leads_to_the_certificate(learner: FlaskClient) -> None:
    assert send(learner, "/learn/prevention/lesson-1-1/completion") == "/learn/prevention/lesson-1-2"
    assert send(learner, "/learn/prevention/lesson-1-2/completion") == "/learn/prevention/lesson-2-1"
    assert send(learner, "/learn/prevention/lesson-2-1/completion") == "/learn/prevention/lesson-2-2"
    certificate = send(learner, "/learn/prevention/lesson-2-2/completion")
    assert re.fullmatch(r"/certificates/SC-(\w{4}-){3}\w", certificate)
    assert "Amina Trabelsi" in page(learner, certificate)
    assert "Completed" in page(learner, "/courses/prevention")


def test_the_end_of_the_course_leads_to_the_certificate_though_something_optional_is_left(
    client: FlaskClient, amina: Person
) -> None:
    draft = a_draft("prevention", modules=1, lessons=3)
    with unit_of_work():
        db.session.execute(sa.update(Activity).where(Activity.key == "lesson-1-1").values(required=False))
    with unit_of_work():
        courses.publish(course_id=draft.id, by=None)
        progress.enrol(person=amina, course_id=draft.id)
    signed_in(client, amina)
    assert send(client, "/learn/prevention/lesson-1-2/completion") == "/learn/prevention/lesson-1-3"
    assert send(client, "/learn/prevention/lesson-1-3/completion").startswith("/certificates/SC-")
    assert "Resume: Lesson 1.1" in page(client, "/courses/prevention")


def test_the_last_that_counts_leads_to_the_certificate_though_something_optional_follows(
    client: FlaskClient, amina: Person
) -> None:
    draft = a_draft("prevention", modules=1, lessons=3)
    with unit_of_work():
        db.session.execute(sa.update(Activity).where(Activity.key == "lesson-1-3").values(required=False))
    with unit_of_work():
        courses.publish(course_id=draft.id, by=None)
        progress.enrol(person=amina, course_id=draft.id)
    signed_in(client, amina)
    assert send(client, "/learn/prevention/lesson-1-1/completion") == "/learn/prevention/lesson-1-2"
    assert send(client, "/learn/prevention/lesson-1-2/completion").startswith("/certificates/SC-")
    assert "Resume: Lesson 1.3" in page(client, "/courses/prevention")
    assert send(client, "/learn/prevention/lesson-1-3/completion").startswith("/certificates/SC-")


def test_a_quiz_cannot_be_marked_complete_by_hand(client: FlaskClient, amina: Person) -> None:
    course = a_course("prevention", questions=[a_choice_question()], quiz=QuizSettings(pass_mark=70))
    with unit_of_work():
        progress.enrol(person=amina, course_id=course.id)
    signed_in(client, amina)
    token = csrf(page(client, "/courses/prevention"))
    response = client.post("/learn/prevention/test/completion", data={"csrf_token": token})
    assert response.status_code == 409
    assert "Complete when you reach 70%" in response.text


def test_a_repeated_visit_is_answered_without_a_body_until_something_changes(learner: FlaskClient) -> None:
    first = learner.get("/learn/prevention/lesson-1-1")
    tag = first.headers["ETag"]
    assert learner.get("/learn/prevention/lesson-1-1", headers={"If-None-Match": tag}).status_code == 304
    send(learner, "/learn/prevention/lesson-1-1/completion")
    assert learner.get("/learn/prevention/lesson-1-1", headers={"If-None-Match": tag}).status_code == 200


def test_the_page_says_which_lesson_is_open_and_home_resumes_there(learner: FlaskClient) -> None:
    send(learner, "/learn/prevention/lesson-1-1/completion")
    token = csrf(page(learner, "/courses/prevention"))
    response = learner.post("/learn/prevention/lesson-1-2/time", data={"csrf_token": token})
    assert response.status_code == 204
    assert "Resume: Lesson 1.2" in page(learner, "/courses/prevention")


def test_time_in_a_locked_lesson_begins_nothing(learner: FlaskClient) -> None:
    token = csrf(page(learner, "/courses/prevention"))
    said = {"csrf_token": token, "share": "0.5", "ago": "0"}
    assert learner.post("/learn/prevention/lesson-2-1/time", data=said).status_code == 204
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ActivityProgress)) == 0
    db.session.rollback()
    assert learner.post("/learn/prevention/lesson-1-1/time", data=said).status_code == 204
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ActivityProgress)) == 1


def test_an_old_address_leads_to_the_new_one(client: FlaskClient, course: Course) -> None:
    with unit_of_work():
        db.session.add(CourseSlugHistory(slug="once", course_id=course.id))
    response = client.get("/courses/once")
    assert (response.status_code, response.location) == (301, "/courses/prevention")


def test_a_lesson_that_was_shown_at_an_old_address_leads_on_at_the_new_one(
    learner: FlaskClient, course: Course
) -> None:
    page(learner, "/learn/prevention/lesson-1-1")
    with unit_of_work():
        db.session.execute(sa.update(Course).where(Course.id == course.id).values(slug="renamed"))
    assert "/prevention" not in page(learner, "/learn/renamed/lesson-1-1")


def test_unknown_things_are_not_found(learner: FlaskClient) -> None:
    for address in ("/courses/never", "/learn/never/lesson-1-1", "/learn/prevention/never", "/certificates/SC-1"):
        assert learner.get(address).status_code == 404, address


def test_a_certificate_shows_the_public_only_what_its_holder_chose(learner: FlaskClient, app: Flask) -> None:
    for key in ("lesson-1-1", "lesson-1-2", "lesson-2-1"):
        send(learner, f"/learn/prevention/{key}/completion")
    own = send(learner, "/learn/prevention/lesson-2-2/completion")
    public = own.replace("/certificates/", "/v/")
    stranger = app.test_client()
    html = page(stranger, public)
    assert "Amina Trabelsi" in html
    assert "Sfax" not in html
    send(learner, own + "/sharing", city="on")
    assert "Sfax" in page(stranger, public)
    assert page(stranger, public.lower().replace("sc-", "")[:3] + "nonsense", 404)
    other = signed_in(app.test_client(), a_person("Someone Else"))
    assert other.get(own).status_code == 404
    response = stranger.get("/verify", query_string={"code": own.split("/")[-1].replace("-", " ").lower()})
    assert response.location == public
    assert "not a certificate code" in page(stranger, "/verify?code=SC-1234", 404)


def test_budgets_of_statements(learner: FlaskClient, statements: list[str]) -> None:
    """With the edition in the process's cache: 3 for a lesson, 4 for home and for a course."""
    for address, budget in (("/learn/prevention/lesson-1-1", 3), ("/learn", 4), ("/courses/prevention", 4)):
        page(learner, address)
        statements.clear()
        page(learner, address)
        assert len(statements) <= budget, (address, statements)
