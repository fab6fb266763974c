from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core import clock
from app.core.models import Content
from app.core.transactions import unit_of_work
from app.courses.models import Activity, Course, LessonBody
from app.extensions import db
from tests.factories import a_course, a_draft, a_person, signed_in, text
from tests.pages import check_page


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    """Forms are taken without their token, which is another question."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def course(app: Flask, client: FlaskClient) -> Course:
    trainer = a_person("Stian Halvorsen", roles=(Role.TRAINER,))
    made = a_course(modules=1, lessons=2, trainer=trainer)
    with unit_of_work():
        db.session.execute(sa.update(Course).values(title=text("The <city>"), languages=["en", "fr"]))
        db.session.execute(
            sa.update(LessonBody).where(LessonBody.lesson_id == 1).values(html="<p>Body of a lesson 1.1.</p>")
        )
    signed_in(client, trainer)
    return made


def page_of(client: FlaskClient, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    assert not check_page(page.text)
    return page.text


def seen_on(html: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found
    return found[1]


def test_an_edit_is_shown_in_words_and_discarded(client: FlaskClient, course: Course) -> None:
    address = f"/teach/courses/{course.id}/activities/1/changes"
    html = page_of(client, address)
    words = re.sub(r"\s+", " ", re.sub(r'<span class="vh">.*?</span>', "", html))
    assert "Body of <ins>a </ins>lesson 1.1." in words
    assert "&lt;p&gt;" not in html
    assert html.count("<h3>") == 1
    response = client.post(address, data={"change": "edited", "seen": seen_on(html)})
    assert response.status_code == 303
    assert "It is as in edition 1." in page_of(client, address)


def test_what_changed_since_the_page_is_not_discarded(client: FlaskClient, course: Course) -> None:
    address = f"/teach/courses/{course.id}/activities/1/changes"
    seen = seen_on(page_of(client, address))
    with unit_of_work():
        db.session.execute(sa.update(LessonBody).where(LessonBody.lesson_id == 1).values(html="<p>A colleague’s.</p>"))
    response = client.post(address, data={"change": "edited", "seen": seen})
    assert response.status_code == 409
    assert "This changed while you were looking at it" in response.text and "A colleague’s." in response.text
    for change in ("moved", "nonsense", ""):
        assert client.post(address, data={"change": change, "seen": seen}).status_code == 404


def test_a_withdrawn_text_is_said_to_be_one_and_not_restored(client: FlaskClient, course: Course) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Content).values(withdrawn_at=clock.now(), withdrawn_why="A name"))
    address = f"/teach/courses/{course.id}/activities/1/changes"
    html = page_of(client, address)
    assert "This text was withdrawn." in html
    response = client.post(address, data={"change": "edited", "seen": seen_on(html)})
    assert response.status_code == 409
    assert "cannot be brought back" in response.text


def test_what_was_removed_is_shown_as_published(client: FlaskClient, course: Course) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Activity).where(Activity.id == 2).values(removed_at=clock.now()))
    address = f"/teach/courses/{course.id}/activities/2/changes"
    html = page_of(client, address)
    assert "Practitioners lose it with the next edition." in html and "Body of lesson 1.2." in html
    assert client.post(address, data={"change": "removed", "seen": seen_on(html)}).status_code == 303
    assert "It is as in edition 1." in page_of(client, address)


def test_the_course_itself_is_shown_and_discarded_part_by_part(client: FlaskClient, course: Course) -> None:
    address = f"/teach/courses/{course.id}/changes"
    html = page_of(client, address)
    assert "&lt;city&gt;" in html and "français" in html
    assert client.post(address, data={"change": "title", "seen": seen_on(html)}).status_code == 303
    assert client.post(address, data={"change": "languages", "seen": seen_on(html)}).status_code == 409
    html = page_of(client, address)
    assert client.post(address, data={"change": "title", "seen": seen_on(html)}).status_code == 404
    assert client.post(address, data={"change": "languages", "seen": seen_on(html)}).status_code == 303
    assert "The course itself is as in edition 1." in page_of(client, address)


def test_a_course_that_was_never_published_has_nothing_to_compare(client: FlaskClient, course: Course) -> None:
    with unit_of_work():
        draft = a_draft()
    administrator = signed_in(client, a_person(roles=(Role.ADMINISTRATOR,)))
    assert administrator.get(f"/teach/courses/{draft.id}/changes").status_code == 404
    first = db.session.scalars(sa.select(Activity.id).where(Activity.course_id == draft.id)).first()
    assert administrator.get(f"/teach/courses/{draft.id}/activities/{first}/changes").status_code == 404
