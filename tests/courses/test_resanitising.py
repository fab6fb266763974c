"""`flask content resanitise`: a hole in the sanitiser is closed in drafts and in every edition at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import content, sanitise
from app.core.models import AuditEvent, Content
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.lessons import resanitising
from app.courses.models import Course, Edition, LessonBody, Revision
from app.extensions import db
from app.progress import services as progress
from tests.factories import a_course, a_person, signed_in

HOLE = '<p onclick="alert(1)">Let through once.</p>'
CLOSED = "<p>Let through once.</p>"


@pytest.fixture
def course(app: Flask) -> Iterator[Course]:
    """Published with a body that an older policy let through; its translation was made from it."""
    course = a_course("prevention")
    with unit_of_work():
        draft = drafts.load(course.id)
        draft.languages = ["en", "fr"]
        lesson = draft.modules[0].activities[0]
        lesson.bodies[0].html = HOLE
        lesson.bodies.append(LessonBody(language="fr", html="<p>Passé.</p>", source_hash=string_hash(HOLE)))
        digest = content.store("text/html", HOLE, policy=sanitise.POLICY - 1)
        edition = db.session.get_one(Edition, course.edition_id)
        edition.outline = drafts.outline_of(draft)
        content.store("text/html", "<p>Passé.</p>", policy=sanitise.POLICY - 1)
    assert content.get_body(digest).html == HOLE
    yield course


def run(app: Flask, *options: str) -> str:
    result = app.test_cli_runner().invoke(args=["content", "resanitise", *options])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    return result.output


def bodies() -> dict[str, LessonBody]:
    db.session.rollback()
    lesson = db.session.scalars(sa.select(LessonBody).order_by(LessonBody.id)).first()
    assert lesson
    rows = db.session.scalars(sa.select(LessonBody).where(LessonBody.lesson_id == lesson.lesson_id))
    return {body.language: body for body in rows}


def test_readers_see_the_cleaner_body_at_once(app: Flask, client: FlaskClient, course: Course) -> None:
    reader = a_person()
    with unit_of_work():
        progress.enrol(person=reader, course_id=course.id)
    signed_in(client, reader)
    first = client.get("/learn/prevention/lesson-1-1")
    assert HOLE in first.text
    assert (
        client.get("/learn/prevention/lesson-1-1", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    )
    run(app)
    second = client.get("/learn/prevention/lesson-1-1", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert CLOSED in second.text and "onclick" not in second.text


def test_it_says_what_it_did_and_doing_it_again_does_nothing(app: Flask, course: Course) -> None:
    said = run(app)
    assert "Drafts: 1 of 5 texts cleaned" in said
    assert f"content:{content.body_hash('text/html', HOLE)} by content:{content.body_hash('text/html', CLOSED)}" in said
    assert f"bodies of an older policy than {sanitise.POLICY} replaced" in said
    again = run(app)
    assert "Drafts: 0 of 5 texts cleaned" in again and "Published: 0 of 0 bodies" in again


def test_a_dry_run_says_the_same_and_does_nothing(app: Flask, course: Course) -> None:
    before = {row.hash: row.replaced_by for row in db.session.scalars(sa.select(Content))}
    said = run(app, "--dry-run")
    assert "Drafts: 1 of 5 texts would be cleaned" in said
    assert f"content:{content.body_hash('text/html', HOLE)} by" in said
    assert {row.hash: row.replaced_by for row in db.session.scalars(sa.select(Content))} == before
    assert bodies()["en"].html == HOLE
    assert db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action.contains("resanitise"))).all() == []


def test_a_draft_is_cleaned_and_its_former_text_is_in_the_history(app: Flask, course: Course) -> None:
    version = bodies()["en"].version_id
    run(app)
    body = bodies()["en"]
    assert (body.html, body.version_id) == (CLOSED, version + 1)
    revision = db.session.scalars(sa.select(Revision)).one()
    assert revision.subject == f"lesson_body:{body.id}" and "policy" in revision.note
    assert content.get_body(revision.content_hash).html == CLOSED, "also read from the history it is clean"
    actions = {event.action for event in db.session.scalars(sa.select(AuditEvent))}
    assert {"content.resanitise", "lesson.resanitise"} <= actions


def test_a_translation_of_a_text_that_was_only_cleaned_stays_up_to_date(app: Flask, course: Course) -> None:
    version = bodies()["fr"].version_id
    run(app)
    body = bodies()["fr"]
    assert (body.source_hash, body.version_id) == (string_hash(CLOSED), version)


def test_the_cleaner_text_of_a_draft_can_be_published(app: Flask, course: Course) -> None:
    run(app)
    with unit_of_work():
        edition = services.publish(course_id=course.id, by=None)
    named = edition.outline.modules[0].activities[0].data["bodies"]["en"]
    assert named == content.body_hash("text/html", CLOSED)
    assert drafts.review(course.id).difference.count == 0


def test_a_text_that_somebody_saved_meanwhile_is_left_to_them(app: Flask, course: Course) -> None:
    cleaned = resanitising.clean_drafts(resanitising.list_drafts(after=0, limit=100))
    with unit_of_work():
        bodies_now = db.session.scalars(sa.select(LessonBody).where(LessonBody.html == HOLE)).one()
        bodies_now.html = "<p>Saved meanwhile.</p>"
    with unit_of_work():
        assert resanitising.replace_drafts(cleaned, note="x") == 0
    assert bodies()["en"].html == "<p>Saved meanwhile.</p>"


def test_it_goes_through_everything_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch, course: Course) -> None:
    with unit_of_work():
        for number in range(7):
            content.store("text/html", f'<p onclick="x">{number}</p>', policy=0)
    monkeypatch.setattr("app.courses.commands.BATCH", 3)
    said = run(app)
    assert "Published: 8 of" in said
    left = db.session.scalars(
        sa.select(Content.body).where(Content.body.contains("onclick"), Content.replaced_by.is_(None))
    ).all()
    assert left == []
