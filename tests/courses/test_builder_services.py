from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.builder import queries as builder_queries
from app.courses.builder import services as builder_services
from app.courses.errors import AddressTaken, EditedMeanwhile
from app.courses.models import Activity, Course, CourseSlugHistory, CourseTrainer, Lesson, LessonBody
from app.courses.outline import Opens
from app.extensions import db
from tests.factories import a_draft, a_person


def of_key(course: Course, key: str) -> Activity:
    return db.session.scalars(sa.select(Activity).where(Activity.course_id == course.id, Activity.key == key)).one()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The city’s part: prevention!", "the-citys-part-prevention"),
        ("Évaluer l'été", "evaluer-lete"),
        ("دور المدينة", "course"),
        ("word " * 30, "word-" * 11 + "word"),
    ],
)
def test_an_address_is_made_of_the_title(title: str, slug: str) -> None:
    assert builder_services.slug_of(title) == slug


def begin(by: int, title: str = "Streets", slug: str = "", language: str = "en") -> Course:
    return builder_services.create_course(title=title, source_language=language, slug=slug, by=by)


def test_whoever_begins_a_course_leads_it(app: Flask) -> None:
    person = a_person()
    with unit_of_work():
        course = begin(person.id, "Les rues", language="fr")
        trainer = db.session.scalars(sa.select(CourseTrainer)).one()
    assert (course.slug, course.languages, course.title) == ("les-rues", ["fr"], Text.of({"fr": "Les rues"}, "fr"))
    assert (trainer.course_id, trainer.person_id, trainer.role) == (course.id, person.id, "lead")


def test_an_address_that_is_or_was_taken_is_refused_and_a_derived_one_made_free(app: Flask) -> None:
    person = a_person()
    course = a_draft("streets")
    with unit_of_work():
        db.session.add(CourseSlugHistory(slug="roads", course_id=course.id))
    for slug in ("streets", "roads"):
        with pytest.raises(AddressTaken), unit_of_work():
            begin(person.id, slug=slug)
    with unit_of_work():
        assert [begin(a_person().id, title).slug for title in ("Streets", "Streets", "Roads")] == [
            "streets-2",
            "streets-3",
            "roads-2",
        ]


def test_a_button_pressed_twice_begins_one_course(app: Flask) -> None:
    person = a_person()
    with unit_of_work():
        course = begin(person.id)
        assert begin(person.id) is course
        builder_services.add_module(course_id=course.id)
        assert begin(person.id).slug == "streets-2"  # whoever has gone on with the first means another


def test_what_is_added_comes_last_with_a_title_and_a_key_of_its_own(app: Flask) -> None:
    course = a_draft(modules=1, lessons=1)
    with unit_of_work():
        module = builder_services.add_module(course_id=course.id)
        for number in (2, 3):
            lesson = builder_services.add_activity(course_id=course.id, module_id=module.id, kind="lesson")
            assert (lesson.key, lesson.title.best("en", "en")) == (f"lesson-{number - 1}", f"Lesson {number}")
    (_first, last) = drafts.load(course.id).living_modules()
    assert last.title.best("en", "en") == "Module 2" and last.key == "module-2"
    assert [a.key for a in last.living_activities()] == ["lesson-1", "lesson-2"]
    assert not any(a.minutes_given for a in last.living_activities())


def test_first_titles_are_in_the_course_s_language_where_the_interface_knows_it(app: Flask) -> None:
    person = a_person()
    with unit_of_work(), app.test_request_context():
        for language in ("fr", "tlh"):
            course = begin(person.id, "Cours", language=language)
            module = builder_services.add_module(course_id=course.id)
            assert list(module.title.phrases) == [language]


def test_a_new_title_leaves_the_translations_and_marks_them(app: Flask) -> None:
    course = a_draft()
    with unit_of_work():
        activity = of_key(course, "lesson-1-1")
        activity.title = Text.of({"en": "Before", "fr": "Avant"}, "en")
        db.session.flush()
        version = builder_queries.title_version(activity, activity.course)
        builder_services.rename(activity, course=activity.course, title="After", version=version)
        assert activity.title.strings() == {"en": "After", "fr": "Avant"}
        assert activity.title.outdated("en") == ["fr"]


def test_of_two_new_titles_the_second_is_a_conflict_but_the_same_one_is_not(app: Flask) -> None:
    course = a_draft()
    with unit_of_work():
        activity = of_key(course, "lesson-1-1")
        version = builder_queries.title_version(activity, activity.course)
        builder_services.rename(activity, course=activity.course, title="Theirs", version=version)
        builder_services.rename(activity, course=activity.course, title="Theirs", version=version)
        with pytest.raises(EditedMeanwhile):
            builder_services.rename(activity, course=activity.course, title="Mine", version=version)
        assert activity.title.best("en", "en") == "Theirs"


def test_other_settings_do_not_make_a_title_a_conflict_nor_the_other_way(app: Flask) -> None:
    course = a_draft()
    with unit_of_work():
        activity = of_key(course, "lesson-1-1")
        title, version = (
            builder_queries.title_version(activity, activity.course),
            builder_services.settings_version(activity),
        )
        opens = Opens(after=("lesson-2-1",))
        builder_services.set_activity(
            activity, course=activity.course, required=False, minutes=9, opens=opens, version=version
        )
        builder_services.rename(activity, course=activity.course, title="Another", version=title)
        assert (activity.required, activity.minutes, activity.minutes_given, activity.opens_after) == (
            False,
            9,
            True,
            opens,
        )
        with pytest.raises(EditedMeanwhile):
            builder_services.set_activity(
                activity, course=activity.course, required=True, minutes=9, opens=None, version=version
            )


def test_a_length_can_be_left_to_be_computed(app: Flask) -> None:
    course = a_draft()
    with unit_of_work():
        activity = of_key(course, "lesson-1-1")
        version = builder_services.settings_version(activity)
        builder_services.set_activity(
            activity, course=activity.course, required=True, minutes=None, opens=None, version=version
        )
        assert not activity.minutes_given and activity.minutes >= 1


def test_a_copy_has_the_texts_and_settings_and_stands_right_below(app: Flask) -> None:
    course = a_draft(modules=1, lessons=2)
    with unit_of_work():
        original = of_key(course, "lesson-1-1")
        assert isinstance(original, Lesson)
        original.required, original.opens_after = False, Opens(above=True)
        original.bodies.append(LessonBody(language="fr", html="<p>Texte.</p>", source_hash="made-from"))
        db.session.flush()
        copy = builder_services.duplicate_activity(course_id=course.id, activity_id=original.id)
        assert isinstance(copy, Lesson)
        assert copy.title.best("en", "en") == "Lesson 1.1 (copy)"
        assert (copy.required, copy.opens_after, copy.minutes) == (False, Opens(above=True), 5)
        assert {(b.language, b.html, b.source_hash) for b in copy.bodies} == {
            ("en", "<p>Body of lesson 1.1.</p>", None),
            ("fr", "<p>Texte.</p>", "made-from"),
        }
        copy.bodies[0].html = "<p>Another.</p>"
        db.session.flush()
        assert "Another" not in original.bodies[0].html
    (module,) = drafts.load(course.id).living_modules()
    assert [a.title.best("en", "en") for a in module.living_activities()] == [
        "Lesson 1.1",
        "Lesson 1.1 (copy)",
        "Lesson 1.2",
    ]


def test_in_a_copied_module_what_waits_waits_for_the_copies(app: Flask) -> None:
    course = a_draft(modules=2, lessons=2)
    with unit_of_work():
        waiting = of_key(course, "lesson-1-2")
        waiting.opens_after = Opens(after=("lesson-1-1", "lesson-2-1"))
        db.session.flush()
        builder_services.duplicate_module(course_id=course.id, module_id=waiting.module_id)
    _first, copy, _last = drafts.load(course.id).living_modules()
    assert copy.title.best("en", "en") == "Module 1 (copy)"
    one, two = copy.living_activities()
    assert [a.title.best("en", "en") for a in (one, two)] == ["Lesson 1.1", "Lesson 1.2"]
    assert two.opens_after == Opens(after=(one.key, "lesson-2-1"))
