from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core.transactions import unit_of_work
from app.courses.models import Activity, Course, CourseTrainer, LessonBody, Revision
from app.extensions import db
from tests.factories import a_draft, a_person, signed_in
from tests.pages import check_page, read_page

SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def lesson(app: Flask) -> Activity:
    course = a_draft(modules=1, lessons=1)
    with unit_of_work():
        db.session.execute(sa.update(Course).values(languages=["en", "fr", "ar"]))
    return course.modules[0].activities[0]


def browser(app: Flask, lesson: Activity, role: str = "author", name: str = "Jonas Verbeke") -> FlaskClient:
    person = a_person(name, roles=(Role.TRANSLATOR if role == "translator" else Role.TRAINER,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=lesson.course_id, person_id=person.id, role=role, languages=["fr"]))
    return signed_in(app.test_client(), person)


def address(lesson: Activity, rest: str = "text") -> str:
    return f"/teach/courses/{lesson.course_id}/lessons/{lesson.id}/{rest}"


def save(client: FlaskClient, lesson: Activity, html: str, version: int, language: str = "en", **more: Any) -> Any:
    fields = {"html": html, "version": version, "choice": "", **more.pop("fields", {})}
    return client.post(address(lesson, f"bodies/{language}"), data=fields, **more)


def body(language: str = "en") -> str | None:
    db.session.rollback()
    return db.session.scalar(sa.select(LessonBody.html).where(LessonBody.language == language))


def test_the_editors_page_alone_may_draw_with_styles(app: Flask, lesson: Activity) -> None:
    client = browser(app, lesson)
    policy = client.get(address(lesson)).headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in policy
    assert "style-src-attr 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy
    elsewhere = client.get(address(lesson, "history")).headers["Content-Security-Policy"]
    assert "unsafe" not in elsewhere
    assert "blob:" not in elsewhere


def test_a_form_saves_and_leads_back(app: Flask, lesson: Activity) -> None:
    client = browser(app, lesson)
    answer = save(client, lesson, "<p>One</p>", 1)
    assert (answer.status_code, answer.location) == (303, address(lesson) + "?language=en")
    page = client.get(answer.location).text
    assert "Saved at" in page
    assert "You saved this" in page
    assert check_page(page) == []


def test_a_script_is_told_the_version_and_the_time(app: Flask, lesson: Activity) -> None:
    client = browser(app, lesson)
    answer = save(client, lesson, "<p>One</p>", 1, headers=SCRIPT)
    assert answer.json["version"] == 2
    assert answer.json["saved"].startswith("Saved at ")
    standing = client.get(address(lesson, "bodies/en"), headers=SCRIPT).json
    assert standing["version"] == 2
    assert standing["presence"].startswith("You saved this")


def test_the_second_of_two_gets_both_texts(app: Flask, lesson: Activity) -> None:
    first, second = browser(app, lesson), browser(app, lesson, name="Amal Khoury")
    save(first, lesson, "<p>Theirs &amp; only theirs</p>", 1)
    answer = save(second, lesson, "<p>Mine</p>", 1)
    assert answer.status_code == 409
    assert check_page(answer.text) == []
    page = read_page(answer.text)
    assert next(e.text for e in page.all("textarea")).strip() == "<p>Mine</p>"
    assert "Jonas Verbeke saved this" in answer.text
    assert "Theirs &amp; only theirs" in answer.text
    assert next(e.attributes["value"] for e in page.all("input") if e.attributes.get("name") == "version") == "2"
    told = save(second, lesson, "<p>Mine</p>", 1, headers=SCRIPT)
    assert (told.status_code, told.json["version"]) == (409, 2)
    assert told.json["html"] == "<p>Theirs &amp; only theirs</p>"
    assert body() == "<p>Theirs &amp; only theirs</p>"
    assert save(second, lesson, "<p>Mine</p>", 2, fields={"choice": "mine"}).status_code == 303
    assert body() == "<p>Mine</p>"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"version": "1"}, "The text did not come along"),
        ({"version": "1", "html": "x" * 1_000_001}, "longer than 1 MB"),
        ({"version": "1", "html": "&amp;" * 20_001}, "longer than 1 MB"),
        ({"html": "x"}, "required"),
        ({"html": "x", "version": "-1"}, "between"),
        ({"html": "x", "version": "1", "choice": "both"}, "choice"),
    ],
)
def test_what_cannot_be_saved_is_said_and_kept(
    app: Flask, lesson: Activity, fields: dict[str, str], message: str
) -> None:
    client = browser(app, lesson)
    answer = client.post(address(lesson, "bodies/en"), data=fields, headers=SCRIPT)
    assert answer.status_code == 422
    assert message in answer.json["error"]
    page = client.post(address(lesson, "bodies/en"), data=fields)
    assert page.status_code == 422
    if "html" in fields:
        assert next(e.text for e in read_page(page.text).all("textarea")).strip() == fields["html"]
    assert body() == "<p>Body of lesson 1.1.</p>"


def test_a_translator_writes_their_language_and_no_other(app: Flask, lesson: Activity) -> None:
    client = browser(app, lesson, "translator")
    page = client.get(address(lesson))
    assert page.status_code == 200
    assert "Body of lesson 1.1." in page.text  # the source, to read
    assert save(client, lesson, "<p>Un</p>", 0, "fr").status_code == 303
    assert body("fr") == "<p>Un</p>"
    for language in ("en", "ar", "nl"):
        assert save(client, lesson, "<p>x</p>", 0, language).status_code == 403
        assert client.get(address(lesson), query_string={"language": language}).status_code == 403
        assert client.post(address(lesson, f"versions/{language}")).status_code == 403


def test_a_translator_sees_what_changed_in_the_source_since(app: Flask, lesson: Activity) -> None:
    author, client = browser(app, lesson), browser(app, lesson, "translator", "Salma Haddad")
    save(author, lesson, "<p>Ask first.</p><p>Then listen.</p>", 1)
    save(client, lesson, "<p>Demandez.</p>", 0, "fr")
    assert "What changed in the source since" not in client.get(address(lesson)).text
    save(browser(app, lesson, name="Amina Trabelsi"), lesson, "<p>Ask first.</p><p>Then listen well.</p>", 2)
    page = client.get(address(lesson)).text
    assert check_page(page) == []
    (changed,) = [element for element in read_page(page).all("details") if element.attributes.get("class") == "changed"]
    assert "What changed in the source since" in changed.text and "well." in changed.text
    assert "Ask first." not in changed.text


def test_a_translator_has_no_library_and_so_no_buttons_for_it(app: Flask, lesson: Activity) -> None:
    assert "data-files=" in browser(app, lesson).get(address(lesson)).text
    assert "data-files=" not in browser(app, lesson, "translator", "Salma Haddad").get(address(lesson)).text


def test_a_text_from_right_to_left_stands_so(app: Flask, lesson: Activity) -> None:
    page = read_page(browser(app, lesson).get(address(lesson) + "?language=ar").text)
    (box,) = [e for e in page.all("textarea") if e.attributes.get("name") == "html"]
    assert (box.attributes["lang"], box.attributes["dir"]) == ("ar", "rtl")


def test_the_history_compares_and_restores(app: Flask, lesson: Activity) -> None:
    client = browser(app, lesson)
    assert "There is no earlier version yet." in client.get(address(lesson, "history")).text
    save(client, lesson, "<p>Body of lesson one.</p>", 1)
    assert client.post(address(lesson, "versions/en"), data={"note": "<b>Mine</b>"}).status_code == 303
    page = client.get(address(lesson, "history"))
    assert check_page(page.text) == []
    assert "&lt;b&gt;Mine&lt;/b&gt;" in page.text
    db.session.rollback()
    first = db.session.scalar(sa.select(sa.func.min(Revision.id)))
    compared = client.get(address(lesson, "history"), query_string={"before": first, "after": "now"}).text
    assert "<del>" in compared
    assert client.post(address(lesson, "bodies/en/restoration"), data={"version": first}).status_code == 303
    assert body() == "<p>Body of lesson 1.1.</p>"
    assert client.post(address(lesson, "bodies/en/restoration"), data={"version": 999}).status_code == 404
    assert client.post(address(lesson, "bodies/en/restoration"), data={"version": "x"}).status_code == 422
    assert client.post(address(lesson, "versions/en"), data={"note": "x" * 201}).status_code == 422


def test_the_pages_take_few_statements_however_long_the_history(
    app: Flask, lesson: Activity, statements: list[str]
) -> None:
    client = browser(app, lesson)
    counts = {}
    for number in range(1, 9):
        save(client, lesson, f"<p>Text {number}</p>", number)
        client.post(address(lesson, "versions/en"), data={"note": str(number)})
        if number in (2, 8):
            for rest in ("text", "history"):
                statements.clear()
                assert client.get(address(lesson, rest)).status_code == 200
                counts.setdefault(rest, []).append(len(statements))
    assert counts["text"] == [5, 5]
    assert counts["history"][0] == counts["history"][1] <= 8
    statements.clear()
    save(client, lesson, "<p>Text 9</p>", 9)
    assert len(statements) <= 12
