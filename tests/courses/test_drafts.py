from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.text import Phrase, Text
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.drafts import Change
from app.courses.kinds import Check, Level
from app.courses.models import Activity, Course, Lesson, LessonBody, Module
from app.courses.outline import CourseSettings, Opens, Order
from app.extensions import db
from tests.factories import a_course, a_draft, text

Edit = Callable[[dict[str, Any]], object]


def changes_after(course_id: int, edit: Edit) -> tuple[dict[str, Change], list[str], bool]:
    """What differs once `edit` was made on the course's rows by key: of activities, removed ones, of the course."""
    with unit_of_work():
        edit(rows_of(course_id))
    review = drafts.review(course_id)
    keys = {activity.id: activity.key for activity in db.session.scalars(sa.select(Activity))}
    changed = {keys[i]: change for i, change in review.difference.activities.items()}
    assert review.difference.count == len(changed) + len(review.difference.removed) + review.difference.course
    return changed, [a.key for a in review.difference.removed], review.difference.course


def rows_of(course_id: int) -> dict[str, Any]:
    course = drafts.load(course_id)
    rows: dict[str, Any] = {"course": course} | {module.key: module for module in course.modules}
    return rows | {activity.key: activity for module in course.modules for activity in module.activities}


def test_nothing_differs_from_what_was_just_published(app: Flask) -> None:
    course = a_course()
    assert changes_after(course.id, lambda rows: None) == ({}, [], False)


def test_of_an_unpublished_course_everything_is_new(app: Flask) -> None:
    course = a_draft(modules=1, lessons=2)
    new = {"lesson-1-1": Change.NEW, "lesson-1-2": Change.NEW}
    assert changes_after(course.id, lambda rows: None) == (new, [], True)


def change_body(rows: dict[str, Any]) -> None:
    rows["lesson-1-1"].bodies[0].html = "<p>Other words.</p>"


def change_title(rows: dict[str, Any]) -> None:
    rows["lesson-1-1"].title = text("Another title")


def change_minutes(rows: dict[str, Any]) -> None:
    rows["lesson-1-1"].minutes = 50


def add_translation(rows: dict[str, Any]) -> None:
    rows["lesson-1-1"].bodies.append(LessonBody(language="fr", html="<p>Texte</p>"))


@pytest.mark.parametrize("edit", [change_body, change_title, change_minutes, add_translation])
def test_what_changed_in_itself_is_edited(app: Flask, edit: Edit) -> None:
    course = a_course()
    assert changes_after(course.id, edit) == ({"lesson-1-1": Change.EDITED}, [], False)


def test_an_edit_taken_back_is_no_change(app: Flask) -> None:
    course = a_course()
    changes_after(course.id, change_body)

    def take_back(rows: dict[str, Any]) -> None:
        rows["lesson-1-1"].bodies[0].html = "<p>Body of lesson 1.1.</p>"

    assert changes_after(course.id, take_back) == ({}, [], False)


@pytest.mark.parametrize(("place", "key"), [("zz", "lesson-1-1"), ("1", "lesson-1-4"), ("1", "lesson-1-3")])
def test_moving_one_thing_moves_one_thing(app: Flask, place: str, key: str) -> None:
    course = a_course(modules=1, lessons=4)
    assert changes_after(course.id, lambda rows: setattr(rows[key], "rank", place)) == ({key: Change.MOVED}, [], False)


def test_reversing_four_moves_three(app: Flask) -> None:
    course = a_course(modules=1, lessons=4)

    def reverse(rows: dict[str, Any]) -> None:
        for number in range(1, 5):
            rows[f"lesson-1-{number}"].rank = "zyxw"[number - 1]

    changed, removed, itself = changes_after(course.id, reverse)
    assert list(changed.values()) == [Change.MOVED] * 3
    assert not removed and not itself


def move_up_a_module(rows: dict[str, Any]) -> None:
    rows["lesson-2-2"].module = rows["module-1"]
    rows["lesson-2-2"].rank = "1"


def test_what_changed_its_module_moved_and_nothing_else_did(app: Flask) -> None:
    course = a_course(modules=2, lessons=2)
    assert changes_after(course.id, move_up_a_module) == ({"lesson-2-2": Change.MOVED}, [], False)


def test_moving_a_module_changes_the_course_and_none_of_its_activities(app: Flask) -> None:
    course = a_course(modules=3, lessons=3)
    assert changes_after(course.id, lambda rows: setattr(rows["module-1"], "rank", "zz")) == ({}, [], True)


def test_what_is_edited_and_moved_counts_once_and_says_both(app: Flask) -> None:
    course = a_course(modules=2, lessons=2)

    def edit_and_move(rows: dict[str, Any]) -> None:
        move_up_a_module(rows)
        rows["lesson-2-2"].minutes = 50

    assert changes_after(course.id, edit_and_move) == ({"lesson-2-2": Change.EDITED}, [], False)
    assert drafts.review(course.id).difference.moved == {rows_of(course.id)["lesson-2-2"].id}


def test_what_was_taken_out_is_listed_as_removed(app: Flask) -> None:
    course = a_course(modules=2, lessons=2)

    def remove(rows: dict[str, Any]) -> None:
        rows["lesson-1-1"].removed_at = clock.now()

    assert changes_after(course.id, remove) == ({}, ["lesson-1-1"], False)


def test_what_is_added_is_new(app: Flask) -> None:
    course = a_course(modules=1, lessons=1)
    assert changes_after(course.id, add_empty_lesson) == ({"added": Change.NEW}, [], False)


def add_empty_lesson(rows: dict[str, Any]) -> None:
    course: Course = rows["course"]
    module: Module = rows["module-1"]
    module.activities.append(Lesson(course_id=course.id, key="added", rank="zz", title=text("Added"), minutes=5))


@pytest.mark.parametrize(
    "values",
    [{"title": text("Another")}, {"topics": ["rights"]}, {"settings": CourseSettings(certificate_months=6)}],
)
def test_the_course_itself_counts_as_one_change(app: Flask, values: dict[str, Any]) -> None:
    course = a_course()

    def edit(rows: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(rows["course"], name, value)

    assert changes_after(course.id, edit) == ({}, [], True)


def test_a_whole_draft_costs_the_same_however_long_it_is(app: Flask, statements: list[str]) -> None:
    costs = []
    for modules, lessons in ((1, 1), (4, 6)):
        course_id = a_course(modules=modules, lessons=lessons).id
        db.session.remove()
        statements.clear()
        review = drafts.review(course_id)
        assert review.checks
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8


def test_comparing_a_draft_writes_nothing(app: Flask) -> None:
    course = a_draft()
    drafts.review(course.id)
    assert not db.session.new and not db.session.dirty


# --- checks -----------------------------------------------------------------


def checks_after(course_id: int, edit: Edit) -> list[Check]:
    with unit_of_work():
        edit(rows_of(course_id))
    return drafts.review(course_id).checks


def messages(found: list[Check], level: Level) -> list[str]:
    return [check.message for check in found if check.level is level]


def test_a_sound_course_passes_every_check(app: Flask) -> None:
    found = checks_after(a_draft().id, lambda rows: None)
    assert messages(found, Level.PASS) == [
        "Every required activity can be reached",
        "Every lesson has its text",
        "Every picture has a text alternative",
        "Every video has captions",
        "Every translation is up to date",
    ]
    assert len(found) == 5


def test_a_course_without_activities_cannot_be_published(app: Flask) -> None:
    found = checks_after(a_draft(modules=1, lessons=0).id, lambda rows: None)
    assert messages(found, Level.BLOCKER) == ["The course has no activities yet"]
    assert messages(found, Level.WARNING) == ["Module “Module 1” is empty and is left out"]
    assert not messages(found, Level.PASS)


def test_a_lesson_without_text_stops_publishing(app: Flask) -> None:
    course_id = a_draft().id
    found = checks_after(course_id, add_empty_lesson)
    assert messages(found, Level.BLOCKER) == ["“Added” has no text"]
    assert found[0].activity_id == rows_of(course_id)["added"].id
    assert "Every lesson has its text" not in messages(found, Level.PASS)


def test_a_course_in_which_nothing_is_required_is_warned_of(app: Flask) -> None:
    found = checks_after(a_draft(modules=1, lessons=1).id, lambda rows: setattr(rows["lesson-1-1"], "required", False))
    assert messages(found, Level.WARNING) == ["No activity is required, so nobody can complete the course"]


def test_an_image_without_text_alternative_is_warned_of(app: Flask) -> None:
    def silence(rows: dict[str, Any]) -> None:
        rows["lesson-1-1"].bodies[0].html = '<p>x</p><img src="/media/x" alt=" ">'

    found = checks_after(a_draft().id, silence)
    assert messages(found, Level.WARNING) == ["“Lesson 1.1” has a picture without a text alternative"]


def translate(rows: dict[str, Any]) -> None:
    """Everything into French."""
    rows["course"].languages = ["en", "fr"]
    for row in rows.values():
        english = row.title.best("en", "en")
        row.title = text(english, fr=f"{english} (fr)")
    rows["course"].summary = text("What a city can do.", fr="Ce que peut une ville.")


def test_what_is_not_translated_is_warned_of(app: Flask) -> None:
    found = checks_after(a_draft(modules=1, lessons=1).id, translate)
    assert messages(found, Level.WARNING) == ["“Lesson 1.1” is not translated into French"]


def test_a_translation_of_an_older_text_is_warned_of(app: Flask) -> None:
    def translate_long_ago(rows: dict[str, Any]) -> None:
        translate(rows)
        rows["lesson-1-1"].bodies.append(LessonBody(language="fr", html="<p>Texte</p>", source_hash="0" * 16))
        rows["module-1"].title = Text({"en": Phrase("Changed"), "fr": Phrase("Module 1", "0" * 16)})

    found = checks_after(a_draft(modules=1, lessons=1).id, translate_long_ago)
    assert sorted(messages(found, Level.WARNING)) == [
        "“Changed” needs its translation into French",
        "“Lesson 1.1” changed since its translation into French",
    ]


@pytest.mark.parametrize(
    ("order", "waits", "blocked"),
    [
        (Order.FREE, {"lesson-1-1": ["gone"]}, ["Lesson 1.1"]),
        (Order.FREE, {"lesson-1-1": ["lesson-1-1"]}, ["Lesson 1.1"]),
        (Order.FREE, {"lesson-1-1": ["lesson-1-2"], "lesson-1-2": ["lesson-1-1"]}, ["Lesson 1.1", "Lesson 1.2"]),
        (Order.FREE, {"lesson-1-1": ["lesson-2-1"], "lesson-2-1": ["lesson-1-2"]}, []),
        (Order.SEQUENTIAL, {"lesson-2-1": ["lesson-1-1"]}, []),
        (Order.SEQUENTIAL, {"lesson-1-2": ["lesson-2-1"]}, ["Lesson 1.2", "Lesson 2.1", "Lesson 2.2"]),
    ],
)
def test_what_nothing_can_open_stops_publishing(
    app: Flask, order: Order, waits: dict[str, list[str]], blocked: list[str]
) -> None:
    def lock(rows: dict[str, Any]) -> None:
        rows["course"].settings = CourseSettings(order=order)
        for key, after in waits.items():
            rows[key].opens_after = Opens(after=tuple(after))

    found = checks_after(a_draft().id, lock)
    expected = [f"Nothing can open “{title}”: it waits for something that is gone or waits for it" for title in blocked]
    assert messages(found, Level.BLOCKER) == expected


def test_waiting_for_what_stands_above_in_the_module_may_lock_too(app: Flask) -> None:
    def lock(rows: dict[str, Any]) -> None:
        rows["lesson-1-1"].opens_after = Opens(after=("lesson-1-2",))
        rows["lesson-1-2"].opens_after = Opens(above=True)

    assert len(messages(checks_after(a_draft().id, lock), Level.BLOCKER)) == 2
