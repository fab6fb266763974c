from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.models import Course, Lesson, LessonBody
from app.courses.outline import CourseSettings, Order
from app.courses.publishing.seen import changes_since, mark_of
from app.extensions import db
from tests.factories import a_course, text


def mark(course: Course, in_force: int | None = 1) -> str:
    return mark_of(drafts.outline_of(drafts.load(course.id)), in_force)


def since(course: Course, seen: str, in_force: int | None = 1) -> list[str] | None:
    draft = drafts.load(course.id)
    return changes_since(seen, draft, drafts.outline_of(draft), in_force)


def edit(course: Course, change: Callable[[dict[str, Any]], object]) -> None:
    with unit_of_work():
        draft = drafts.load(course.id)
        change({"course": draft, **{a.key: a for module in draft.modules for a in module.activities}})


def add(rows: dict[str, Any]) -> None:
    module = rows["course"].modules[0]
    lesson = Lesson(
        course_id=module.course_id, module_id=module.id, key="more", rank="zz", title=text("One more"), minutes=3
    )
    lesson.bodies.append(LessonBody(language="en", html="<p>More.</p>"))
    db.session.add(lesson)


def test_a_draft_that_nobody_touched_is_as_it_was_seen(app: Flask) -> None:
    course = a_course()
    assert since(course, mark(course)) == []
    assert mark(course) == mark(course)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: setattr(rows["lesson-1-1"].bodies[0], "html", "<p>Else.</p>"), ["“Lesson 1.1” was edited."]),
        (lambda rows: setattr(rows["lesson-1-2"], "minutes", 9), ["“Lesson 1.2” was edited."]),
        (lambda rows: setattr(rows["lesson-2-1"], "removed_at", clock.now()), ["“Lesson 2.1” was removed."]),
        (add, ["“One more” was added."]),
        (lambda rows: setattr(rows["lesson-1-1"], "rank", "zzz"), ["Activities were moved."]),
        (
            lambda rows: setattr(rows["course"], "settings", CourseSettings(order=Order.SEQUENTIAL)),
            ["The course itself was changed: its title, summary, languages, topics, settings or modules."],
        ),
        (
            lambda rows: (
                setattr(rows["lesson-1-1"], "title", text("A new name")),
                setattr(rows["lesson-2-2"], "removed_at", clock.now()),
            ),
            ["“Lesson 2.2” was removed.", "“A new name” was edited."],
        ),
    ],
)
def test_what_changed_since_is_said(app: Flask, change: Callable[[dict[str, Any]], object], said: list[str]) -> None:
    course = a_course()
    seen = mark(course)
    edit(course, change)
    assert since(course, seen) == said


def test_another_edition_in_force_is_a_change_too(app: Flask) -> None:
    course = a_course()
    assert since(course, mark(course, 1), 2) == ["Edition 2 was published."]


@pytest.mark.parametrize("seen", ["", "x", "1", "1.2.3", "1.00000000.00000000.", "1.00000000.00000000.1-x", "9" * 5000])
def test_what_is_no_mark_says_nothing(app: Flask, seen: str) -> None:
    assert since(a_course(), seen) is None
