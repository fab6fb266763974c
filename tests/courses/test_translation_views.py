from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.models import Course, CourseTrainer, TrainerRole
from app.extensions import db
from tests.factories import a_person, signed_in
from tests.pages import check_page

from .translating import a_course_to_translate, a_translator, activity_id, change


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


@pytest.fixture
def course(trainer: Person) -> Course:
    return a_course_to_translate(trainer)


def sent_by(html: str, *, form: str) -> dict[str, str]:
    """What a form of a page would send: the one with this text in it."""
    for found in re.findall(r"<form.*?</form>", html, re.S):
        if form in found:
            inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', found)
            boxes = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', found, re.S)
            return dict(inputs) | dict(boxes)
    raise AssertionError(f"no form with {form}")


class Translating:
    """Somebody at the pages of one course in one language."""

    def __init__(self, client: FlaskClient, person: Person, course: Course, language: str = "fr") -> None:
        self.client = signed_in(client, person)
        self.base = f"/teach/courses/{course.id}/languages"
        self.here = f"{self.base}/{language}"

    def page(self, where: str = "") -> str:
        response = self.client.get(self.here + where)
        assert response.status_code == 200, response.status
        assert check_page(response.text) == []
        return response.text

    def save(self, where: str, key: str, string: str, *, button: str = "save", **also: str) -> Any:
        """Type one translation on the page as it is now, and press a button."""
        sent = sent_by(self.page(where), form=f'name="text.{key}"')
        sent.pop("fits", None)
        return self.client.post(self.here + where, data=sent | {f"text.{key}": string, button: "1"} | also)


def test_the_languages_say_how_far_they_are(app: Flask, trainer: Person, course: Course) -> None:
    work = Translating(app.test_client(), trainer, course)
    work.save("/course", "title", "Le rôle de la ville")
    html = work.client.get(work.base).text
    assert check_page(html) == []
    french = html.partition('<bdi lang="fr"')[2].partition("<h3")[0]
    assert "1 of 21 texts up to date" in french and "20 missing" in french
    assert 'dir="rtl">العربية' in html
    assert "The course is written in this language" in html


def test_a_course_in_one_language_says_how_to_have_another(app: Flask, trainer: Person) -> None:
    course = a_course_to_translate(trainer)
    with unit_of_work():
        drafts.load(course.id).languages = ["en"]
    client = signed_in(app.test_client(), trainer)
    assert "No other language yet" in client.get(f"/teach/courses/{course.id}/languages").text


def test_a_language_is_added_and_a_wrong_one_refused_beside_its_field(
    app: Flask, trainer: Person, course: Course
) -> None:
    work = Translating(app.test_client(), trainer, course)
    page = work.client.get(work.base).text
    token = sent_by(page, form='name="tag"')["csrf_token"]
    response = work.client.post(work.base, data={"csrf_token": token, "language": "de", "tag": ""})
    assert (response.status_code, response.location) == (303, f"{work.base}/de")
    refused = work.client.post(work.base, data={"csrf_token": token, "tag": "klingonish"})
    assert refused.status_code == 422
    assert "No language has this tag" in refused.text and 'value="klingonish"' in refused.text
    assert check_page(refused.text) == []
    db.session.rollback()
    assert drafts.load(course.id).languages == ["en", "fr", "ar", "de"]


def test_removing_a_language_says_what_goes_with_it_first(app: Flask, trainer: Person, course: Course) -> None:
    work = Translating(app.test_client(), trainer, course)
    work.save("/course", "title", "Titre")
    page = work.page("/removal")
    assert "1 translated text is no longer offered" in page
    token = sent_by(page, form="Keep it")["csrf_token"]
    response = work.client.post(work.here + "/removal", data={"csrf_token": token})
    assert (response.status_code, response.location) == (303, work.base)
    assert work.client.get(work.here).status_code == 404


def test_every_text_is_listed_in_order_or_only_what_is_left(app: Flask, trainer: Person, course: Course) -> None:
    work = Translating(app.test_client(), trainer, course)
    work.save("/course", "title", "Titre")
    everything, left = work.page(), work.page("?left=1")
    order = [everything.index(words) for words in ("The course itself", "Lesson 1.1", "Lesson 1.2", ">Test<")]
    assert order == sorted(order)
    assert "Title of the course" in everything and "Title of the course" not in left
    assert "Title of module 1" in left


def test_saving_goes_on_to_the_next_text_that_is_left_and_at_last_to_the_list(
    app: Flask, trainer: Person, course: Course
) -> None:
    work = Translating(app.test_client(), trainer, course)
    assert work.save("/course", "title", "Titre", button="next").location == f"{work.here}/course#text-summary"
    work.save("/course", "summary", "Résumé")
    first = activity_id(course, "lesson-1-1")
    saved = work.save("/course", "module/module-1", "Module un", button="next")
    assert saved.location == f"{work.here}/activities/{first}#text-title"
    assert work.save("/course", "title", "Titre", button="save").location == f"{work.here}/course#text-title"


def test_what_is_refused_is_kept_as_it_was_typed(app: Flask, trainer: Person, course: Course) -> None:
    work = Translating(app.test_client(), trainer, course)
    response = work.save("/course", "title", "é" * 201)
    assert response.status_code == 422
    assert "é" * 201 in response.text and "Keep it under 200 characters" in response.text
    assert check_page(response.text) == []


def test_two_who_translate_the_same_text_both_keep_their_words(app: Flask, trainer: Person, course: Course) -> None:
    one = Translating(app.test_client(), trainer, course)
    two = Translating(app.test_client(), a_translator(course, "fr"), course)
    opened = sent_by(two.page("/course"), form='name="text.title"')
    one.save("/course", "title", "Le leur")
    response = two.client.post(two.here + "/course", data=opened | {"text.title": "Le mien"})
    assert response.status_code == 409
    assert "Le leur" in response.text and 'value="Le mien"' in response.text
    again = sent_by(response.text, form='name="text.title"')
    assert two.client.post(two.here + "/course", data=again).status_code == 303
    assert "Le mien" in one.page("/course")


def test_what_changed_in_the_source_is_shown_and_the_translation_can_be_said_to_fit(
    app: Flask, trainer: Person, course: Course
) -> None:
    work = Translating(app.test_client(), trainer, course)
    where = f"/activities/{activity_id(course, 'lesson-1-1')}"
    work.save(where, "title", "Leçon 1")
    work.save(where, "body", "<p>Corps</p>")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    change(course, "lesson-1-1", title="Lesson 1.1 again", html="<p>Body of lesson 1.1, again.</p>")
    html = work.page(where)
    assert html.count("What changed in the source since") == 2
    assert re.search(r"<ins>.*?again", html)
    sent = sent_by(html, form='name="text.title"')
    assert work.client.post(work.here + where, data=sent | {"fits": "title"}).status_code == 303
    assert work.page(where).count("Out of date") == 1


def test_right_to_left_fields_stand_in_a_left_to_right_page(app: Flask, trainer: Person, course: Course) -> None:
    work = Translating(app.test_client(), trainer, course, "ar")
    work.save("/course", "title", "دور المدينة")
    html = work.page("/course")
    assert re.search(r'<input id="text-title"[^>]* value="دور المدينة" lang="ar" dir="rtl"', html)
    assert '<html lang="en">' in html


def test_a_translator_writes_their_language_and_nothing_else(app: Flask, course: Course) -> None:
    work = Translating(app.test_client(), a_translator(course, "fr"), course)
    assert work.save("/course", "title", "Titre").status_code == 303
    sent = sent_by(work.page("/course"), form='name="text.title"')
    taken = {
        "csrf_token": sent["csrf_token"],
        "text.title": "X",
        "shown.title": "",
        "source.title": sent["source.title"],
    }
    lesson = activity_id(course, "lesson-1-1")
    for where, status in (
        ("/ar/course", 403),
        ("/en/course", 404),
        ("/de/course", 404),
        (f"/ar/activities/{lesson}", 403),
        (f"/en/activities/{lesson}", 404),
        ("/ar/xliff", 403),
        ("/ar/xliff/taking", 403),
        ("/fr/removal", 403),
        ("", 403),
    ):
        assert work.client.post(work.base + where, data=taken).status_code == status, where
    page = work.client.get(f"{work.base}/ar/course").text
    assert 'name="text.title"' not in page and "You may read these texts" in work.client.get(f"{work.base}/ar").text
    db.session.rollback()
    loaded = drafts.load(course.id)
    assert loaded.title.strings() == {"en": "The city’s part", "fr": "Titre"}
    assert loaded.languages == ["en", "fr", "ar"]


def test_a_translator_of_a_language_that_the_course_no_longer_has_writes_nothing(app: Flask, course: Course) -> None:
    work = Translating(app.test_client(), a_translator(course, "fr"), course)
    sent = sent_by(work.page("/course"), form='name="text.title"')
    with unit_of_work():
        drafts.load(course.id).languages = ["en", "ar"]
    assert work.client.post(work.here + "/course", data=sent | {"text.title": "Titre"}).status_code == 404


def test_a_stranger_finds_nothing(app: Flask, course: Course) -> None:
    client = signed_in(app.test_client(), a_person(roles=(Role.TRAINER,)))
    base = f"/teach/courses/{course.id}/languages"
    for where in ("", "/fr", "/fr/course", f"/fr/activities/{activity_id(course, 'test')}", "/fr/xliff", "/fr/removal"):
        assert client.get(base + where).status_code == 404, where


def test_an_activity_of_another_course_is_not_found(app: Flask, trainer: Person, course: Course) -> None:
    other = activity_id(a_course_to_translate(), "lesson-1-1")
    work = Translating(app.test_client(), trainer, course)
    sent = sent_by(work.page("/course"), form='name="text.title"')
    assert work.client.get(f"{work.here}/activities/{other}").status_code == 404
    assert work.client.post(f"{work.here}/activities/{other}", data=sent).status_code == 404


def test_an_author_translates_into_every_language(app: Flask, course: Course) -> None:
    author = a_person(roles=(Role.TRAINER,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=course.id, person_id=author.id, role=TrainerRole.AUTHOR))
    work = Translating(app.test_client(), author, course, "ar")
    assert work.save("/course", "title", "دور المدينة").status_code == 303


@pytest.mark.parametrize("where", ["", "/fr", "/fr/course"])
def test_a_page_sends_as_many_statements_for_a_long_course(
    app: Flask, trainer: Person, statements: list[str], where: str
) -> None:
    counts = []
    for lessons in (1, 12):
        course = a_course_to_translate(trainer, lessons=lessons)
        client = signed_in(app.test_client(), trainer)
        client.get(f"/teach/courses/{course.id}/languages{where}")
        statements.clear()
        assert client.get(f"/teach/courses/{course.id}/languages{where}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 15, statements
