"""Taking a quiz as a browser does it, with and without its script."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import Activity
from app.extensions import db
from app.progress import services as progress
from app.quizzes import queries
from app.quizzes.models import Quiz
from app.quizzes.settings import QuizSettings
from app.quizzes.types import AcceptedAnswer, Choice, Content, MultipleChoice, ShortAnswer
from tests.factories import a_choice_question, a_course, a_person, an_answer, signed_in, text

SECRET = "Because it is right."


def questions() -> list[Content]:
    return [
        a_choice_question("One?"),
        MultipleChoice(
            text("Two?"), (Choice("a", text("Yes"), 1.0), Choice("b", text("Also"), 1.0), Choice("c", text("No")))
        ),
        ShortAnswer(text("Three?"), {"en": (AcceptedAnswer("zebra crossing"),)}, "en"),
    ]


@pytest.fixture
def learner(app: Flask, client: FlaskClient) -> FlaskClient:
    queries.forget()
    course = a_course("quiz", modules=1, lessons=0, questions=questions(), quiz=QuizSettings(pass_mark=70, attempts=2))
    person = a_person()
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    return signed_in(client, person)


def token(learner: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', learner.get("/courses/quiz").text)
    assert found
    return found[1]


def post(learner: FlaskClient, address: str, **fields: object) -> str:
    response = learner.post(address, data={"csrf_token": token(learner), **fields})
    assert response.status_code == 303, response.text[-1500:]
    return response.location


def start(learner: FlaskClient) -> str:
    return post(learner, "/learn/quiz/test/attempts")


def test_a_whole_attempt_without_script(learner: FlaskClient) -> None:
    attempt = start(learner)
    assert attempt == "/attempts/1"
    assert "Question 1 of 3" in learner.get(attempt).text
    post(learner, attempt + "/responses", **an_answer(0, choice="a"), go=2)
    post(learner, attempt + "/responses", **an_answer(1, choice=["a", "b"]), go=3)
    assert post(learner, attempt + "/responses", **an_answer(2, text=" Zebra  crossing"), go="finish").endswith(
        "/summary"
    )
    assert "Every question is answered" in learner.get(attempt + "/summary").text
    result = post(learner, attempt + "/submission")
    html = learner.get(result).text
    assert "Passed with 100%" in html
    assert SECRET in html
    assert "/certificates/SC-" in html


def test_a_failed_attempt_says_what_comes_next_and_keeps_the_key(learner: FlaskClient) -> None:
    attempt = start(learner)
    post(learner, attempt + "/responses", **an_answer(0, choice="b"), go=2)
    html = learner.get(post(learner, attempt + "/submission")).text
    assert "0%: not passed yet" in html
    assert "You have 1 attempt left" in html
    assert "Attempt again" in html
    assert "Because it is wrong." in html
    assert "zebra crossing" not in html
    assert '<span class="meta">Right answer</span>' not in html


def test_the_key_never_reaches_the_browser_before_submission(learner: FlaskClient) -> None:
    attempt = start(learner)
    pages = [attempt, attempt + "?question=2", attempt + "?question=3", attempt + "/summary", "/learn/quiz/test"]
    for address in pages:
        html = learner.get(address).text
        for secret in (SECRET, "Because it is wrong", "zebra crossing", "Think of who is heard first", "fraction"):
            assert secret not in html, (address, secret)


def test_a_script_is_told_the_sequence_and_why_it_was_refused(learner: FlaskClient) -> None:
    attempt = start(learner)
    headers = {"X-Requested-With": "fetch"}
    data = {"csrf_token": token(learner), **an_answer(0, choice="a")}
    assert learner.post(attempt + "/responses", data=data, headers=headers).json == {
        "saved": True,
        "sequence": 1,
        "given": True,
        "answered": 1,
        "left": None,
        "progress": "1 of 3 answered",
        "finish": "Finish: 2 questions unanswered",
    }
    refused = learner.post(attempt + "/responses", data=data | {"q0-choice": "b"}, headers=headers)
    assert refused.status_code == 409
    assert refused.json and "another window" in refused.json["error"]
    assert learner.post(attempt + "/responses", data=data | {"q0-choice": "x"}, headers=headers).status_code == 400
    assert learner.post(attempt + "/responses", data=data | {"slot": 7}, headers=headers).status_code == 404
    assert learner.post(attempt + "/responses", data=data | {"slot": "zero"}, headers=headers).status_code == 404


def test_another_persons_attempt_is_not_found(learner: FlaskClient, app: Flask) -> None:
    attempt = start(learner)
    stranger = signed_in(app.test_client(), a_person("Someone Else"))
    for address in (attempt, attempt + "/summary", attempt + "/result"):
        assert stranger.get(address).status_code == 404
    data = {"csrf_token": token(stranger), **an_answer(0, choice="a")}
    assert stranger.post(attempt + "/responses", data=data).status_code == 404
    assert stranger.post(attempt + "/submission", data=data).status_code == 404


def test_the_flag_is_kept_with_the_answer(learner: FlaskClient) -> None:
    attempt = start(learner)
    post(learner, attempt + "/responses", **an_answer(0, choice="a", flagged="on"), go=1)
    html = learner.get(attempt).text
    assert "1 of 3 answered" in html
    assert "1 flagged" in html


def test_right_answers_stay_hidden_while_the_last_attempt_is_under_way(learner: FlaskClient) -> None:
    first = learner.get(post(learner, start(learner) + "/submission")).text
    assert "Attempt again" in first
    second = start(learner)
    html = learner.get("/attempts/1/result").text
    assert '<span class="meta">Right answer</span>' not in html
    assert f'href="{second}">Go on with your attempt' in html
    post(learner, second + "/submission")
    assert '<span class="meta">Right answer</span>' in learner.get("/attempts/1/result").text


def test_an_attempt_outlives_its_quiz(client: FlaskClient) -> None:
    """The course drops the quiz: what was begun can be handed in and read, and offers nothing that is gone."""
    queries.forget()
    course = a_course("quiz", modules=1, lessons=1, questions=questions(), quiz=QuizSettings(pass_mark=70))
    person = a_person()
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    learner = signed_in(client, person)
    attempt = start(learner)
    with unit_of_work():
        db.session.execute(sa.update(Activity).where(Activity.key == "test").values(removed_at=clock.now()))
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)
    post(learner, attempt + "/responses", **an_answer(0, choice="a"), go=2)
    html = learner.get(post(learner, attempt + "/submission")).text
    assert "33%: not passed yet" in html
    assert "/learn/quiz/test" not in html


def test_the_settings_in_force_judge_an_attempt_and_its_own_questions_make_it(client: FlaskClient) -> None:
    """A new edition asks another question and lowers the pass mark while an attempt is open."""
    queries.forget()
    course = a_course("quiz", modules=1, lessons=0, questions=questions()[:2], quiz=QuizSettings(pass_mark=90))
    person = a_person()
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    learner = signed_in(client, person)
    attempt = start(learner)
    with unit_of_work():
        quiz = db.session.scalars(sa.select(Quiz)).one()
        quiz.settings = QuizSettings(pass_mark=50)
        del quiz.slots[1]
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)
    post(learner, attempt + "/responses", **an_answer(0, choice="a"), go=2)
    html = learner.get(post(learner, attempt + "/submission")).text
    assert "Passed with 50%" in html
    assert "Two?" in html
