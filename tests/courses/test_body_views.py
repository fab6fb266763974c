"""A published text that must go."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import content
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.models import Course
from app.progress import services as progress
from tests.factories import a_course, a_person, signed_in
from tests.pages import check_page

DIGEST = content.body_hash("text/html", "<p>Body of lesson 1.1.</p>")
ADDRESS = f"/teach/bodies/{DIGEST}"


@pytest.fixture
def course(app: Flask) -> Course:
    """Two editions that both hold the text, and another course that holds it too."""
    course = a_course("prevention")
    a_course("another", modules=1, lessons=1)
    with unit_of_work():
        drafts.load(course.id).modules[1].activities[0].minutes = 9
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    return course


@pytest.fixture
def administrator(app: Flask) -> Person:
    return a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,))


@pytest.fixture
def office(client: FlaskClient, administrator: Person) -> FlaskClient:
    return signed_in(client, administrator)


@pytest.fixture
def reader(app: Flask, course: Course) -> FlaskClient:
    person = a_person()
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    return signed_in(app.test_client(), person)


def page(browser: FlaskClient, status: int = 200) -> str:
    response = browser.get(ADDRESS)
    assert response.status_code == status
    if status == 200:
        assert check_page(response.text) == []
    return response.text


def send(browser: FlaskClient, what: str, **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(ADDRESS).text)
    assert token
    return browser.post(f"{ADDRESS}/{what}", data={"csrf_token": token[1], **fields})


@pytest.mark.usefixtures("course")
def test_the_page_says_wherever_the_text_stands(office: FlaskClient) -> None:
    html = page(office)
    assert "<p>Body of lesson 1.1.</p>" in html
    said = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "editions 1, 2" in said and "edition 1" in said and said.count("In force") == 2


@pytest.mark.usefixtures("course")
def test_practitioners_read_the_reason_in_its_place_at_once_and_the_text_when_it_is_back(
    office: FlaskClient, reader: FlaskClient
) -> None:
    first = reader.get("/learn/prevention/lesson-1-1")
    assert "Body of lesson 1.1." in first.text
    assert send(office, "withdrawal", why="It names <a person>.").status_code == 303
    known = {"If-None-Match": first.headers["ETag"]}
    second = reader.get("/learn/prevention/lesson-1-1", headers=known)
    assert second.status_code == 200, "the browser's copy is no longer good"
    assert "It names &lt;a person&gt;." in second.text and "Body of lesson 1.1." not in second.text
    assert "Mark complete and continue" in second.text, "and they can go on"
    html = page(office)
    assert "It names &lt;a person&gt;." in html and "Restore the text" in html
    assert send(office, "restoration").status_code == 303
    third = reader.get("/learn/prevention/lesson-1-1", headers={"If-None-Match": second.headers["ETag"]})
    assert "Body of lesson 1.1." in third.text


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(("why", "said"), [("", "Say why"), ("   ", "Say why"), ("x" * 501, "under 500 characters")])
def test_a_reason_is_asked_for_and_kept_short(office: FlaskClient, reader: FlaskClient, why: str, said: str) -> None:
    refused = send(office, "withdrawal", why=why)
    assert refused.status_code == 422
    assert said in refused.text and check_page(refused.text) == []
    assert "Body of lesson 1.1." in reader.get("/learn/prevention/lesson-1-1").text


@pytest.mark.usefixtures("course")
def test_administrators_alone_may(app: Flask, administrator: Person) -> None:
    for roles in ((Role.TRAINER,), (Role.TRANSLATOR,), ()):
        browser = signed_in(app.test_client(), a_person(roles=roles))
        page(browser, 403)
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/account").text)
        assert token
        for what in ("withdrawal", "restoration"):
            response = browser.post(f"{ADDRESS}/{what}", data={"csrf_token": token[1], "why": "x"})
            assert response.status_code == 403
    assert content.get_body(DIGEST).withdrawn_at is None


def test_a_text_that_is_not_there_is_not_found(office: FlaskClient) -> None:
    page(office, 404)
