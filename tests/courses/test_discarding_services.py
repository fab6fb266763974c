from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.auth.models import Person
from app.core import content
from app.core.errors import NotFound
from app.core.models import Content
from app.core.text import Phrase, Text
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.builder import placing_services
from app.courses.builder import services as builder_services
from app.courses.drafts import Change
from app.courses.errors import ChangedSinceSeen, TextWithdrawn
from app.courses.models import Activity, Course, Lesson, LessonBody, Module, Revision
from app.courses.outline import CourseSettings, Opens
from app.courses.publishing import changes, discarding_services
from app.courses.writing import queries as writing_queries
from app.courses.writing import services as writing_services
from app.extensions import db
from tests.factories import a_course, a_person, text

BEFORE = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def person(app: Flask) -> Person:
    return a_person()


def of_key(course: Course, key: str) -> Lesson:
    return db.session.scalars(sa.select(Lesson).where(Lesson.course_id == course.id, Lesson.key == key)).one()


def modules(course: Course) -> list[Module]:
    return drafts.load(course.id).living_modules()


def differs(course: Course) -> int:
    db.session.flush()
    db.session.expire_all()
    return drafts.review(course.id).difference.count


def discard(course: Course, key: str, change: Change, by: Person) -> None:
    db.session.flush()
    db.session.expire_all()
    activity = of_key(course, key)
    seen = changes.seen_of(changes.find_outlined(drafts.review(course.id).outline, activity.id))
    db.session.expire_all()
    discarding_services.discard_activity(
        course_id=course.id, activity_id=activity.id, change=change, seen=seen, by=by.id
    )


def discard_part(course: Course, part: str, by: Person) -> None:
    db.session.flush()
    db.session.expire_all()
    seen = changes.course_seen(drafts.review(course.id))
    discarding_services.discard_part(course_id=course.id, part=part, seen=seen, by=by.id)


@pytest.mark.usefixtures("work")
def test_what_is_new_is_removed_and_what_was_removed_put_back(person: Person) -> None:
    course = a_course()
    module = modules(course)[0]
    new = builder_services.add_activity(course_id=course.id, module_id=module.id, kind="lesson")
    placing_services.remove_activity(course_id=course.id, activity_id=of_key(course, "lesson-2-1").id, by=person.id)
    assert differs(course) == 2
    discard(course, new.key, Change.NEW, person)
    discard(course, "lesson-2-1", Change.REMOVED, person)
    assert differs(course) == 0


@pytest.mark.usefixtures("work")
def test_what_was_edited_gets_back_title_settings_and_text_and_the_history_keeps_what_was_there(person: Person) -> None:
    course = a_course(modules=1, lessons=2)
    lesson = of_key(course, "lesson-1-1")
    lesson.title, lesson.required, lesson.minutes = text("Another"), False, 30
    lesson.opens_after = Opens(after=("lesson-1-2",))
    body = lesson.bodies[0]
    body.html, body.saved_by_id, body.saved_at = "<p>Mine.</p>", person.id, BEFORE
    lesson.bodies.append(LessonBody(language="fr", html="<p>À moi.</p>"))
    discard(course, "lesson-1-1", Change.EDITED, person)
    assert differs(course) == 0
    kept = db.session.scalars(sa.select(Revision).order_by(Revision.id)).all()
    assert {content.get_body(revision.content_hash).html for revision in kept} == {"<p>Mine.</p>", "<p>À moi.</p>"}
    mine = next(r for r in kept if r.subject == f"lesson_body:{body.id}")
    assert (mine.person_id, mine.at) == (person.id, BEFORE)


@pytest.mark.usefixtures("work")
def test_a_translation_that_the_edition_does_not_have_can_be_brought_back_from_its_history(person: Person) -> None:
    course = a_course(modules=1, lessons=1)
    lesson = of_key(course, "lesson-1-1")
    french = LessonBody(language="fr", html="<p>À moi.</p>")
    lesson.bodies.append(french)
    discard(course, "lesson-1-1", Change.EDITED, person)
    assert differs(course) == 0
    writing = writing_queries.get_writing(course.id, lesson.id, "fr")
    assert (writing.html, writing.body_id, writing.is_stale) == ("", french.id, False)
    (version,) = writing_queries.list_versions(writing.body_id)
    where = {"course_id": course.id, "activity_id": lesson.id, "language": "fr"}
    writing_services.restore_body(**where, revision_id=version.id, by=person.id)
    assert writing_queries.get_writing(course.id, lesson.id, "fr").html == "<p>À moi.</p>"


@pytest.mark.usefixtures("work")
def test_a_length_that_the_edition_had_stays_as_given(person: Person) -> None:
    course = a_course(modules=1, lessons=1)
    lesson = of_key(course, "lesson-1-1")
    lesson.minutes, lesson.minutes_given = 1, False
    discard(course, "lesson-1-1", Change.EDITED, person)
    assert (lesson.minutes, lesson.minutes_given) == (5, True)


@pytest.mark.usefixtures("work")
def test_a_translation_that_did_not_change_keeps_what_it_was_made_from(person: Person) -> None:
    course = a_course(modules=1, lessons=1)
    lesson = of_key(course, "lesson-1-1")
    lesson.bodies.append(LessonBody(language="fr", html="<p>Texte.</p>", source_hash="older"))
    db.session.flush()
    services.publish(course_id=course.id, by=None)
    lesson.bodies[0].html = "<p>Mine.</p>"
    discard(course, "lesson-1-1", Change.EDITED, person)
    assert {b.language: b.source_hash for b in lesson.bodies} == {"en": None, "fr": "older"}


@pytest.mark.usefixtures("work")
def test_a_withdrawn_text_does_not_come_back_and_nothing_is_lost(person: Person) -> None:
    course = a_course(modules=1, lessons=1)
    of_key(course, "lesson-1-1").bodies[0].html = "<p>Mine.</p>"
    db.session.execute(sa.update(Content).values(withdrawn_at=BEFORE, withdrawn_why="A name"))
    with pytest.raises(TextWithdrawn):
        discard(course, "lesson-1-1", Change.EDITED, person)
    assert of_key(course, "lesson-1-1").bodies[0].html == "<p>Mine.</p>"


@pytest.mark.usefixtures("work")
def test_what_moved_elsewhere_and_was_edited_too_goes_back_and_stays_edited(person: Person) -> None:
    course = a_course(modules=2, lessons=3)
    lesson, there = of_key(course, "lesson-1-2"), modules(course)[1]
    placing_services.move_activity(course_id=course.id, activity_id=lesson.id, module_id=there.id, before=None)
    lesson.title = text("Another")
    discard(course, "lesson-1-2", Change.MOVED, person)
    assert [a.key for a in modules(course)[0].living_activities()] == ["lesson-1-1", "lesson-1-2", "lesson-1-3"]
    assert changes.changes_of(drafts.review(course.id), lesson.id) == (Change.EDITED,)


@pytest.mark.usefixtures("work")
def test_what_changed_since_it_was_seen_is_not_discarded(person: Person) -> None:
    course = a_course(modules=1, lessons=1)
    lesson = of_key(course, "lesson-1-1")
    lesson.title = text("Another")
    db.session.flush()
    with pytest.raises(ChangedSinceSeen):
        discarding_services.discard_activity(
            course_id=course.id, activity_id=lesson.id, change=Change.EDITED, seen="older", by=person.id
        )
    with pytest.raises(NotFound):
        discard(course, "lesson-1-1", Change.MOVED, person)


@pytest.mark.usefixtures("work")
def test_each_part_of_the_course_itself_is_discarded_alone(person: Person) -> None:
    course = a_course(modules=3, lessons=1)
    row = db.session.get_one(Course, course.id)
    row.title, row.summary, row.topics = text("Another"), text("Other words"), ["youth"]
    row.languages, row.settings = ["en", "fr"], CourseSettings(certificate_months=6)
    first, second, third = modules(course)
    second.title = text("Renamed")
    placing_services.move_module(course_id=course.id, module_id=third.id, before=first.id)
    parts = [part.name for part in changes.course_parts(drafts.review(course.id), "en")]
    assert parts == ["title", "summary", "languages", "topics", "settings", f"module-{second.id}", "order"]
    for left in range(len(parts), 0, -1):
        assert differs(course) == 1
        discard_part(course, parts[left - 1], person)
        assert len(changes.course_parts(drafts.review(course.id), "en")) == left - 1
    assert differs(course) == 0


@pytest.mark.usefixtures("work")
def test_a_new_module_goes_and_what_it_took_in_moves_back(person: Person) -> None:
    course = a_course()
    new = builder_services.add_module(course_id=course.id)
    builder_services.add_activity(course_id=course.id, module_id=new.id, kind="lesson")
    taken = of_key(course, "lesson-1-1")
    placing_services.move_activity(course_id=course.id, activity_id=taken.id, module_id=new.id, before=None)
    discard_part(course, f"module-{new.id}", person)
    assert differs(course) == 0


@pytest.mark.usefixtures("work")
def test_a_module_left_out_comes_back_with_what_it_held(person: Person) -> None:
    course = a_course(modules=3)
    first, second, third = modules(course)
    placing_services.remove_activity(course_id=course.id, activity_id=of_key(course, "lesson-1-1").id, by=person.id)
    placing_services.remove_module(course_id=course.id, module_id=first.id, by=person.id)
    for key in ("lesson-2-1", "lesson-2-2"):  # the second stands empty, and so is left out
        lesson = of_key(course, key)
        placing_services.move_activity(course_id=course.id, activity_id=lesson.id, module_id=third.id, before=None)
    discard_part(course, f"module-{first.id}", person)
    discard_part(course, f"module-{second.id}", person)
    assert differs(course) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1), st.integers(0, 6)), min_size=1, max_size=8))
def test_discarding_every_move_gives_back_the_edition(app: Flask, moved: list[tuple[int, int, int]]) -> None:
    with app.app_context():
        with unit_of_work():
            course, person = a_course(modules=2, lessons=3), a_person()
            rows = db.session.scalars(sa.select(Activity).order_by(Activity.id).where(Activity.course_id == course.id))
            ids, places = [row.id for row in rows], [module.id for module in modules(course)]
            for which, where, place in moved:
                standing = [a.id for a in db.session.get_one(Module, places[where]).living_activities()]
                before = standing[place] if place < len(standing) and standing[place] != ids[which] else None
                placing_services.move_activity(
                    course_id=course.id, activity_id=ids[which], module_id=places[where], before=before
                )
            while (review := drafts.review(course.id)).difference.moved:
                count = len(review.difference.moved)
                key = db.session.get_one(Activity, min(review.difference.moved)).key
                discard(course, key, Change.MOVED, person)
                db.session.expire_all()
                assert len(drafts.review(course.id).difference.moved) < count
            for part in [part.name for part in changes.course_parts(drafts.review(course.id), "en")]:
                discard_part(course, part, person)
            assert differs(course) == 0
        db.session.remove()


@pytest.mark.usefixtures("work")
def test_words_of_both_states_stand_in_the_same_parts(person: Person) -> None:
    course = a_course(modules=1, lessons=1)
    lesson = of_key(course, "lesson-1-1")
    lesson.title = Text.of({"en": "Another", "fr": "Un autre"}, "en")
    lesson.bodies[0].html = "<p>Body of lesson one.</p>"
    db.session.flush()
    change = changes.activity_change(drafts.review(course.id), lesson, "fr")
    said = {part.label: (part.before, part.after) for part in change.parts if part.differs}
    assert said == {
        "Title": ("Lesson 1.1", "Un autre"),
        "Text": ("Body of lesson 1.1.", "Body of lesson one."),
    }


@pytest.mark.usefixtures("work")
def test_modules_are_marked_for_their_titles_and_order(person: Person) -> None:
    course = a_course(modules=3, lessons=1)
    first, second, third = modules(course)
    second.title = text("Renamed")
    placing_services.move_module(course_id=course.id, module_id=third.id, before=first.id)
    new = builder_services.add_module(course_id=course.id)
    builder_services.add_activity(course_id=course.id, module_id=new.id, kind="lesson")
    db.session.expire_all()
    assert changes.module_changes(drafts.review(course.id)) == {
        third.id: [Change.MOVED],
        second.id: [Change.EDITED],
        new.id: [Change.NEW],
    }


@pytest.mark.usefixtures("work")
def test_what_differs_without_words_can_be_discarded_too(person: Person) -> None:
    course = a_course(modules=1, lessons=1)
    row = db.session.get_one(Course, course.id)
    row.languages, row.title = ["en", "fr"], Text.of({"en": "The city’s part", "fr": "Le rôle"}, "en")
    db.session.flush()
    services.publish(course_id=course.id, by=None)
    row.title = Text({**row.title.phrases, "fr": Phrase("Le rôle", "another")})
    assert differs(course) == 1
    (part,) = changes.course_parts(drafts.review(course.id), "fr")
    assert part.before == part.after
    discard_part(course, "title", person)
    assert differs(course) == 0
