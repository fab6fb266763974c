from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.models import AuditEvent, Content
from app.core.transactions import unit_of_work
from app.courses import editions, services
from app.courses.errors import NothingToPublish, NotReady
from app.courses.models import Course, CourseSearch, Edition, LessonBody
from app.courses.signals import edition_published
from app.extensions import db
from tests.factories import a_course, a_draft, a_person, text


def count(table: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def rewrite_a_lesson(course_id: int, html: str = "<p>Other words.</p>") -> None:
    with unit_of_work():
        body = db.session.scalars(sa.select(LessonBody).order_by(LessonBody.id)).first()
        assert body is not None
        body.html = html


def test_the_first_publication_is_edition_1_and_in_force(app: Flask) -> None:
    trainer = a_person()
    course = a_draft()
    with unit_of_work():
        edition = services.publish(course_id=course.id, by=trainer.id, note="  First  ")
    assert (edition.number, edition.note, edition.published_by_id) == (1, "First", trainer.id)
    assert db.session.get_one(Course, course.id).edition_id == edition.id
    event = db.session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.subject, event.actor_id) == ("course.publish", f"course:{course.id}", trainer.id)


def test_a_course_as_it_was_published_has_nothing_to_publish(app: Flask) -> None:
    course = a_course()
    with unit_of_work(), pytest.raises(NothingToPublish):
        services.publish(course_id=course.id, by=None)
    assert count(Edition) == 1


def test_what_changed_is_published_as_the_next_edition_and_the_first_stays(app: Flask) -> None:
    course = a_course()
    before = editions.get_edition(course.edition_id or 0)
    rewrite_a_lesson(course.id)
    with unit_of_work():
        after = services.publish(course_id=course.id, by=None)
    assert after.number == 2
    db.session.expire_all()
    assert db.session.get_one(Edition, before.id).outline == before.outline
    assert after.outline != before.outline


def test_a_lesson_that_did_not_change_is_stored_once_for_all_editions(app: Flask) -> None:
    course = a_course(modules=2, lessons=3)
    assert count(Content) == 6
    rewrite_a_lesson(course.id)
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    assert count(Content) == 7
    rewrite_a_lesson(course.id, "<p>Body of lesson 1.1.</p>")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    assert count(Content) == 7, "the first text again is the body that is there"
    assert count(Edition) == 3


def test_a_course_that_is_not_ready_leaves_nothing_behind(app: Flask) -> None:
    course = a_draft()
    rewrite_a_lesson(course.id, " ")
    with unit_of_work(), pytest.raises(NotReady):
        services.publish(course_id=course.id, by=None)
    assert count(Edition) == count(Content) == count(CourseSearch) == 0


def test_what_the_catalogue_looks_up_is_written_folded_for_each_language(app: Flask) -> None:
    course = a_draft(modules=1, lessons=1)
    with unit_of_work():
        row = db.session.get_one(Course, course.id)
        row.languages = ["en", "fr"]
        row.title = text("Working with schools", fr="Travailler avec les Écoles")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    assert {row.language: row.words for row in db.session.scalars(sa.select(CourseSearch))} == {
        "en": "working with schools what a city can do. module 1",
        "fr": "travailler avec les ecoles what a city can do. module 1",
    }


def test_publication_is_announced_within_its_transaction(app: Flask) -> None:
    heard: list[dict[str, Any]] = []

    def listen(_sender: object, **facts: Any) -> None:
        assert db.session().in_transaction()
        heard.append(facts)

    with edition_published.connected_to(listen):
        course = a_course()
    assert heard == [{"course_id": course.id, "edition_id": course.edition_id}]


def test_two_publications_at_once_give_one_edition(app: Flask) -> None:
    course_id = a_draft().id
    db.session.remove()
    start = Barrier(2)
    outcomes: list[str] = []

    def publish() -> None:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    outcomes.append(f"edition {services.publish(course_id=course_id, by=None).number}")
            except NothingToPublish:
                outcomes.append("nothing to publish")
            finally:
                db.session.remove()

    threads = [Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["edition 1", "nothing to publish"]
    assert count(Edition) == 1
