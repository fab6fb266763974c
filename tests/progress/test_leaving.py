"""Whose account is closed is in no course; who is read before they move or go is enrolled as they are by then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import services as auth
from app.auth.models import Person, Role
from app.auth.people import services as people
from app.core.transactions import unit_of_work
from app.extensions import db
from app.progress import services
from app.progress.assigning.enrolling_many import enrol_many
from app.progress.errors import NotAdmitted
from app.progress.models import Enrolment
from app.progress.tallies.queries import list_differences
from tests.factories import a_city, a_course, a_person, signed_in

from .test_services import activities, enrolled, read_all


def states_of(person: Person) -> dict[int, str]:
    db.session.rollback()
    return dict(
        db.session.execute(
            sa.select(Enrolment.course_id, Enrolment.state).where(Enrolment.person_id == person.id)
        ).all()
    )


def close(person: Person, by: Person) -> None:
    with unit_of_work():
        auth.close(person_id=person.id, by=by.id)


def erase(person: Person, by: Person) -> None:
    with unit_of_work():
        auth.erase(person_id=person.id, keeps_name=False, reason="Asked.", by=by.id)


@pytest.fixture
def desk(app: Flask) -> Person:
    return a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,))


def test_who_closes_the_account_leaves_what_is_under_way_and_has_it_again_on_return(desk: Person) -> None:
    person = a_person(city=a_city())
    done, under_way, left = a_course(), a_course(), a_course()
    read_all(enrolled(done, person), activities(done))
    read_all(enrolled(under_way, person), activities(under_way)[:2])
    with unit_of_work():
        services.withdraw(enrolment_id=enrolled(left, person), by_id=person.id)
    close(person, desk)
    assert states_of(person) == {done.id: "completed", under_way.id: "withdrawn", left.id: "withdrawn"}
    assert list_differences() == []
    with unit_of_work():
        people.reopen(person_id=person.id, by=desk.id)
    assert states_of(person) == {done.id: "completed", under_way.id: "open", left.id: "withdrawn"}
    assert db.session.scalar(sa.select(Enrolment.done).where(Enrolment.course_id == under_way.id)) == 2


def test_nobody_brings_back_somebody_whose_account_is_closed(app: Flask, desk: Person) -> None:
    person, course = a_person(city=a_city()), a_course()
    enrolment_id = enrolled(course, person)
    client = signed_in(app.test_client(), desk)
    with unit_of_work():
        services.withdraw(enrolment_id=enrolment_id, by_id=person.id)
    assert "Bring back" in client.get(f"/people/{person.id}").text
    close(person, desk)
    assert "Bring back" not in client.get(f"/people/{person.id}").text
    with pytest.raises(NotAdmitted), unit_of_work():
        services.come_back(enrolment_id=enrolment_id, by_id=desk.id)
    assert states_of(person) == {course.id: "withdrawn"}


@pytest.mark.parametrize("go", [close, erase])
@pytest.mark.parametrize("many", [False, True])
def test_nobody_is_enrolled_who_went_after_they_were_read(
    desk: Person, go: Callable[[Person, Person], None], many: bool
) -> None:
    person, course = a_person(city=a_city()), a_course()
    read_before = db.session.get_one(Person, person.id)
    db.session.expunge(read_before)
    go(person, desk)
    with unit_of_work():
        if many:
            assert enrol_many(course_id=course.id, people={person.id: None}, by_id=desk.id) == {person.id}
        else:
            with pytest.raises(NotAdmitted):
                services.enrol(person=read_before, course_id=course.id, by_id=desk.id)
    assert states_of(person) == {}


def test_who_moved_after_they_were_read_is_enrolled_where_they_are(desk: Person) -> None:
    old, new = a_city(), a_city()
    person, course = a_person(city=old), a_course()
    read_before = db.session.get_one(Person, person.id)
    db.session.expunge(read_before)
    with unit_of_work():
        auth.move_to_city(person_id=person.id, city_id=new.id, by=desk.id)
    with unit_of_work():
        services.enrol(person=read_before, course_id=course.id)
    assert db.session.scalar(sa.select(Enrolment.city_id)) == new.id
