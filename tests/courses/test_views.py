from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core import slots
from app.core.transactions import unit_of_work
from app.courses import queries, services
from app.courses.models import Course
from app.extensions import db
from tests.factories import a_course, a_draft, a_person, signed_in, text


def in_two_languages(slug: str = "schools", title: str = "Working with schools") -> Course:
    course = a_draft(slug, modules=3, lessons=5)
    with unit_of_work():
        row = db.session.get_one(Course, course.id)
        row.languages = ["en", "fr"]
        row.title = text(title, fr="Travailler avec les écoles")
        row.topics = ["schools", "youth"]
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    return course


def test_a_visitor_sees_the_published_courses(client: FlaskClient) -> None:
    in_two_languages()
    a_draft("draft")
    page = client.get("/courses")
    assert page.status_code == 200
    html = page.text
    assert "<h2>1 course</h2>" in html
    assert '<a href="/courses/schools">Working with schools</a>' in html
    assert "What a city can do." in html
    assert "3 modules · 1 h 15 min" in html
    assert '<bdi>English</bdi>, <bdi lang="fr">français</bdi>' in html
    assert "Schools" in html and "Youth" in html
    assert 'aria-label="A course of 15 activities"' in html
    assert "/courses/draft" not in html


def test_a_title_without_translation_is_marked_with_its_language(client: FlaskClient) -> None:
    a_course("city")
    page = client.get("/courses", headers={"Accept-Language": "fr"})
    assert '<span lang="en">The city’s part</span>' in page.text


def test_a_search_stands_in_the_address_and_in_the_form(client: FlaskClient) -> None:
    in_two_languages()
    a_course("city")
    html = client.get("/courses?q=school&language=fr&topic=youth&length=medium").text
    assert "1 course found" in html
    assert "/courses/schools" in html and "/courses/city" not in html
    assert 'value="school"' in html
    assert re.findall(r"<option[^>]* selected [^>]*value=\"(\w+)\"", html.replace("<option ", "<option  ")) == [
        "fr",
        "youth",
        "medium",
    ]


def test_a_search_without_result_leads_back_to_all_courses(client: FlaskClient) -> None:
    a_course("city")
    html = client.get("/courses?q=nothing").text
    assert "No course fits" in html
    assert '<a class="button quiet" href="/courses">Show all courses</a>' in html
    assert "article" not in html


def test_an_empty_catalogue_says_what_will_stand_there(client: FlaskClient) -> None:
    html = client.get("/courses").text
    assert "No courses yet" in html
    assert "Show all courses" not in html


@pytest.mark.parametrize(
    "query",
    [
        "length=forged&language=%00&topic=<script>",
        "q=%00%ff%fe",
        "q=" + "x" * 5000,
        "q=<script>alert(1)</script>",
        "language=fr&language=en",
        "q=%E2%80%AE",
    ],
)
def test_a_forged_search_is_no_failure(client: FlaskClient, query: str) -> None:
    a_course()
    page = client.get(f"/courses?{query}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_what_was_typed_comes_back_escaped(client: FlaskClient) -> None:
    html = client.get("/courses?q=%22%3E%3Cb%3E").text
    assert "&#34;&gt;&lt;b&gt;" in html
    assert "<b>" not in html


def test_the_page_costs_three_statements_at_most(client: FlaskClient, statements: list[str]) -> None:
    for number in range(4):
        a_course(f"course-{number}-x")
    signed_in(client, a_person())
    client.get("/courses")
    statements.clear()
    assert client.get("/courses?q=city&topic=prevention").text.count("<article") == 4
    assert len(statements) <= 3


def test_higher_packages_can_speak_on_cards_all_at_once(client: FlaskClient) -> None:
    first, second = a_course("one-x").id, a_course("two-x").id
    asked: list[Any] = []

    def filler(person: Any, ids: Any) -> dict[int, list[Any]]:
        asked.append((person, sorted(ids)))
        return {}

    slots.CATALOGUE_CARD.fillers.append(filler)
    try:
        client.get("/courses")
    finally:
        slots.CATALOGUE_CARD.fillers.remove(filler)
    assert asked == [(None, sorted([first, second]))]


def test_the_list_of_cards_is_what_the_page_shows(client: FlaskClient) -> None:
    in_two_languages()
    a_course("city")
    html = client.get("/courses").text
    shown = [card.slug for card in queries.list_cards(language="en")]
    assert sorted(shown, key=lambda slug: html.index(f'href="/courses/{slug}"')) == shown
