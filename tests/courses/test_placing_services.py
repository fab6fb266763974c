from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.builder import placing_services
from app.courses.models import Activity, Course, Module
from app.extensions import db
from tests.factories import a_draft, a_person


def outline(course: Course) -> list[list[str]]:
    """The keys of the activities, module by module."""
    db.session.expire_all()
    return [[a.key for a in module.living_activities()] for module in drafts.load(course.id).living_modules()]


def of_key(course: Course, key: str) -> Activity:
    return db.session.scalars(sa.select(Activity).where(Activity.course_id == course.id, Activity.key == key)).one()


def step(course: Course, key: str, up: bool) -> list[list[str]]:
    with unit_of_work():
        placing_services.step_activity(course_id=course.id, activity_id=of_key(course, key).id, up=up)
        return outline(course)


def test_a_step_is_one_place_and_at_the_end_of_a_module_leads_into_the_next(app: Flask) -> None:
    course = a_draft()
    assert step(course, "lesson-1-1", up=False) == [["lesson-1-2", "lesson-1-1"], ["lesson-2-1", "lesson-2-2"]]
    assert step(course, "lesson-1-1", up=False) == [["lesson-1-2"], ["lesson-1-1", "lesson-2-1", "lesson-2-2"]]
    assert step(course, "lesson-2-1", up=True) == [["lesson-1-2"], ["lesson-2-1", "lesson-1-1", "lesson-2-2"]]
    assert step(course, "lesson-2-1", up=True) == [["lesson-1-2", "lesson-2-1"], ["lesson-1-1", "lesson-2-2"]]


def test_a_step_beyond_the_first_or_the_last_changes_nothing(app: Flask) -> None:
    course = a_draft(modules=1)
    assert step(course, "lesson-1-1", up=True) == [["lesson-1-1", "lesson-1-2"]]
    assert step(course, "lesson-1-2", up=False) == [["lesson-1-1", "lesson-1-2"]]


def test_modules_step_too(app: Flask) -> None:
    course = a_draft(modules=3, lessons=1)
    with unit_of_work():
        first, *_rest = (module.id for module in drafts.load(course.id).living_modules())
        for up, place in ((True, 0), (False, 1), (False, 2), (False, 2), (True, 1)):
            placing_services.step_module(course_id=course.id, module_id=first, up=up)
            assert [keys[0] for keys in outline(course)].index("lesson-1-1") == place


def test_moving_and_removing_leave_the_version_alone(app: Flask) -> None:
    course = a_draft()
    person = a_person()
    with unit_of_work():
        activity = of_key(course, "lesson-1-1")
        module = activity.module
        before = (activity.version_id, module.version_id)
        placing_services.step_activity(course_id=course.id, activity_id=activity.id, up=False)
        placing_services.step_module(course_id=course.id, module_id=module.id, up=False)
        placing_services.remove_activity(course_id=course.id, activity_id=activity.id, by=person.id)
        placing_services.put_back_activity(course_id=course.id, activity_id=activity.id, by=person.id)
        assert (activity.version_id, module.version_id) == before


def test_what_stood_before_is_gone_then_the_thing_comes_last(app: Flask) -> None:
    course = a_draft(modules=1, lessons=3)
    person = a_person()
    with unit_of_work():
        first, gone = of_key(course, "lesson-1-1"), of_key(course, "lesson-1-2")
        placing_services.remove_activity(course_id=course.id, activity_id=gone.id, by=person.id)
        placing_services.move_activity(
            course_id=course.id, activity_id=first.id, module_id=first.module_id, before=gone.id
        )
        assert outline(course) == [["lesson-1-3", "lesson-1-1"]]


def test_removed_and_put_back_it_stands_where_it_stood(app: Flask) -> None:
    course = a_draft(modules=1, lessons=3)
    person = a_person()
    with unit_of_work():
        activity = of_key(course, "lesson-1-2")
        placing_services.remove_activity(course_id=course.id, activity_id=activity.id, by=person.id)
        assert outline(course) == [["lesson-1-1", "lesson-1-3"]]
        with pytest.raises(NotFound):
            placing_services.remove_activity(course_id=course.id, activity_id=activity.id, by=person.id)
        placing_services.put_back_activity(course_id=course.id, activity_id=activity.id, by=person.id)
        assert outline(course) == [["lesson-1-1", "lesson-1-2", "lesson-1-3"]]
    events = db.session.execute(sa.select(AuditEvent.action, AuditEvent.actor_id).order_by(AuditEvent.id)).all()
    assert [tuple(event) for event in events] == [("draft.remove", person.id), ("draft.put_back", person.id)]


def test_a_module_goes_and_comes_back_with_what_it_held(app: Flask) -> None:
    course = a_draft()
    person = a_person()
    with unit_of_work():
        module = db.session.scalars(sa.select(Module).order_by(Module.id)).first()
        assert module
        placing_services.remove_module(course_id=course.id, module_id=module.id, by=person.id)
        assert outline(course) == [["lesson-2-1", "lesson-2-2"]]
        placing_services.put_back_module(course_id=course.id, module_id=module.id, by=person.id)
        assert outline(course) == [["lesson-1-1", "lesson-1-2"], ["lesson-2-1", "lesson-2-2"]]


def test_an_activity_put_back_alone_brings_its_module_without_the_others(app: Flask) -> None:
    course = a_draft()
    person = a_person()
    with unit_of_work():
        activity = of_key(course, "lesson-1-2")
        placing_services.remove_module(course_id=course.id, module_id=activity.module_id, by=person.id)
        placing_services.put_back_activity(course_id=course.id, activity_id=activity.id, by=person.id)
        assert outline(course) == [["lesson-1-2"], ["lesson-2-1", "lesson-2-2"]]


def test_another_course_s_things_are_not_there(app: Flask) -> None:
    course, other = a_draft(), a_draft()
    with unit_of_work():
        mine, theirs = of_key(course, "lesson-1-1"), of_key(other, "lesson-1-1")
        with pytest.raises(NotFound):
            placing_services.step_activity(course_id=course.id, activity_id=theirs.id, up=True)
        with pytest.raises(NotFound):
            placing_services.move_activity(
                course_id=course.id, activity_id=mine.id, module_id=theirs.module_id, before=None
            )
        with pytest.raises(NotFound):
            placing_services.move_module(course_id=course.id, module_id=theirs.module_id, before=None)
