"""A lesson loads what plays videos only where there is one, and may frame a site only where it shows its video."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import LessonBody
from app.extensions import db
from app.progress import services
from tests.factories import a_draft, a_person, signed_in

VIDEO = f'<video src="/media/{"a" * 64}/talk.mp4"></video>'
ELSEWHERE = '<figure class="elsewhere"><a href="https://vimeo.com/123">A talk</a></figure>'


@pytest.mark.parametrize(
    ("html", "plays", "frames"),
    [
        ("<p>Words.</p>", False, ""),
        (VIDEO, True, ""),
        (ELSEWHERE, True, "; frame-src https://player.vimeo.com"),
        (ELSEWHERE.replace("vimeo.com", "video.example"), True, ""),
    ],
)
def test_a_lesson_loads_and_allows_what_it_shows(
    app: Flask, client: FlaskClient, html: str, plays: bool, frames: str
) -> None:
    course, person = a_draft("the-course", modules=1, lessons=1), a_person()
    with unit_of_work():
        db.session.execute(sa.update(LessonBody).values(html=html))
    with unit_of_work():
        courses.publish(course_id=course.id, by=None)
        services.enrol(person=person, course_id=course.id)
    response = signed_in(client, person).get("/learn/the-course/lesson-1-1")
    assert response.status_code == 200
    assert ("/static/js/media." in response.text) is plays
    assert response.headers["Content-Security-Policy"].partition("base-uri 'none'")[2] == frames
    assert "<iframe" not in response.text
