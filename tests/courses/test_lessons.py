from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from app.core import content, sanitise
from app.core.models import Content
from app.core.transactions import unit_of_work
from app.courses import drafts, editions
from app.courses.kinds import get_kind
from app.courses.models import Course, Lesson, LessonBody
from app.extensions import db
from tests.factories import a_course, a_draft


def a_lesson(course: Course, **html: str) -> tuple[Lesson, Course]:
    """The course's first lesson, with these texts by language."""
    with unit_of_work():
        lesson = drafts.load(course.id).modules[0].activities[0]
        assert isinstance(lesson, Lesson)
        lesson.bodies[0].html = html.pop("en")
        lesson.bodies += [LessonBody(language=language, html=words) for language, words in html.items()]
        db.session.flush()
    return lesson, drafts.load(course.id)


def test_freezing_names_the_body_of_each_language_and_writes_nothing(app: Flask) -> None:
    lesson, course = a_lesson(a_draft(), en="<p>One</p>", fr="<p>Un</p>")
    frozen = get_kind("lesson").freeze(lesson, course)
    assert frozen.marks is None
    assert frozen.data == {
        "bodies": {
            "en": content.body_hash("text/html", "<p>One</p>"),
            "fr": content.body_hash("text/html", "<p>Un</p>"),
        }
    }
    assert db.session.scalars(sa.select(Content)).all() == []


def test_publishing_stores_what_freezing_named(app: Flask) -> None:
    edition = editions.get_edition(a_course(modules=1, lessons=2).edition_id or 0)
    for activity, words in zip(edition.activities, ("lesson 1.1", "lesson 1.2"), strict=True):
        body = content.get_body(activity.data["bodies"]["en"])
        assert body.html == f"<p>Body of {words}.</p>"
    assert {row.policy for row in db.session.scalars(sa.select(Content))} == {sanitise.POLICY}


def test_a_preview_is_the_text_in_the_language_asked_for_else_in_the_course_s_own(app: Flask) -> None:
    lesson, course = a_lesson(a_draft(), en="<p>One</p>", fr="<p>Un</p>", ar="<p> </p>")
    kind = get_kind("lesson")
    assert kind.has_preview
    for asked, shown, html in (("fr", "fr", "<p>Un</p>"), ("ar", "en", "<p>One</p>"), ("de", "en", "<p>One</p>")):
        player = kind.preview(lesson, course, asked)
        assert player is not None
        assert player.context == {"html": html, "body_language": shown, "has_media": False}
