"""Publishing from the page: what was seen is what is published, by two people at once, and an old edition again."""

from __future__ import annotations

import re
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import content
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.errors import DraftChanged, NothingToPublish
from app.courses.models import Course, CourseTrainer, Edition, LessonBody
from app.courses.publishing.seen import mark_of
from app.extensions import db
from app.progress import services as progress
from app.progress.models import ActivityState
from tests.factories import a_course, a_draft, a_person, signed_in
from tests.pages import check_page

from .test_studio_views import page_of, post, published

DONE = progress.Outcome(ActivityState.COMPLETE)


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


@pytest.fixture
def studio(client: FlaskClient, trainer: Person) -> FlaskClient:
    return signed_in(client, trainer)


def rewrite(course: Course, html: str, lesson: int = 0) -> None:
    with unit_of_work():
        body = db.session.scalars(sa.select(LessonBody).order_by(LessonBody.id)).all()[lesson]
        body.html = html


def seen(course: Course) -> str:
    review = drafts.review(course.id)
    return mark_of(review.outline, review.in_force.number if review.in_force else None)


def send(studio: FlaskClient, page: str, address: str, **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return studio.post(address, data={"csrf_token": token[1], **fields})


# --- what was seen -----------------------------------------------------------


def test_a_colleagues_change_since_is_shown_and_the_note_is_kept(studio: FlaskClient, trainer: Person) -> None:
    course = a_course(trainer=trainer)
    rewrite(course, "<p>Mine.</p>")
    page = page_of(studio, course)
    rewrite(course, "<p>Of a colleague.</p>", lesson=1)
    refused = post(studio, course, "My <careful> note", page=page)
    assert refused.status_code == 409
    assert "The draft has changed since this page was shown" in refused.text
    assert "“Lesson 1.2” was edited." in refused.text and "“Lesson 1.1” was edited" not in refused.text
    assert "My &lt;careful&gt; note</textarea>" in refused.text
    assert len(published()) == 1
    assert check_page(refused.text) == []
    assert post(studio, course, "My note", page=refused.text).status_code == 303, "now it was seen"
    assert [edition.note for edition in published()] == ["", "My note"]


def test_a_page_that_says_nothing_of_what_was_seen_publishes_nothing(studio: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    page = page_of(studio, course).replace('name="seen"', 'name="other"')
    assert post(studio, course, page=page).status_code == 409
    assert not published()


def test_who_comes_second_keeps_the_note(app: Flask, studio: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    page = page_of(studio, course)
    with unit_of_work():
        services.publish(course_id=course.id, by=None, note="By a colleague")
    refused = post(studio, course, "What I wrote", page=page)
    assert refused.status_code == 409
    assert "there is nothing to publish" in refused.text
    assert "What you had written:" in refused.text and "What I wrote" in refused.text


def test_two_trainers_at_once_give_one_edition_each_or_a_clear_refusal(app: Flask) -> None:
    course = a_draft()
    mark, course_id = seen(course), course.id
    db.session.remove()
    start = Barrier(2)
    outcomes: list[str] = []

    def publish(note: str) -> None:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    edition = services.publish(course_id=course_id, by=None, note=note, seen=mark)
                    outcomes.append(f"edition {edition.number}")
            except (NothingToPublish, DraftChanged) as refused:
                outcomes.append(type(refused).__name__)
            finally:
                db.session.remove()

    threads = [Thread(target=publish, args=(note,)) for note in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["NothingToPublish", "edition 1"]
    assert len(published()) == 1


def test_publishing_is_no_conflict_for_who_edits_the_settings(app: Flask) -> None:
    course = a_draft()
    before = course.version_id
    with unit_of_work():
        edition = services.publish(course_id=course.id, by=None)
    db.session.expire_all()
    row = db.session.get_one(Course, course.id)
    assert (row.edition_id, row.version_id) == (edition.id, before)


# --- the panel ------------------------------------------------------------------


def test_the_panel_says_what_happens_to_those_under_way(studio: FlaskClient, trainer: Person) -> None:
    course = a_course(trainer=trainer, modules=1, lessons=4)
    activity = drafts.load(course.id).modules[0].activities[0].id
    for _ in range(3):
        with unit_of_work():
            enrolment = progress.enrol(person=a_person(), course_id=course.id)
            progress.record(
                enrolment_id=enrolment.id,
                activity_id=activity,
                outcome=DONE,
            )
    with unit_of_work():
        drafts.load(course.id).modules[0].activities[3].required = False
    html = page_of(studio, course)
    assert "3 practitioners are taking this course." in html
    assert "1 required activity fewer: their progress goes from 25% to 33% on average." in html
    assert html.index("3 practitioners") < html.index("Publish edition 2</button>")


def test_blockers_come_first_and_lead_to_where_they_are_put_right(studio: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    with unit_of_work():
        draft = drafts.load(course.id)
        draft.languages = ["en", "fr"]
        draft.modules[1].activities[1].bodies[0].html = ""
    html = page_of(studio, course)
    panel = html[html.index('id="publish"') :]
    assert panel.index("Put right first") < panel.index("“Lesson 2.2” has no text") < panel.index("To look at")
    activity = drafts.load(course.id).modules[1].activities[1].id
    assert re.search(rf'<a href="/teach/courses/{course.id}/[^"]*{activity}[^"]*">“Lesson 2.2” has no text', panel)
    assert re.search(r"<summary>\d+ texts to translate, or to translate again</summary>", panel), (
        "a long list is folded"
    )
    assert check_page(html) == []


def test_a_draft_that_holds_a_withdrawn_text_cannot_be_published(studio: FlaskClient, trainer: Person) -> None:
    course = a_course(trainer=trainer)
    with unit_of_work():
        content.withdraw(content.body_hash("text/html", "<p>Body of lesson 1.2.</p>"), why="A name", by=trainer.id)
    rewrite(course, "<p>Other words.</p>")
    html = page_of(studio, course)
    assert "“Lesson 1.2” holds a text that was withdrawn" in html
    assert post(studio, course, page=html).status_code == 409
    rewrite(course, "<p>Without the name.</p>", lesson=1)
    assert "that was withdrawn" not in page_of(studio, course)


# --- an old edition again ----------------------------------------------------------


def three_editions(trainer: Person) -> Course:
    course = a_course(trainer=trainer)
    for words in ("second", "third"):
        rewrite(course, f"<p>The {words} words.</p>")
        with unit_of_work():
            services.publish(course_id=course.id, by=trainer.id, note=f"The {words}")
    return course


def test_an_old_edition_is_published_again_and_the_draft_is_not_touched(studio: FlaskClient, trainer: Person) -> None:
    course = three_editions(trainer)
    before = seen(course)
    page = studio.get(f"/teach/courses/{course.id}/editions/1").text
    assert "Publish it as edition 4</button>" in page and "Nobody is in the middle of this course." in page
    address = f"/teach/courses/{course.id}/editions/1/again"
    response = send(studio, page, address, in_force="3", note="Edition 1 again.")
    assert response.status_code == 303
    editions = published()
    assert [edition.number for edition in editions] == [1, 2, 3, 4]
    assert editions[3].outline == editions[0].outline
    assert (editions[3].note, editions[3].published_by_id) == ("Edition 1 again.", trainer.id)
    review = drafts.review(course.id)
    assert review.in_force and review.in_force.number == 4
    assert review.difference.count == 1, "the builder shows what the draft has beyond it"
    assert seen(course).partition(".")[2] == before.partition(".")[2]
    event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event and (event.action, event.details) == ("course.publish", {"edition": 4, "again": 1})


def test_pressing_again_twice_gives_one_edition(studio: FlaskClient, trainer: Person) -> None:
    course = three_editions(trainer)
    page = studio.get(f"/teach/courses/{course.id}/editions/1").text
    address = f"/teach/courses/{course.id}/editions/1/again"
    assert send(studio, page, address, in_force="3", note="x").status_code == 303
    second = send(studio, page, address, in_force="3", note="What I wrote")
    assert second.status_code == 409
    assert "What I wrote" in second.text
    assert len(published()) == 4


def test_another_edition_meanwhile_is_said_and_the_note_is_kept(studio: FlaskClient, trainer: Person) -> None:
    course = three_editions(trainer)
    page = studio.get(f"/teach/courses/{course.id}/editions/1").text
    rewrite(course, "<p>The fourth words.</p>")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    address = f"/teach/courses/{course.id}/editions/1/again"
    refused = send(studio, page, address, in_force="3", note="My note")
    assert refused.status_code == 409
    assert "Edition 4 was published." in refused.text and "My note</textarea>" in refused.text
    assert "Publish it as edition 5</button>" in refused.text
    assert check_page(refused.text) == []
    assert send(studio, refused.text, address, in_force="4", note="x" * 2001).status_code == 422
    assert len(published()) == 4


def test_withdrawn_texts_stay_withdrawn_in_an_edition_published_again(studio: FlaskClient, trainer: Person) -> None:
    course = three_editions(trainer)
    digest = published()[0].outline.modules[0].activities[0].data["bodies"]["en"]
    with unit_of_work():
        content.withdraw(digest, why="It named a person.", by=trainer.id)
        services.publish_again(course_id=course.id, number=1, by=trainer.id, in_force=3)
    reader = a_person()
    with unit_of_work():
        progress.enrol(person=reader, course_id=course.id)
    html = signed_in(studio, reader).get(f"/learn/{course.slug}/lesson-1-1").text
    assert "It named a person." in html and "Body of lesson 1.1" not in html


def test_an_edition_that_is_not_there_is_not_found(studio: FlaskClient, trainer: Person) -> None:
    course, unpublished = a_course(trainer=trainer), a_draft(trainer=trainer)
    page = page_of(studio, course)
    for course_id, number in ((course.id, 2), (course.id, 0), (unpublished.id, 1)):
        assert studio.get(f"/teach/courses/{course_id}/editions/{number}").status_code == 404
        response = send(studio, page, f"/teach/courses/{course_id}/editions/{number}/again", in_force="1")
        assert response.status_code == 404


def test_a_translator_may_look_at_editions_and_publishes_none(app: Flask, trainer: Person) -> None:
    course = three_editions(trainer)
    translator = a_person(roles=(Role.TRANSLATOR,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=course.id, person_id=translator.id, role="translator", languages=["fr"]))
    browser = signed_in(app.test_client(), translator)
    page = browser.get(f"/teach/courses/{course.id}/editions/1").text
    assert "Its lead and authors publish this course." in page
    address = f"/teach/courses/{course.id}/editions/1/again"
    assert send(browser, page, address, in_force="3").status_code == 403
    assert len(published()) == 3


def test_the_catalogue_finds_what_is_in_force_again(app: Flask, trainer: Person) -> None:
    course = three_editions(trainer)
    with unit_of_work():
        edition = services.publish_again(course_id=course.id, number=2, by=trainer.id, in_force=3)
    assert db.session.get_one(Course, course.id).edition_id == edition.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Edition)) == 4
