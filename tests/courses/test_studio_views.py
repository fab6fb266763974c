from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock, slots
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.models import Course, CourseTrainer, Edition
from app.extensions import db
from tests.factories import a_course, a_draft, a_person, signed_in, text


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person("Stian Halvorsen", email="stian@city.example", roles=(Role.TRAINER,))


def edit(course: Course, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the draft's rows, by key."""
    with unit_of_work():
        loaded = drafts.load(course.id)
        rows: dict[str, Any] = {"course": loaded}
        rows |= {activity.key: activity for module in loaded.modules for activity in module.activities}
        change(rows)


def change_three(rows: dict[str, Any]) -> None:
    rows["lesson-1-1"].bodies[0].html = "<p>Other words.</p>"
    rows["lesson-1-3"].rank = "1"
    rows["lesson-2-1"].removed_at = clock.now()


def page_of(client: FlaskClient, course: Course) -> str:
    page = client.get(f"/teach/courses/{course.id}")
    assert page.status_code == 200
    return page.text


def post(client: FlaskClient, course: Course, note: str = "", *, page: str | None = None) -> Any:
    """Press the button of a page, with its token and what it says was seen; of the course's page if none is given."""
    page = page or client.get(f"/teach/courses/{course.id}").text
    fields = dict(re.findall(r'name="(csrf_token|seen)" value="([^"]+)"', page))
    return client.post(f"/teach/courses/{course.id}/editions", data={**fields, "note": note})


def published() -> list[Edition]:
    """Every edition there is by now."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Edition).order_by(Edition.id)))


# --- my courses --------------------------------------------------------------


def test_a_trainer_without_courses_is_told_how_to_begin(client: FlaskClient, trainer: Person) -> None:
    html = signed_in(client, trainer).get("/teach").text
    assert "No course of yours yet" in html
    assert 'href="/teach/courses/new">New course</a>' in html


def test_a_translator_without_courses_is_not_offered_one(client: FlaskClient) -> None:
    html = signed_in(client, a_person(roles=(Role.TRANSLATOR,))).get("/teach").text
    assert "once a trainer invites you" in html
    assert "/teach/courses/new" not in html


def test_my_courses_say_what_is_in_force_and_what_is_not_published(client: FlaskClient, trainer: Person) -> None:
    sound = a_course("sound-x", trainer=trainer)
    changed = a_course("changed-x", lessons=3, trainer=trainer)
    draft = a_draft("draft-x", trainer=trainer)
    other = a_course("other-x")
    edit(changed, change_three)
    html = signed_in(client, trainer).get("/teach").text
    items = {part.split('"')[0]: part for part in html.split('href="/teach/courses/')[1:]}
    assert "Edition 1, published on" in items[str(sound.id)] and "All published" in items[str(sound.id)]
    assert "3 unpublished changes" in items[str(changed.id)]
    assert "Not published yet" in items[str(draft.id)]
    assert str(other.id) not in items


def test_an_administrator_sees_all_courses(client: FlaskClient, trainer: Person) -> None:
    a_course(trainer=trainer)
    a_course()
    html = signed_in(client, a_person(roles=(Role.ADMINISTRATOR,))).get("/teach").text
    assert len(re.findall(r'href="/teach/courses/\d', html)) == 2


# --- a course -----------------------------------------------------------------


def test_a_course_shows_what_differs_from_its_edition(client: FlaskClient, trainer: Person) -> None:
    course = a_course(lessons=3, trainer=trainer)
    edit(course, change_three)
    html = page_of(signed_in(client, trainer), course)
    assert "You have 3 unpublished changes. Practitioners still see edition 1." in html
    rows = re.findall(r">(Lesson [\d.]+)</a>\s*<span class=\"about\">\s*(?:<a class=\"tag[^>]*>(\w+))?", html)
    tags = dict(rows)
    assert tags == {
        "Lesson 1.3": "Moved",
        "Lesson 1.1": "Edited",
        "Lesson 1.2": "",
        "Lesson 2.2": "",
        "Lesson 2.3": "",
    }
    removed = html[html.index("Removed (1)") :]
    assert "Lesson 2.1" in removed[: removed.index("</details>")]
    assert "Publish edition 2</button>" in html


def test_a_course_just_published_offers_nothing_to_publish(client: FlaskClient, trainer: Person) -> None:
    html = page_of(signed_in(client, trainer), a_course(trainer=trainer))
    assert "Practitioners see edition 1. Nothing has changed since." in html
    assert "so there is nothing to publish" in html
    assert "</textarea>" not in html and "Publish edition 2</button>" not in html


def test_an_unpublished_course_is_said_to_be_one_and_marks_nothing_as_new(client: FlaskClient, trainer: Person) -> None:
    html = page_of(signed_in(client, trainer), a_draft(trainer=trainer))
    assert "This course is not published yet." in html
    assert '<a class="tag info"' not in html
    assert "Publish edition 1</button>" in html
    assert "See it as published" not in html


def test_a_course_that_is_not_ready_says_what_stops_it(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    edit(course, lambda rows: setattr(rows["lesson-1-1"].bodies[0], "html", ""))
    signed_in(client, trainer)
    html = page_of(client, course)
    assert "“Lesson 1.1” has no text" in html and "Stops publishing" in html
    assert "Publish edition 1</button>" not in html
    refused = post(client, course, "What I typed", page=html)
    assert refused.status_code == 409
    assert "not ready to be published" in refused.text
    assert not published()


def test_a_change_of_the_course_itself_is_said(client: FlaskClient, trainer: Person) -> None:
    course = a_course(trainer=trainer)
    edit(course, lambda rows: setattr(rows["course"], "title", text("Another title")))
    html = page_of(signed_in(client, trainer), course)
    assert "You have 1 unpublished change." in html
    assert "Changed in the course itself" in html


def test_a_course_lists_trainers_languages_and_editions(client: FlaskClient, trainer: Person) -> None:
    course = a_course(trainer=trainer)
    edit(course, lambda rows: setattr(rows["course"], "languages", ["en", "fr"]))
    with unit_of_work():
        services.publish(course_id=course.id, by=trainer.id, note="Now <also> in French")
    html = page_of(signed_in(client, trainer), course)
    assert "Now &lt;also&gt; in French" in html
    assert html.count('<th scope="row">') == 2 and html.count("In force") == 1
    assert "Stian Halvorsen" in html and "Lead" in html
    assert '<bdi lang="fr">français</bdi>' in html


def test_higher_packages_can_speak_in_the_publish_panel(client: FlaskClient, trainer: Person) -> None:
    course = a_course(lessons=3, trainer=trainer)
    edit(course, change_three)
    asked: list[Any] = []

    def filler(person: Any, ids: Any) -> dict[int, list[Any]]:
        asked.append((person.id, list(ids)))
        return {}

    slots.PUBLISH_NOTICES.fillers.append(filler)
    try:
        page_of(signed_in(client, trainer), course)
    finally:
        slots.PUBLISH_NOTICES.fillers.remove(filler)
    assert asked == [(trainer.id, [course.id])]


def test_a_course_costs_the_same_however_long_it_is(
    client: FlaskClient, trainer: Person, statements: list[str]
) -> None:
    signed_in(client, trainer)
    costs = []
    for modules, lessons in ((1, 1), (4, 6)):
        course = a_course(modules=modules, lessons=lessons, trainer=trainer)
        page_of(client, course)
        statements.clear()
        page_of(client, course)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 12


# --- publishing -----------------------------------------------------------------


def test_publishing_makes_the_edition_and_says_so(client: FlaskClient, trainer: Person) -> None:
    course = a_course(lessons=3, trainer=trainer)
    edit(course, change_three)
    signed_in(client, trainer)
    response = post(client, course, "Clearer words", page=page_of(client, course))
    assert response.status_code == 303
    assert response.location == f"/teach/courses/{course.id}"
    html = page_of(client, course)
    assert "Edition 2 is published." in html
    assert "Clearer words" in html
    assert [(edition.number, edition.published_by_id) for edition in published()] == [(1, None), (2, trainer.id)]


def test_a_second_press_of_the_button_gives_no_second_edition(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    signed_in(client, trainer)
    page = page_of(client, course)
    assert post(client, course, page=page).status_code == 303
    second = post(client, course, "What I typed", page=page)
    assert second.status_code == 409
    assert "Nothing has changed since the last edition, so there is nothing to publish." in second.text
    assert len(published()) == 1


def test_a_note_that_is_too_long_comes_back_as_typed(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    signed_in(client, trainer)
    refused = post(client, course, "too long " * 400, page=page_of(client, course))
    assert refused.status_code == 422
    assert "Keep the note under 2000 characters." in refused.text
    assert "too long too long" in refused.text
    assert not published()


def test_without_a_token_nothing_is_published(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    signed_in(client, trainer)
    assert client.post(f"/teach/courses/{course.id}/editions", data={"note": "x"}).status_code >= 400
    assert not published()


# --- who may ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "part", "sees", "publishes"),
    [
        ((Role.TRAINER,), "lead", 200, 303),
        ((Role.TRAINER,), "author", 200, 303),
        ((Role.TRAINER,), "translator", 200, 403),
        ((Role.TRAINER,), None, 404, 404),
        ((Role.ADMINISTRATOR,), None, 200, 303),
        ((), None, 403, 403),
        ((), "lead", 403, 403),
    ],
)
def test_who_may_see_and_publish_a_course(
    client: FlaskClient, roles: tuple[Role, ...], part: str | None, sees: int, publishes: int
) -> None:
    course = a_draft()
    person = a_person(roles=roles)
    if part:
        with unit_of_work():
            db.session.add(CourseTrainer(course_id=course.id, person_id=person.id, role=part))
    activity_id = drafts.load(course.id).modules[0].activities[0].id
    signed_in(client, person)
    assert client.get(f"/teach/courses/{course.id}").status_code == sees
    activity = client.get(f"/teach/courses/{course.id}/activities/{activity_id}", follow_redirects=True)
    assert activity.status_code == sees
    assert post(client, course).status_code == publishes
    assert len(published()) == (publishes == 303)


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    course = a_draft()
    for address in ("/teach", f"/teach/courses/{course.id}"):
        response = client.get(address)
        assert response.status_code == 302
        assert response.location.startswith("/sign-in?next=")


def test_a_translator_is_not_offered_the_button(client: FlaskClient, trainer: Person) -> None:
    course = a_draft()
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=course.id, person_id=trainer.id, role="translator"))
    html = page_of(signed_in(client, trainer), course)
    assert "Its lead and authors publish this course." in html
    assert "Publish edition 1</button>" not in html


# --- preview ---------------------------------------------------------------------------


def test_an_activity_of_the_draft_leads_to_its_place_in_the_preview(client: FlaskClient, trainer: Person) -> None:
    course = a_course(trainer=trainer)
    signed_in(client, trainer)
    first = drafts.load(course.id).modules[0].living_activities()[0].id
    response = client.get(f"/teach/courses/{course.id}/activities/{first}?language=en")
    assert response.status_code == 302
    assert response.location == f"/teach/courses/{course.id}/preview/lesson-1-1?language=en"


def test_what_is_not_in_the_draft_cannot_be_seen(client: FlaskClient, trainer: Person) -> None:
    course, other = a_draft(trainer=trainer), a_draft()
    gone = drafts.load(course.id).modules[0].living_activities()[0].id
    edit(course, lambda rows: setattr(rows["lesson-1-1"], "removed_at", clock.now()))
    elsewhere = drafts.load(other.id).modules[0].living_activities()[0].id
    signed_in(client, trainer)
    for activity_id in (gone, elsewhere, 99999):
        assert client.get(f"/teach/courses/{course.id}/activities/{activity_id}").status_code == 404
