from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.models import Course, LessonBody
from app.courses.outline import CourseSettings, Order
from app.progress import services as progress
from app.progress.models import ActivityState
from tests.factories import a_choice_question, a_course, a_draft, a_person, signed_in, text
from tests.pages import check_page


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


@pytest.fixture
def studio(client: FlaskClient, trainer: Person) -> FlaskClient:
    return signed_in(client, trainer)


@pytest.fixture
def course(trainer: Person) -> Course:
    """Two editions: the second edits, moves, removes and adds, in English and French."""
    course = a_course(lessons=3, trainer=trainer, questions=[a_choice_question()])
    edit(course, second)
    with unit_of_work():
        services.publish(course_id=course.id, by=trainer.id, note="Clearer <words>")
    return course


def edit(course: Course, change: Any) -> None:
    with unit_of_work():
        draft = drafts.load(course.id)
        change(draft, {activity.key: activity for module in draft.modules for activity in module.activities})


def second(draft: Course, rows: dict[str, Any]) -> None:
    draft.languages = ["en", "fr"]
    draft.title = text("The city’s own part", fr="La part de la ville")
    draft.settings = CourseSettings(order=Order.SEQUENTIAL, certificate_months=12, min_score=70)
    rows["lesson-1-1"].bodies[0].html = "<p>Body of lesson one.</p><p>And more.</p>"
    rows["lesson-1-1"].bodies.append(LessonBody(language="fr", html="<p>Le corps.</p>"))
    rows["lesson-1-2"].minutes = 20
    rows["lesson-1-2"].required = False
    rows["lesson-1-3"].rank = "1"
    rows["lesson-2-1"].removed_at = clock.now()


def page(studio: FlaskClient, course: Course, rest: str = "", status: int = 200) -> str:
    response = studio.get(f"/teach/courses/{course.id}/editions{rest}")
    assert response.status_code == status
    if status == 200:
        assert check_page(response.text) == []
    return response.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_editions_are_listed_with_who_is_counted_on_them(studio: FlaskClient, course: Course) -> None:
    def enrolled(done: bool) -> None:
        with unit_of_work():
            enrolment = progress.enrol(person=a_person(), course_id=course.id)
            if done:
                for row in drafts.living_activities(drafts.load(course.id)):
                    outcome = progress.Outcome(ActivityState.COMPLETE, 0.9 if row.kind == "quiz" else None)
                    progress.record(enrolment_id=enrolment.id, activity_id=row.id, outcome=outcome)

    for done in (False, False, True):
        enrolled(done)
    html = page(studio, course)
    assert "Clearer &lt;words&gt;" in html and "Stian Halvorsen" in html and "The system" in html
    assert html.count("In force") == 1
    assert "2 under way 1 completed" in words(html)
    assert html.index("Edition 2</a>") < html.index("Edition 1</a>"), "the newest first"


def test_a_course_without_editions_says_how_there_will_be_one(studio: FlaskClient, trainer: Person) -> None:
    html = page(studio, a_draft(trainer=trainer))
    assert "Nothing is published yet" in html and "#publish" in html


def test_the_list_costs_the_same_however_long_it_is(
    studio: FlaskClient, trainer: Person, statements: list[str]
) -> None:
    course, costs = a_course(trainer=trainer), []
    for more in range(3):
        edit(course, lambda draft, rows, more=more: setattr(rows["lesson-1-1"].bodies[0], "html", f"<p>{more}</p>"))
        with unit_of_work():
            services.publish(course_id=course.id, by=None)
        statements.clear()
        page(studio, course)
        costs.append(len(statements))
    assert len(set(costs)) == 1 and costs[0] <= 6


def test_an_edition_says_what_it_changed(studio: FlaskClient, course: Course) -> None:
    html = page(studio, course, "/2")
    found = {
        heading: re.findall(r">(Lesson [\d.]+|Test)</", part)
        for heading, part in re.findall(r"<h3>(\w+) <span class=\"meta\">\d+</span></h3>(.*?)</section>", html, re.S)
    }
    assert found == {"Edited": ["Lesson 1.1", "Lesson 1.2"], "Moved": ["Lesson 1.3"], "Removed": ["Lesson 2.1"]}
    said = words(html[html.index("The course itself") :])
    for part in ("Title", "own", "français", "One activity after another", "70%", "valid for", "12"):
        assert part in said
    assert "Summary" not in said, "what did not change is left out"


def test_the_first_edition_had_everything_new(studio: FlaskClient, course: Course) -> None:
    html = page(studio, course, "/1")
    assert "This is the first edition: everything in it was new." in html
    html = page(studio, course, "/1?against=2")
    assert re.search(r"New <span class=\"meta\">1</span>.*Lesson 2.1", html, re.S), "any two are compared, either way"


def test_any_two_are_compared_and_nonsense_is_the_one_before(studio: FlaskClient, course: Course) -> None:
    edit(course, lambda draft, rows: setattr(rows["lesson-2-2"].bodies[0], "html", "<p>Third.</p>"))
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    assert "Lesson 1.1" not in page(studio, course, "/3").partition("Edited")[2].partition("</section>")[0]
    assert "Lesson 1.1" in page(studio, course, "/3?against=1").partition("Edited")[2].partition("</section>")[0]
    for nonsense in ("99", "3", "x", ""):
        assert words(page(studio, course, f"/3?against={nonsense}")) == words(page(studio, course, "/3?against=2"))


def test_the_texts_of_a_lesson_stand_side_by_side(studio: FlaskClient, course: Course) -> None:
    html = page(studio, course, "/2/activities/lesson-1-1")
    assert re.search(r"<del>.*?1\.1\..*?</del>", html, re.S) and re.search(r"<ins>.*?one\..*?</ins>", html, re.S)
    assert "And more." in html
    assert "&lt;p&gt;" not in html, "words, not markup"
    assert "Show the whole text" in html
    assert "Show only what changed" in page(studio, course, "/2/activities/lesson-1-1?whole=1")
    french = page(studio, course, "/2/activities/lesson-1-1?language=fr")
    assert "Le corps." in french
    assert "Next change" in html and "lesson-1-2" in html


def test_the_terms_of_an_activity_stand_side_by_side(studio: FlaskClient, course: Course) -> None:
    said = words(page(studio, course, "/2/activities/lesson-1-2"))
    for part in ("Required", "Optional", "5", "20"):
        assert part in said


def test_what_only_one_edition_has_is_shown_beside_nothing(studio: FlaskClient, course: Course) -> None:
    html = page(studio, course, "/2/activities/lesson-2-1")
    assert "Removed by edition 2." in html and "Body of lesson 2.1." in html
    assert "New in edition 1." in page(studio, course, "/1/activities/lesson-2-1")
    page(studio, course, "/2/activities/nothing", 404)
    page(studio, course, "/9/activities/lesson-1-1", 404)


def test_a_strangers_editions_are_not_found(app: Flask, course: Course) -> None:
    stranger = signed_in(app.test_client(), a_person(roles=(Role.TRAINER,)))
    for rest in ("", "/1", "/2/activities/lesson-1-1"):
        page(stranger, course, rest, 404)


def test_administrators_alone_are_offered_to_withdraw(app: Flask, studio: FlaskClient, course: Course) -> None:
    assert "/teach/bodies/" not in page(studio, course, "/2/activities/lesson-1-1")
    administrator = signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,)))
    html = page(administrator, course, "/2/activities/lesson-1-1")
    digests = re.findall(r'href="/teach/bodies/([0-9a-f]{64})"', html)
    assert len(digests) == 2, "one a language"


def test_an_edition_costs_the_same_however_much_changed(
    studio: FlaskClient, trainer: Person, statements: list[str]
) -> None:
    costs = []
    for lessons in (2, 8):
        course = a_course(modules=3, lessons=lessons, trainer=trainer)

        def rewrite(draft: Course, rows: dict[str, Any]) -> None:
            for row in rows.values():
                row.bodies[0].html = f"<p>Else {row.key}</p>"

        edit(course, rewrite)
        with unit_of_work():
            services.publish(course_id=course.id, by=None)
        page(studio, course, "/2")
        statements.clear()
        page(studio, course, "/2")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 7
