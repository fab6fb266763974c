from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.builder import queries as builder_queries
from app.courses.models import Activity, Course, CourseTrainer, Module, TrainerRole
from app.courses.outline import Opens
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
def trainer(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


def outline(course: Course) -> list[list[str]]:
    """The titles of the draft, module by module."""
    db.session.rollback()
    db.session.expire_all()
    modules = drafts.load(course.id).living_modules()
    return [[a.title.best("en", "en") for a in module.living_activities()] for module in modules]


def post(client: FlaskClient, course: Course, path: str, **data: Any) -> Any:
    return client.post(f"/teach/courses/{course.id}/{path}", data=data)


def page_of(client: FlaskClient, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    assert not check_page(page.text)
    return page.text


def title_version(course: Course, activity_id: int) -> str:
    activity = db.session.get_one(Activity, activity_id)
    version = builder_queries.title_version(activity, course)
    db.session.rollback()
    return version


# --- a new course --------------------------------------------------------------


def test_a_course_is_begun_and_its_page_says_how_to_go_on(client: FlaskClient, trainer: Person) -> None:
    signed_in(client, trainer)
    assert 'name="slug"' in page_of(client, "/teach/courses/new")
    response = client.post("/teach/courses/new", data={"title": " Safe  streets ", "source_language": "fr", "slug": ""})
    assert response.status_code == 303
    html = page_of(client, response.location)
    assert "Your course has begun." in html and "Add a first module" in html and "Add module</button>" in html
    assert "needs its translation" not in html  # a summary that nobody wrote yet
    course = db.session.scalars(sa.select(Course)).one()
    assert (course.slug, course.source_language, course.title.strings()) == (
        "safe-streets",
        "fr",
        {"fr": "Safe streets"},
    )


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"title": " "}, 422, "Write a title."),
        ({"title": "x" * 201}, 422, "Keep the title under 200 characters."),
        ({"slug": "Not So"}, 422, "Use small letters"),
        ({"slug": "x" * 61}, 422, "Keep the address under 60 characters."),
        ({"source_language": "xx"}, 422, "Choose one from the list."),
        ({"slug": "taken"}, 409, "This address is free: taken-2"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(
    client: FlaskClient, trainer: Person, sent: dict[str, str], status: int, said: str
) -> None:
    a_draft("taken")
    data = {"title": "Streets", "source_language": "en", "slug": "streets", **sent}
    response = signed_in(client, trainer).post("/teach/courses/new", data=data)
    assert response.status_code == status
    assert said in response.text
    assert not check_page(response.text.replace('type="submit"', ""))
    assert f'value="{data["slug"]}"' in response.text
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Course)) == 1


# --- adding, renaming, copying ----------------------------------------------------


def test_modules_and_activities_are_added(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(modules=0, trainer=trainer)
    signed_in(client, trainer)
    assert post(client, course, "modules").location == f"/teach/courses/{course.id}?at=module-1&new=yes#module-1"
    assert post(client, course, "modules/1/activities", kind="lesson").status_code == 303
    assert post(client, course, "modules/1/activities", kind="quiz").status_code == 303
    assert outline(course) == [["Lesson 1", "Quiz 1"]]
    html = page_of(client, f"/teach/courses/{course.id}")
    assert "“Lesson 1” is added." in html
    assert post(client, course, "modules/1/activities", kind="nothing").status_code == 404


def test_a_thing_is_renamed(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(modules=1, lessons=1, trainer=trainer)
    signed_in(client, trainer)
    html = page_of(client, f"/teach/courses/{course.id}/activities/1/title")
    version = re.search(r'name="version"[^>]*value="(\w+)"', html)
    assert version and 'value="Lesson 1.1"' in html
    assert post(client, course, "activities/1/title", title="Another", version=version[1]).status_code == 303
    assert outline(course) == [["Another"]]


def test_a_title_that_somebody_changed_meanwhile_is_shown_beside_mine(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(modules=1, lessons=1, trainer=trainer)
    older = title_version(course, 1)
    signed_in(client, trainer)
    assert post(client, course, "activities/1/title", title="Theirs", version=older).status_code == 303
    response = post(client, course, "activities/1/title", title="Mine", version=older)
    assert response.status_code == 409
    assert "Theirs" in response.text and 'value="Mine"' in response.text
    assert outline(course) == [["Theirs"]]
    version = re.search(r'name="version"[^>]*value="(\w+)"', response.text)
    assert version and version[1] != older
    assert post(client, course, "activities/1/title", title="Mine", version=version[1]).status_code == 303
    assert outline(course) == [["Mine"]]


def test_renaming_leads_back_to_the_editor_it_was_asked_from(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(modules=1, lessons=2, trainer=trainer)
    version, text = title_version(course, 1), f"/teach/courses/{course.id}/lessons/1/text"
    signed_in(client, trainer)
    assert "Next: " in page_of(client, text)
    assert f'href="{text}"' in page_of(client, f"/teach/courses/{course.id}/activities/1/title?back=editor")
    assert post(client, course, "activities/1/title?back=editor", title="Other", version=version).location == text


def test_a_module_is_renamed_too_and_an_empty_title_refused(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(modules=1, trainer=trainer)
    signed_in(client, trainer)
    module = db.session.scalars(sa.select(Module)).one()
    version = builder_queries.title_version(module, course)
    db.session.rollback()
    refused = post(client, course, "modules/1/title", title="  ", version=version)
    assert refused.status_code == 422 and "Write a title." in refused.text
    assert post(client, course, "modules/1/title", title="Other", version=version).status_code == 303
    assert "1. Other" in page_of(client, f"/teach/courses/{course.id}")


def test_things_are_copied(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(modules=1, lessons=1, trainer=trainer)
    signed_in(client, trainer)
    assert post(client, course, "activities/1/copies").status_code == 303
    assert post(client, course, "modules/1/copies").status_code == 303
    assert outline(course) == [["Lesson 1.1", "Lesson 1.1 (copy)"]] * 2


# --- places ------------------------------------------------------------------------


def test_moving_says_where_the_thing_is_now(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    signed_in(client, trainer)
    first = "activities/1/place"
    assert post(client, course, first, direction="down").location.endswith("?at=activity-1#activity-1")
    assert "“Lesson 1.1” is now 2 of 2 in “Module 1”." in page_of(client, f"/teach/courses/{course.id}")
    assert post(client, course, first, module="2", before="3").status_code == 303
    assert outline(course) == [["Lesson 1.2"], ["Lesson 1.1", "Lesson 2.1", "Lesson 2.2"]]
    assert post(client, course, "modules/1/place", direction="down").status_code == 303
    assert "Module “Module 1” is now 2 of 2." in page_of(client, f"/teach/courses/{course.id}")
    assert post(client, course, "modules/1/place", before="2").status_code == 303
    assert outline(course)[0] == ["Lesson 1.2"]


@pytest.mark.parametrize("sent", [{}, {"direction": "sideways"}, {"module": "x"}, {"module": "99"}])
def test_a_place_that_is_none_is_refused(client: FlaskClient, trainer: Person, sent: dict[str, str]) -> None:
    course = a_draft(trainer=trainer)
    before = outline(course)
    assert post(signed_in(client, trainer), course, "activities/1/place", **sent).status_code == 404
    assert outline(course) == before


def test_the_page_of_places_offers_each_module(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(modules=3, trainer=trainer)
    html = page_of(signed_in(client, trainer), f"/teach/courses/{course.id}/activities/1/place")
    assert html.count("Move here") == 3 and html.count("It stands here") == 1


def test_removing_offers_to_undo_and_lists_what_was_removed(client: FlaskClient, trainer: Person) -> None:
    course = a_course(trainer=trainer)
    signed_in(client, trainer)
    removed = post(client, course, "activities/1/removal")
    assert removed.location == f"/teach/courses/{course.id}?removed=activity-1#removed"
    html = page_of(client, removed.location.partition("#")[0])
    assert "“Lesson 1.1” is removed." in html and "Undo</button>" in html and "Removed (1)" in html
    assert "Undo</button>" not in page_of(client, f"/teach/courses/{course.id}")
    assert post(client, course, "activities/1/return").status_code == 303
    assert "Undo</button>" not in page_of(client, removed.location.partition("#")[0])
    assert post(client, course, "modules/2/removal").status_code == 303
    assert "Module, 2 activities" in page_of(client, f"/teach/courses/{course.id}")
    assert post(client, course, "modules/2/return").status_code == 303
    assert outline(course) == [["Lesson 1.1", "Lesson 1.2"], ["Lesson 2.1", "Lesson 2.2"]]


# --- settings of an activity ----------------------------------------------------------


def test_the_settings_of_an_activity_are_shown_and_saved(client: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    signed_in(client, trainer)
    address = f"/teach/courses/{course.id}/activities/1/settings"
    html = page_of(client, address)
    version = re.search(r'name="version"[^>]*value="(\w+)"', html)
    assert version and "Lesson 2.2" in html
    sent = {"length": "given", "minutes": "12", "above": "y", "after": ["lesson-2-1", "x"], "version": version[1]}
    assert client.post(address, data=sent).status_code == 303
    db.session.rollback()
    row = db.session.get_one(Activity, 1, populate_existing=True)
    assert (row.required, row.minutes, row.minutes_given, row.opens_after) == (
        False,
        12,
        True,
        Opens(above=True, after=("lesson-2-1",)),
    )
    db.session.rollback()
    conflict = client.post(address, data={**sent, "minutes": "20"})
    assert conflict.status_code == 409
    assert "Somebody else set this otherwise" in conflict.text and 'value="20"' in conflict.text
    assert "opens later" in page_of(client, f"/teach/courses/{course.id}")


@pytest.mark.parametrize("minutes", ["", "0", "-1", "x", "99999999999", "²"])
def test_a_length_that_is_none_is_refused(client: FlaskClient, trainer: Person, minutes: str) -> None:
    course = a_draft(trainer=trainer)
    sent = {"length": "given", "minutes": minutes, "required": "y"}
    response = post(signed_in(client, trainer), course, "activities/1/settings", **sent)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text


# --- who may ----------------------------------------------------------------------------


def test_a_translator_sees_the_outline_and_no_forms(client: FlaskClient, trainer: Person) -> None:
    course = a_course(lessons=3, trainer=trainer)
    translator = a_person(roles=(Role.TRANSLATOR,))
    with unit_of_work():
        role = TrainerRole.TRANSLATOR
        db.session.add(CourseTrainer(course_id=course.id, person_id=translator.id, role=role, languages=["fr"]))
        db.session.execute(sa.update(Activity).where(Activity.id == 1).values(title=text("Another")))
    signed_in(client, translator)
    html = page_of(client, f"/teach/courses/{course.id}")
    main = html[html.index("<main") :]
    assert "Another" in main and ">Edited</a>" in main
    assert "<form" not in main and "<button" not in main and "builder.js" not in html
    assert page_of(client, f"/teach/courses/{course.id}/activities/1/changes").count("<form") == html.count("<form")
    assert post(client, course, "modules").status_code == 403


def test_the_builder_costs_the_same_however_long_the_course_is(
    client: FlaskClient, trainer: Person, statements: list[str]
) -> None:
    signed_in(client, trainer)
    costs = []
    for modules, lessons in ((1, 1), (5, 8)):
        course = a_course(modules=modules, lessons=lessons, trainer=trainer)
        with unit_of_work():
            first = db.session.scalars(sa.select(Activity.id).where(Activity.course_id == course.id)).first()
        for page in ("", f"/activities/{first}/settings", f"/activities/{first}/place", f"/activities/{first}/changes"):
            address = f"/teach/courses/{course.id}{page}"
            page_of(client, address)
            statements.clear()
            page_of(client, address)
            costs.append(len(statements))
    assert costs[:4] == costs[4:]
    assert max(costs) <= 12
