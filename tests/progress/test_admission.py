"""Enrolling in a course that is not for everyone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses.audience.services import change_audience, invite
from app.courses.models import Course
from app.courses.outline import Admits, Audience
from app.extensions import db
from app.progress import services
from app.progress.errors import NotAdmitted
from app.progress.models import Enrolment
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in


@pytest.fixture
def course(app: Flask) -> Course:
    return a_course("prevention")


def only_for(course: Course, audience: Audience) -> None:
    with unit_of_work():
        before = db.session.get_one(Course, course.id).audience
        change_audience(course_id=course.id, audience=audience, before=before, by=a_person().id)


def enrol(course: Course, person: Person) -> int:
    with unit_of_work():
        return services.enrol(person=person, course_id=course.id).id


def test_by_invitation(course: Course) -> None:
    amina = a_person(email="amina@sfax.example")
    only_for(course, Audience(Admits.INVITED))
    with pytest.raises(NotAdmitted, match="Ask the trainer who told you about it to invite you as amina@sfax"):
        enrol(course, amina)
    with unit_of_work():
        invite(course_id=course.id, emails=["amina@sfax.example"], by=a_person().id)
    assert enrol(course, amina)


def test_for_cities_or_roles(course: Course) -> None:
    ghent, sfax = a_city("Ghent"), a_city("Sfax")
    only_for(course, Audience(Admits.SOME, cities=(ghent.id,), roles=("coordinator",)))
    assert enrol(course, a_person(city=ghent))
    assert enrol(course, a_person(city=sfax, roles=(Role.COORDINATOR,)))
    with pytest.raises(NotAdmitted, match="practitioners of Ghent, Norway, and for coordinators of any city"):
        enrol(course, a_person(city=sfax))


def test_who_is_in_already_stays(course: Course) -> None:
    amina = a_person()
    enrolment = enrol(course, amina)
    only_for(course, Audience(Admits.INVITED))
    assert enrol(course, amina) == enrolment


def test_the_page_says_why_and_what_to_do_in_place_of_the_button(
    client: FlaskClient, course: Course, statements: list[str]
) -> None:
    only_for(course, Audience(Admits.SOME, cities=(a_city("Ghent").id,)))
    learner = signed_in(client, a_person(city=a_city("Sfax")))
    learner.get("/courses/prevention")
    statements.clear()
    page = learner.get("/courses/prevention").text
    assert len(statements) <= 4
    assert "This course is for practitioners of Ghent, Norway." in page
    assert "Start this course" not in page
    assert "For certain cities" in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    response = learner.post("/courses/prevention/enrolment", data={"csrf_token": token})
    assert response.status_code == 403
    assert "This course is not open to everyone" in response.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0


def test_the_catalogue_lists_it_with_a_tag_and_home_does_not_suggest_it(client: FlaskClient, course: Course) -> None:
    only_for(course, Audience(Admits.INVITED))
    assert "By invitation" in client.get("/courses").text
    assert "By invitation" in client.get("/courses/prevention").text  # a visitor's
    learner = signed_in(client, a_person(city=a_city()))
    assert "/courses/prevention" not in learner.get("/learn").text


def test_two_requests_of_one_who_is_invited_enrol_once(app: Flask, course: Course) -> None:
    amina = a_person(email="amina@sfax.example")
    only_for(course, Audience(Admits.INVITED))
    with unit_of_work():
        invite(course_id=course.id, emails=["amina@sfax.example"], by=amina.id)
    course_id, person_id = course.id, amina.id
    db.session.rollback()

    def calling() -> int:
        with app.app_context(), unit_of_work():
            return services.enrol(person=db.session.get_one(Person, person_id), course_id=course_id).id

    first, second = at_once([calling, calling])
    assert first == second
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 1


def test_closing_a_course_while_somebody_enrols_either_takes_them_or_says_why(app: Flask, course: Course) -> None:
    amina, lead = a_person(), a_person()
    course_id, person_id, lead_id = course.id, amina.id, lead.id
    db.session.rollback()

    def enrolling() -> bool:
        try:
            with app.test_request_context(), unit_of_work():
                services.enrol(person=db.session.get_one(Person, person_id), course_id=course_id)
        except NotAdmitted:
            return False
        return True

    def closing() -> bool:
        with app.app_context(), unit_of_work():
            change_audience(course_id=course_id, audience=Audience(Admits.INVITED), before=Audience(), by=lead_id)
        return True

    taken, closed = at_once([enrolling, closing])
    assert closed
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == taken
