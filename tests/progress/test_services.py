"""The two doors of progress, on a real database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.editions import get_edition
from app.courses.errors import CourseNotPublished
from app.courses.models import Course, Lesson
from app.extensions import db
from app.progress import jobs, services
from app.progress.counting import course_score
from app.progress.errors import ActivityGone
from app.progress.models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment
from app.progress.services import Outcome
from app.progress.signals import course_completed
from tests.factories import a_choice_question, a_city, a_course, a_draft, a_person

READ = Outcome(ActivityState.COMPLETE)


def activities(course: Course) -> list[int]:
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id))
    assert edition_id is not None
    return [a.id for a in get_edition(edition_id).activities]


def enrolled(course: Course, person: Person) -> int:
    with unit_of_work():
        return services.enrol(person=person, course_id=course.id).id


def read_all(enrolment_id: int, ids: list[int]) -> None:
    for activity_id in ids:
        with unit_of_work():
            services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=READ)


def test_enrolling_twice_gives_one_enrolment(app: Flask) -> None:
    course, person = a_course(), a_person()
    assert enrolled(course, person) == enrolled(course, person)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 1


def test_an_unpublished_course_takes_nobody(app: Flask) -> None:
    course, person = a_draft(), a_person()
    with pytest.raises(CourseNotPublished), unit_of_work():
        services.enrol(person=person, course_id=course.id)


def test_the_last_required_activity_completes_the_course_and_gives_a_certificate(app: Flask) -> None:
    city = a_city("Sfax")
    course, person = a_course(), a_person(city=city)
    enrolment_id = enrolled(course, person)
    heard: list[int] = []

    def listen(_sender: object, completion: Completion, certificate: Certificate) -> None:
        heard.append(completion.id)

    ids = activities(course)
    with course_completed.connected_to(listen), clock.at(datetime(2026, 8, 31, 12, tzinfo=UTC)):
        read_all(enrolment_id, ids)
        read_all(enrolment_id, ids)  # again: nothing more happens
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    certificate = db.session.scalars(sa.select(Certificate)).one()
    completion = db.session.scalars(sa.select(Completion)).one()
    assert heard == [completion.id]
    assert (enrolment.done, enrolment.total, enrolment.state) == (4, 4, "completed")
    assert completion.city_id == city.id
    assert (certificate.holder, certificate.city) == ("Amina Trabelsi", "Sfax")
    assert certificate.expires_at == datetime(2028, 8, 31, 12, tzinfo=UTC)


def test_a_certificate_is_in_the_language_its_title_is_in(app: Flask) -> None:
    """Also where the enrolment's language has gone from the course since."""
    course, person = a_course(), a_person()
    enrolment_id = enrolled(course, person)
    with unit_of_work():
        db.session.get_one(Enrolment, enrolment_id).language = "fr"
    read_all(enrolment_id, activities(course))
    certificate = db.session.scalars(sa.select(Certificate)).one()
    assert (certificate.course_title, certificate.language) == ("The city’s part", "en")


def test_a_foreign_activity_is_refused(app: Flask) -> None:
    course, other, person = a_course(), a_course(), a_person()
    enrolment_id = enrolled(course, person)
    with pytest.raises(ActivityGone), unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=activities(other)[0], outcome=READ)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ActivityProgress)) == 0


def test_complete_stays_complete(app: Flask) -> None:
    course, person = a_course(), a_person()
    enrolment_id = enrolled(course, person)
    first = activities(course)[0]
    with unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=first, outcome=READ)
    with unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=first, outcome=Outcome(ActivityState.FAILED, 0.2))
    assert db.session.get_one(Enrolment, enrolment_id).states == {first: ActivityState.COMPLETE}


def test_a_new_edition_is_followed_by_the_recount_and_takes_nothing_back(app: Flask) -> None:
    course = a_course(modules=1, lessons=3)
    course_id = course.id
    finished, under_way = a_person(), a_person()
    finished_id, under_way_person = finished.id, under_way.id
    ids = activities(course)
    read_all(enrolled(course, finished), ids)
    under_way_id = enrolled(course, under_way)
    read_all(under_way_id, ids[:2])
    with unit_of_work():
        draft = db.session.get_one(Course, course_id)
        dropped = next(a for a in draft.modules[0].activities if a.id == ids[2])
        dropped.removed_at = clock.now()
        db.session.flush()
        courses.publish(course_id=course_id, by=None)
    assert app.extensions["enqueued"][-1] == ("progress.recount", {"course_id": course_id})
    assert jobs.recount_course(course_id) == 1  # the finished one is left alone
    assert jobs.recount_course(course_id) == 0
    assert set(db.session.scalars(sa.select(Completion.person_id))) == {finished_id, under_way_person}
    assert db.session.get_one(Enrolment, under_way_id).completed_at is not None


def test_what_was_dropped_is_still_written_down_and_counts_when_it_comes_back(app: Flask) -> None:
    course, person = a_course(modules=1, lessons=2), a_person()
    enrolment_id = enrolled(course, person)
    _first, second = activities(course)
    _set_removed(course.id, second, True)
    with unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=second, outcome=READ)
    _set_removed(course.id, second, False)
    jobs.recount_course(course.id)
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    assert (enrolment.done, enrolment.total) == (1, 2)


def _set_removed(course_id: int, activity_id: int, removed: bool) -> None:
    with unit_of_work():
        db.session.get_one(Lesson, activity_id).removed_at = clock.now() if removed else None
        db.session.flush()
        courses.publish(course_id=course_id, by=None)


def test_the_score_is_the_mean_of_graded_activities_weighted_by_marks(app: Flask) -> None:
    course = a_course(questions=[a_choice_question(), a_choice_question("Second?")])
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id))
    assert edition_id is not None
    edition = get_edition(edition_id)
    test = edition.by_key["test"]
    assert test.marks == 2.0
    assert course_score(edition, {}) is None
    assert course_score(edition, {test.id: 0.5}) == 0.5


@pytest.mark.parametrize("last", [1, 2], ids=["the same last activity", "the last two different ones"])
def test_two_at_once_complete_the_course_once(app: Flask, last: int) -> None:
    """Two requests that finish together give one completion and one certificate, on both databases."""
    course, person = a_course(), a_person()
    enrolment_id = enrolled(course, person)
    ids = activities(course)
    read_all(enrolment_id, ids[:-last])
    db.session.rollback()
    barrier, failures = threading.Barrier(2), []

    def finish(activity_id: int) -> None:
        try:
            with app.app_context():
                barrier.wait(5)
                with unit_of_work():
                    services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=READ)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=finish, args=(i,)) for i in (ids[-last], ids[-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    counts = sa.select(
        sa.select(sa.func.count()).select_from(Completion).scalar_subquery(),
        sa.select(sa.func.count()).select_from(Certificate).scalar_subquery(),
    )
    assert db.session.execute(counts).one() == (1, 1)


def test_moving_city_carries_open_enrolments_and_leaves_finished_ones(app: Flask) -> None:
    old, new = a_city(), a_city()
    done, open_one, person = a_course(), a_course(), a_person(city=old)
    finished_id, open_id = enrolled(done, person), enrolled(open_one, person)
    read_all(finished_id, activities(done))
    with unit_of_work():
        services.follow_move(person_id=person.id, city_id=new.id)
    assert db.session.get_one(Enrolment, finished_id).city_id == old.id
    assert db.session.get_one(Enrolment, open_id).city_id == new.id
