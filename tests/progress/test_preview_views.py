"""The draft as practitioners would see it, leaving no trace."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.models import Course, CourseTrainer, LessonBody
from app.courses.outline import Order
from app.extensions import db
from app.quizzes.settings import QuizSettings
from app.quizzes.types import AcceptedAnswer, Choice, MultipleChoice, ShortAnswer
from tests.factories import a_choice_question, a_draft, a_person, an_answer, signed_in, text
from tests.house_rules.scene import rows_by_table
from tests.pages import check_page

SHORT = ShortAnswer(text("Who is heard first?"), {"en": (AcceptedAnswer("the youth council"),)}, "en")
MULTIPLE = MultipleChoice(
    text("Which fit?"),
    (Choice("a", text("One"), 0.5), Choice("b", text("Two"), 0.5), Choice("c", text("Three"), -1.0)),
    partial=True,
)


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


@pytest.fixture
def course(trainer: Person) -> Course:
    course = a_draft(
        trainer=trainer,
        order=Order.SEQUENTIAL,
        questions=[a_choice_question(), MULTIPLE, SHORT],
        quiz=QuizSettings(pass_mark=70, attempts=2),
    )
    with unit_of_work():
        draft = drafts.load(course.id)
        draft.languages = ["en", "fr"]
        draft.modules[0].activities[0].bodies.append(LessonBody(language="fr", html="<p>Le corps.</p>"))
    return course


@pytest.fixture
def studio(client: FlaskClient, trainer: Person) -> FlaskClient:
    return signed_in(client, trainer)


def preview_of(course: Course, rest: str = "") -> str:
    return f"/teach/courses/{course.id}/preview{rest}"


def seen(studio: FlaskClient, address: str, status: int = 200) -> str:
    response = studio.get(address)
    assert response.status_code == status, response.text[-800:]
    if status == 200:
        assert check_page(response.text) == []
    return response.text


def send(studio: FlaskClient, page: str, **fields: Any) -> str:
    """Press a button of a page of the trial, with what the page itself carries."""
    form = re.search(r'<form[^>]*action="([^"]+/trial[^"]*)".*?</form>', page, re.S)
    assert form, page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    hidden["so_far"] = hidden.get("so_far", "").replace("&#34;", '"')
    response = studio.post(form[1].replace("&amp;", "&"), data={**hidden, **fields})
    assert response.status_code == 200, response.text[-800:]
    assert check_page(response.text) == []
    return response.text


def test_the_course_page_of_an_unpublished_draft_is_that_of_practitioners(studio: FlaskClient, course: Course) -> None:
    html = seen(studio, preview_of(course))
    assert "Preview of the draft." in html and "Nothing is recorded." in html
    assert "Begin: Lesson 1.1" in html
    assert "0 of 5 activities complete" in html
    assert "/learn/" not in html.replace("/static/", ""), "every way leads on within the preview"


def test_locks_stand_as_for_someone_new_and_can_be_passed(studio: FlaskClient, course: Course) -> None:
    html = seen(studio, preview_of(course))
    assert "Opens when you complete “Lesson 1.1”" in html
    assert f'href="{preview_of(course, "/lesson-1-2")}?language=en"' in html
    locked = seen(studio, preview_of(course, "/lesson-1-2"))
    assert "Practitioners find this locked: Opens when you complete “Lesson 1.1”. You can look anyway." in locked
    assert "<p>Body of lesson 1.2.</p>" in locked


def test_a_lesson_leads_to_what_is_before_and_after_without_a_form(studio: FlaskClient, course: Course) -> None:
    html = seen(studio, preview_of(course, "/lesson-1-2"))
    assert re.search(rf'href="{preview_of(course, "/lesson-1-1")}[^>]*>Previous', html)
    assert re.search(rf'href="{preview_of(course, "/lesson-2-1")}[^>]*>Mark complete and continue', html)
    main = html[html.index("<main") :]
    assert "<form" not in main and "place.js" not in html


def test_the_draft_is_seen_in_any_of_its_languages(studio: FlaskClient, course: Course) -> None:
    html = seen(studio, preview_of(course, "/lesson-1-1?language=fr"))
    assert "<p>Le corps.</p>" in html
    assert re.search(rf'href="{preview_of(course, "/lesson-1-2")}\?language=fr"', html), "the next one stays in French"
    assert "This lesson is not translated yet." in seen(studio, preview_of(course, "/lesson-1-2?language=fr"))
    assert "<p>Body of lesson 1.1.</p>" in seen(studio, preview_of(course, "/lesson-1-1?language=xx"))


def test_what_was_just_saved_is_what_is_seen(studio: FlaskClient, course: Course) -> None:
    seen(studio, preview_of(course, "/lesson-1-1"))
    with unit_of_work():
        drafts.load(course.id).modules[0].activities[0].bodies[0].html = "<p>Written a moment ago.</p>"
    response = studio.get(preview_of(course, "/lesson-1-1"))
    assert "Written a moment ago." in response.text
    assert response.headers["Cache-Control"] == "private, no-store"


def test_an_empty_lesson_says_so_and_an_empty_course_is_a_page(studio: FlaskClient, course: Course) -> None:
    with unit_of_work():
        drafts.load(course.id).modules[0].activities[0].bodies[0].html = ""
    assert "This lesson has no text yet." in seen(studio, preview_of(course, "/lesson-1-1"))
    with unit_of_work():
        for module in drafts.load(course.id).modules:
            module.removed_at = clock.now()
    assert "Preview of the draft." in seen(studio, preview_of(course))


def test_a_quiz_is_tried_and_its_answers_are_checked(studio: FlaskClient, course: Course) -> None:
    page = seen(studio, preview_of(course, "/test"))
    assert "3 questions. You need 70% to pass." in page
    page = send(studio, page)
    assert "Question 1 of 3" in page and "Nothing is recorded" in page
    page = send(studio, page, **an_answer(0, choice="a"), go="2")
    assert "1 of 3 answered" in page
    page = send(studio, page, **an_answer(1, choice=["a", "b"]), go="3")
    page = send(studio, page, **an_answer(2, text="The Youth Council"), go="1")
    assert re.search(r'value="[^"]+" checked><span>The right one', page), "what was answered is still there"
    page = send(studio, page, **an_answer(0, choice="b"), go="finish")
    assert "66%: not passed yet" in page
    assert "Because it is wrong." in page and "Right answer" in page
    assert 'name="csrf_token"' not in page[page.index("<main") :]


def test_trying_a_quiz_knows_what_it_needs_to_pass(studio: FlaskClient, course: Course) -> None:
    page = send(studio, seen(studio, preview_of(course, "/test")))
    page = send(studio, page, **an_answer(0, choice="a"), go="2")
    page = send(studio, page, **an_answer(1, choice=["a", "b"]), go="3")
    page = send(studio, page, **an_answer(2, text="the youth council"), go="finish")
    assert "Passed with 100%" in page
    assert "Try again" in page


@pytest.mark.parametrize(
    "sent",
    [
        {"so_far": "not json"},
        {"so_far": '{"0": {"answer": {"type": "single_choice", "choice": "zzz"}}, "99": {"certainty": 2}}'},
        {"so_far": '{"0": {"answer": {"type": "short_answer", "text": "another type"}}}', "go": "finish"},
        {"so_far": '{"0": {"type": "single_choice", "choice": "a"}}', "check": "0"},
        {"check": "99", "again": "-7"},
        {"slot": "99", "q99-choice": "a", "go": "99999999999"},
        {"slot": "²", "go": "²"},
        {"slot": "0", "q0-choice": "zzz", "go": "-1"},
    ],
)
def test_what_no_page_of_ours_sends_is_left_out(studio: FlaskClient, course: Course, sent: dict[str, str]) -> None:
    page = send(studio, seen(studio, preview_of(course, "/test")), **sent)
    assert "0 of 3 answered" in page or "0%: not passed yet" in page


def test_the_whole_preview_leaves_no_row_anywhere(studio: FlaskClient, course: Course) -> None:
    seen(studio, preview_of(course))
    before = rows_by_table()
    for language in ("en", "fr"):
        seen(studio, preview_of(course, f"?language={language}"))
        for module in drafts.load(course.id).living_modules():
            for activity in module.living_activities():
                seen(studio, preview_of(course, f"/{activity.key}?language={language}"))
        page = send(studio, seen(studio, preview_of(course, f"/test?language={language}")))
        page = send(studio, page, **an_answer(0, choice="a"), go="2")
        page = send(studio, page, choice="a", go="3")
        assert "Your answers" in send(studio, page, text="nobody", go="finish")
    assert rows_by_table() == before


def test_a_preview_costs_the_same_however_long_the_course_is(
    studio: FlaskClient, trainer: Person, statements: list[str]
) -> None:
    for rest in ("", "/lesson-1-1"):
        costs = []
        for modules, lessons in ((1, 1), (4, 6)):
            course = a_draft(modules=modules, lessons=lessons, trainer=trainer)
            seen(studio, preview_of(course, rest))
            statements.clear()
            seen(studio, preview_of(course, rest))
            costs.append(len(statements))
        assert costs[0] == costs[1] <= 10


def test_a_translator_may_look_and_a_stranger_finds_nothing(app: Flask, course: Course) -> None:
    translator, stranger = a_person(roles=(Role.TRANSLATOR,)), a_person(roles=(Role.TRAINER,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=course.id, person_id=translator.id, role="translator", languages=["fr"]))
    addresses = (preview_of(course), preview_of(course, "/lesson-1-1"), preview_of(course, "/test"))
    for person, status in ((translator, 200), (stranger, 404), (a_person(), 403)):
        browser = signed_in(app.test_client(), person)
        assert [browser.get(address).status_code for address in addresses] == [status] * 3


def test_what_does_not_stand_in_the_draft_is_not_found(studio: FlaskClient, course: Course) -> None:
    with unit_of_work():
        drafts.load(course.id).modules[0].activities[0].removed_at = clock.now()
    seen(studio, preview_of(course, "/lesson-1-1"), 404)
    seen(studio, preview_of(course, "/nothing"), 404)
    token = re.search(r'name="csrf_token" value="([^"]+)"', seen(studio, preview_of(course, "/test")))
    assert token
    for key in ("lesson-1-1", "lesson-1-2", "nothing"):
        response = studio.post(preview_of(course, f"/{key}/trial"), data={"csrf_token": token[1]})
        assert response.status_code == 404
