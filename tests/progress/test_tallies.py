"""Tallies follow every change of an enrolment, whoever makes it and however many at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.editions import get_edition
from app.extensions import db
from app.progress import services
from app.progress.models import (
    ActivityState,
    Enrolment,
    EnrolmentState,
    Learner,
    Tally,
    TallyDone,
    TallyStand,
    TallySubject,
)
from app.progress.services import Outcome
from app.progress.tallies import jobs as tally_jobs
from app.progress.tallies import services as tally_services
from app.progress.tallies.queries import list_differences, list_wrong_learners
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def sums(subject: TallySubject) -> dict[tuple[str, int], tuple[int, int]]:
    """(month, number) to (enrolled, completed), without what comes to nothing."""
    rows = db.session.execute(
        sa.select(Tally.month, Tally.number, sa.func.sum(Tally.enrolled), sa.func.sum(Tally.completed))
        .where(Tally.subject == subject)
        .group_by(Tally.month, Tally.number)
    )
    found = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}
    db.session.rollback()
    return {key: value for key, value in found.items() if value != (0, 0)}


def newest() -> dict[int, datetime | None]:
    found = {row.person_id: row.newest_at for row in db.session.scalars(sa.select(Learner))}
    db.session.rollback()
    return found


def assert_all_well() -> None:
    assert list_differences() == []
    assert list_wrong_learners() == []
    db.session.rollback()


def test_enrolling_completing_moving_and_withdrawing(app: Flask) -> None:
    here, there, course = a_city(), a_city(), a_course(modules=1, lessons=1)
    person = a_person(city=here)
    assert course.edition_id
    lesson = get_edition(course.edition_id).activities[0].id
    with clock.at(NOW), unit_of_work():
        enrolment_id = services.enrol(person=person, course_id=course.id).id
    assert sums(TallySubject.COURSE) == {("2026-11", course.id): (1, 0)}
    assert sums(TallySubject.CITY) == {("2026-11", here.id): (1, 0)}
    assert newest() == {person.id: NOW}
    with unit_of_work():
        services.follow_move(person_id=person.id, city_id=there.id)
    assert sums(TallySubject.CITY) == {("2026-11", there.id): (1, 0)}
    with clock.at(NOW + timedelta(days=3, hours=5)), unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=lesson, outcome=Outcome(ActivityState.COMPLETE))
    assert sums(TallySubject.COURSE) == {("2026-11", course.id): (1, 1)}
    assert sums(TallySubject.DAYS) == {("2026-11", 3): (0, 1)}
    assert_all_well()
    with unit_of_work():
        db.session.get_one(Enrolment, enrolment_id).state = EnrolmentState.WITHDRAWN
    assert sums(TallySubject.COURSE) == sums(TallySubject.CITY) == sums(TallySubject.DAYS) == {}
    assert newest() == {person.id: None}
    assert_all_well()


def test_what_touches_no_tally_appends_nothing(app: Flask) -> None:
    course, person = a_course(modules=1, lessons=2), a_person()
    assert course.edition_id
    first = get_edition(course.edition_id).activities[0].id
    with unit_of_work():
        enrolment_id = services.enrol(person=person, course_id=course.id).id
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Tally))
    db.session.rollback()
    with unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=first, outcome=Outcome(ActivityState.COMPLETE))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Tally)) == before


def test_adding_up_keeps_the_sums(app: Flask) -> None:
    course = a_course(modules=1, lessons=1)
    with unit_of_work():
        people = [a_person() for _number in range(4)]
        ids = [services.enrol(person=person, course_id=course.id).id for person in people]
    with unit_of_work():
        db.session.get_one(Enrolment, ids[0]).state = EnrolmentState.WITHDRAWN
    before = sums(TallySubject.COURSE), sums(TallySubject.CITY)
    assert tally_jobs.add_up() == 5 * 3 - 3
    assert (sums(TallySubject.COURSE), sums(TallySubject.CITY)) == before
    assert tally_jobs.add_up() == 0
    assert_all_well()


def test_counting_anew_mends_what_went_wrong(app: Flask) -> None:
    course, person = a_course(modules=1, lessons=1), a_person()
    with unit_of_work():
        services.enrol(person=person, course_id=course.id)
        db.session.execute(sa.update(Tally).values(enrolled=Tally.enrolled + 1))
        db.session.execute(sa.update(Learner).values(newest_at=None))
        db.session.execute(sa.update(TallyStand).values(people=TallyStand.people + 1))
        db.session.execute(sa.insert(TallyDone).values(subject="days", month="2026-11", number=3, completed=1))
    wrong = {(one.table, one.key[0], one.kept, one.counted) for one in list_differences()}
    assert wrong == {
        ("tally", "city", (2, 0), (1, 0)),
        ("tally", "course", (2, 0), (1, 0)),
        ("tally_done", "days", (1,), (0,)),
        ("tally_stand", course.id, (2,), (1,)),
    }
    assert list_wrong_learners() == [person.id]
    db.session.rollback()
    with unit_of_work():
        tally_services.count_anew()
    assert_all_well()


def test_many_at_once_are_all_counted(app: Flask) -> None:
    """One person enrolling in many courses at once, and sums being added up meanwhile."""
    with unit_of_work():
        person_id = a_person(city=a_city()).id
        courses = [a_course(modules=1, lessons=1).id for _number in range(6)]
    db.session.remove()

    def enrol(course_id: int) -> int:
        with app.app_context(), unit_of_work():
            return services.enrol(person=db.session.get_one(Person, person_id), course_id=course_id).id

    def add_up() -> int:
        with app.app_context():
            return tally_jobs.add_up()

    at_once([*(lambda course_id=course_id: enrol(course_id) for course_id in courses), add_up, add_up])
    assert sum(enrolled for enrolled, _completed in sums(TallySubject.COURSE).values()) == 6
    assert_all_well()


def test_any_sequence_of_changes_is_followed(app: Flask) -> None:
    """Whatever becomes of three enrolments of one person, by any writer: state, city and days."""
    dice = random.Random(7)
    cities = [a_city().id, a_city().id, None]
    person, other = a_person(), a_person()
    with unit_of_work():
        ids = [
            services.enrol(person=whom, course_id=a_course(modules=1, lessons=1).id).id
            for whom in (person, person, person, other)
        ]
    for _change in range(40):
        enrolled = NOW - timedelta(days=dice.randrange(400), seconds=dice.randrange(86_400))
        state = dice.choice([*EnrolmentState])
        completed = enrolled + timedelta(seconds=dice.randrange(10**7)) if state is EnrolmentState.COMPLETED else None
        values = {"state": state, "city_id": dice.choice(cities), "enrolled_at": enrolled, "completed_at": completed}
        with unit_of_work():
            changed = sa.update(Enrolment).where(Enrolment.id.in_(dice.sample(ids, dice.randint(1, 2))))
            db.session.execute(changed.values(**values).execution_options(synchronize_session=False))
        assert_all_well()
    with unit_of_work():
        tally_services.add_up()
    assert_all_well()
    with unit_of_work():
        db.session.execute(sa.delete(Enrolment).where(Enrolment.id.in_(ids)))
    assert_all_well()
    assert sums(TallySubject.COURSE) == {}


def test_the_check_names_a_wrong_tally_and_a_wrong_newest_enrolment_and_repairs_them(app: Flask) -> None:
    course = a_course("course")
    with unit_of_work():
        services.enrol(person=a_person(), course_id=course.id)
    run = app.test_cli_runner().invoke
    assert run(args=["progress", "check"]).exit_code == 0
    with unit_of_work():
        db.session.execute(sa.update(Tally).where(Tally.subject == TallySubject.COURSE).values(enrolled=7))
        db.session.execute(sa.update(Learner).values(newest_at=NOW))
    found = run(args=["progress", "check", "--repair"])
    assert found.exit_code == 1
    assert "tally course 2" in found.output and "kept (7, 0), counted (1, 0)" in found.output
    assert "newest enrolment" in found.output
    assert run(args=["progress", "check"]).exit_code == 0
