"""What an archived course still lets people do, and what it refuses: enrolling, coming back, renewing, assignments."""

from __future__ import annotations

import html
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.archiving import services as archiving
from app.courses.archiving.errors import CourseArchived
from app.courses.editions import get_edition
from app.courses.models import Course
from app.extensions import db
from app.network.models import City
from app.progress import jobs, reminders, services
from app.progress.assigning import services as assigning
from app.progress.assigning.enrolling_many import enrol_many
from app.progress.assigning.giving import Due, Target
from app.progress.certificates import renewal_services
from app.progress.models import ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.services import Outcome
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in

from .test_assigning import identity
from .test_views import csrf


@pytest.fixture
def course(app: Flask) -> Course:
    return a_course("prevention", certificate_months=12)


@pytest.fixture
def admin(app: Flask) -> Person:
    return a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,))


@pytest.fixture
def city(app: Flask) -> City:
    return a_city("Ghent")


def archive(course: Course, by: Person, replaced_by: Course | None = None) -> None:
    with unit_of_work():
        archiving.archive(course_id=course.id, replaced_by_id=replaced_by.id if replaced_by else None, by=by.id)


def bring_back(course: Course, by: Person) -> None:
    with unit_of_work():
        archiving.bring_back(course_id=course.id, by=by.id)


def enrol(person: Person, course: Course) -> int:
    with unit_of_work():
        return services.enrol(person=person, course_id=course.id).id


def finish(enrolment_id: int, course: Course) -> None:
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id)) or 0
    for activity in get_edition(edition_id).activities:
        with unit_of_work():
            outcome = Outcome(ActivityState.COMPLETE)
            services.record(enrolment_id=enrolment_id, activity_id=activity.id, outcome=outcome)


def state(enrolment_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Enrolment, enrolment_id, populate_existing=True).state


def people_in(course: Course) -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(Enrolment.person_id).where(Enrolment.course_id == course.id)))


def test_nobody_enrols_and_the_refusal_names_what_replaces_it(app: Flask, course: Course, admin: Person) -> None:
    person, client = a_person(), app.test_client()
    page = signed_in(client, person).get("/courses/prevention").text
    archive(course, admin, a_course("streets"))
    with pytest.raises(CourseArchived, match="“The city’s part” replaces it"):
        enrol(person, course)
    answer = client.post("/courses/prevention/enrolment", data={"csrf_token": csrf(page)})
    assert answer.status_code == 409
    assert "This course was archived" in answer.text
    assert '<a class="button" href="/courses/streets">' in answer.text
    assert people_in(course) == set()
    bring_back(course, admin)
    enrol(person, course)
    assert people_in(course) == {person.id}


def test_who_is_in_it_finishes_and_gets_the_certificate(app: Flask, course: Course, admin: Person) -> None:
    person = a_person()
    enrolment = enrol(person, course)
    archive(course, admin)
    with unit_of_work():
        assert services.enrol(person=person, course_id=course.id).id == enrolment  # pressed again: no fault
    client = signed_in(app.test_client(), person)
    assert client.get("/learn/prevention/lesson-1-1").status_code == 200
    finish(enrolment, course)
    assert state(enrolment) == EnrolmentState.COMPLETED
    code = db.session.scalars(sa.select(Certificate.code)).one()
    assert app.test_client().get(f"/v/{code}").status_code == 200


def test_who_left_comes_back_as_was_promised(app: Flask, course: Course, admin: Person) -> None:
    person = a_person()
    enrolment = enrol(person, course)
    with unit_of_work():
        services.withdraw(enrolment_id=enrolment, by_id=None)
    archive(course, admin)
    client = signed_in(app.test_client(), person)
    page = client.get("/courses/prevention").text
    assert "Come back" in page
    assert client.post("/courses/prevention/enrolment", data={"csrf_token": csrf(page)}).status_code == 303
    assert state(enrolment) == EnrolmentState.OPEN


def test_reminders_go_on(course: Course, admin: Person) -> None:
    with unit_of_work():
        services.enrol(person=a_person(), course_id=course.id, due_at=clock.now() + timedelta(days=5))
        db.session.execute(sa.update(Enrolment).values(enrolled_at=clock.now() - timedelta(days=60)))
    archive(course, admin)
    assert reminders.remind_due() == 1


def test_a_certificate_is_not_renewed_and_the_pages_say_why(
    app: Flask, course: Course, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_person()
    enrolment = enrol(person, course)
    finish(enrolment, course)
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(expires_at=clock.now() + timedelta(days=30)))
    client = signed_in(app.test_client(), person)
    page = client.get("/courses/prevention").text
    assert "/courses/prevention/renewal" in page
    archive(course, admin, a_course("streets"))
    with pytest.raises(CourseArchived, match="cannot be renewed"), unit_of_work():
        renewal_services.renew(person_id=person.id, course_id=course.id)
    answer = client.post("/courses/prevention/renewal", data={"csrf_token": csrf(page)})
    assert answer.status_code == 409
    assert '<a class="button" href="/courses/streets">' in answer.text
    page = html.unescape(client.get("/courses/prevention").text)
    assert "/courses/prevention/renewal" not in page
    assert "It cannot be renewed, as the course was archived; it stays valid until then." in page
    assert ">Renew<" not in client.get("/certificates").text
    code = db.session.scalars(sa.select(Certificate.code)).one()
    assert "no renewal begins any more" in client.get(f"/certificates/{code}").text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1


def test_a_renewal_under_way_goes_on(course: Course, admin: Person) -> None:
    person = a_person()
    enrolment = enrol(person, course)
    finish(enrolment, course)
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(expires_at=clock.now() + timedelta(days=30)))
    with unit_of_work():
        renewal_services.renew(person_id=person.id, course_id=course.id)
    archive(course, admin)
    with unit_of_work():
        renewal_services.renew(person_id=person.id, course_id=course.id)
    finish(enrolment, course)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 2


def test_an_assignment_enrols_no_newcomers_and_its_page_says_so(
    app: Flask, course: Course, admin: Person, city: City
) -> None:
    before = a_person("Amina Trabelsi", city=city)
    ada = identity(admin, Role.ADMINISTRATOR)
    with unit_of_work():
        given = assigning.give(course_id=course.id, target=Target(city_id=city.id), due=Due(days=30), by=ada).id
    archive(course, admin)
    newcomer = a_person("Jonas Verbeke", city=city)
    jobs.follow_assignments()
    jobs.follow_person(newcomer.id)
    assert people_in(course) == {before.id}
    client = signed_in(app.test_client(), admin)
    page = client.get(f"/assignments/{given}").text
    assert "so nobody is enrolled by this assignment any more" in page
    assert "being enrolled in the background" not in page
    assert "(archived)" in client.get("/assignments").text
    bring_back(course, admin)
    jobs.follow_assignments()
    assert people_in(course) == {before.id, newcomer.id}


def test_it_is_not_given_any_more(app: Flask, course: Course, admin: Person, city: City) -> None:
    client = signed_in(app.test_client(), admin)
    assert "Give this course" in client.get("/courses/prevention").text
    form = client.get("/assignments/new").text
    archive(course, admin, a_course("streets"))
    with pytest.raises(CourseArchived, match="replaces it"), unit_of_work():
        assigning.give(
            course_id=course.id, target=Target(city_id=city.id), due=Due(), by=identity(admin, Role.ADMINISTRATOR)
        )
    assert "Give this course" not in client.get("/courses/prevention").text
    page = html.unescape(client.get(f"/assignments/new?course={course.id}").text)
    assert "was archived on" in page and "replaces it" in page
    fields = {"course": course.id, "whom": "city", "city": city.id, "when": "never", "csrf_token": csrf(form)}
    for address in ("/assignments/preview", "/assignments"):
        answer = client.post(address, data=fields)
        assert answer.status_code == 422
        assert "was archived on" in answer.text


def test_many_at_once_are_left_out(course: Course, admin: Person) -> None:
    within, new = a_person(), a_person()
    enrol(within, course)
    archive(course, admin)
    with unit_of_work():
        refused = enrol_many(course_id=course.id, people={within.id: None, new.id: None}, by_id=admin.id)
    assert refused == {new.id}
    assert people_in(course) == {within.id}


def test_reports_go_on_counting_it_and_offer_it_marked(app: Flask, course: Course, admin: Person) -> None:
    enrol(a_person(city=a_city()), course)
    a_course("streets")
    archive(course, admin)
    client: FlaskClient = signed_in(app.test_client(), admin)
    page = client.get("/reports/completion").text
    assert "The city’s part (archived)" in html.unescape(page)
    assert client.get("/reports/completion?course=prevention").status_code == 200
    assert client.get("/reports/choices/courses").json == ["The city’s part", "The city’s part (archived)"]


@pytest.mark.parametrize("times", range(3))
def test_who_enrols_in_the_moment_of_archiving_is_in_it_or_refused(
    app: Flask, course: Course, admin: Person, times: int
) -> None:
    people = [a_person().id for _each in range(4)]
    course_id, by = course.id, admin.id
    db.session.remove()

    def begin(person_id: int) -> str:
        with app.app_context():
            try:
                with unit_of_work():
                    services.enrol(person=db.session.get_one(Person, person_id), course_id=course_id)
                return "in"
            except CourseArchived:
                return "refused"

    def end() -> str:
        with app.app_context():
            with unit_of_work():
                archiving.archive(course_id=course_id, by=by)
            with unit_of_work():  # all that could still come has come
                ids = db.session.scalars(sa.select(Enrolment.person_id).where(Enrolment.course_id == course_id)).all()
            return " ".join(map(str, sorted(ids)))

    *answers, there = at_once([*(partial(begin, one) for one in people), end])
    within = {one for one, answer in zip(people, answers, strict=True) if answer == "in"}
    assert {int(one) for one in there.split()} == within
    assert people_in(course) == within
