"""Giving courses: whom it reaches, when it is due, who follows later, and who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth import services as auth
from app.auth.cohorts import services as cohort_services
from app.auth.identity import Identity
from app.auth.models import Person, PersonState, Role
from app.core import clock
from app.core.errors import NotFound
from app.core.models import Outbox
from app.core.transactions import unit_of_work
from app.courses.editions import get_edition
from app.courses.models import Course
from app.courses.outline import Admits, Audience
from app.extensions import db
from app.messages.jobs import mail_notices
from app.messages.models import Notice
from app.network.models import City
from app.progress import jobs, reminders
from app.progress import services as progress
from app.progress.assigning import assigned_queries, services
from app.progress.assigning import queries as assigning_queries
from app.progress.assigning.errors import AlreadyEnded
from app.progress.assigning.forms import DueForm
from app.progress.assigning.giving import Due, Target, end_of
from app.progress.certificates import renewal_services
from app.progress.models import ActivityState, Assignment, Enrolment, EnrolmentState
from app.progress.services import Outcome
from tests.at_once import at_once
from tests.factories import a_city, a_course, a_person, signed_in

SOON = datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC)
SOONER = SOON - timedelta(days=30)


def identity(person: Person, *roles: Role) -> Identity:
    """Who acts, as a request knows them; a coordinator of their own city."""
    return Identity(
        person.id, 0, person.email or "", person.name, "en", person.time_zone, PersonState(person.state),
        person.city_id, None, frozenset(roles),
        frozenset({person.city_id} if Role.COORDINATOR in roles and person.city_id else ()),
    )  # fmt: skip


@pytest.fixture
def city(app: Flask) -> City:
    return a_city("Ghent")


@pytest.fixture
def admin(app: Flask) -> Identity:
    return identity(a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,)), Role.ADMINISTRATOR)


@pytest.fixture
def coordinator(city: City) -> Identity:
    return identity(a_person("Lena Maes", city=city, roles=(Role.COORDINATOR,)), Role.COORDINATOR)


def give(course: Course, target: Target, by: Identity, due: Due = Due()) -> int:  # noqa: B008  (it is frozen)
    with unit_of_work():
        return services.give(course_id=course.id, target=target, due=due, by=by).id


def there(course: Course) -> dict[int, datetime | None]:
    """Who is in the course, and when it is due for them."""
    db.session.rollback()
    db.session.expire_all()
    rows = db.session.execute(sa.select(Enrolment.person_id, Enrolment.due_at).where(Enrolment.course_id == course.id))
    return dict(rows.all())


def run_jobs(app: Flask) -> None:
    for name, arguments in app.extensions.pop("enqueued", []):
        {"progress.follow_assignment": jobs.follow_assignment, "progress.follow_person": jobs.follow_person,
         "progress.follow_cohort": jobs.follow_cohort}.get(name, lambda **_: 0)(**arguments)  # fmt: skip


def test_a_day_ends_by_the_clocks_of_who_gave_it() -> None:
    assert end_of(datetime(2027, 5, 31).date(), "Africa/Tunis") == datetime(2027, 5, 31, 22, 59, 59, tzinfo=UTC)
    due = Due(days=2).of(datetime(2027, 5, 31, 23, 30, tzinfo=UTC), "Africa/Tunis")
    assert due == datetime(2027, 6, 3, 22, 59, 59, tzinfo=UTC)


def test_everyone_of_the_target_is_enrolled_and_told(city: City, coordinator: Identity) -> None:
    course, other = a_course(), a_city()
    here, invited = a_person(city=city), a_person(city=city, state=PersonState.INVITED)
    a_person(city=other)
    a_person(city=city, state=PersonState.LEFT)
    give(course, Target(city_id=city.id), coordinator, Due(at=SOON))
    assert there(course) == dict.fromkeys([coordinator.id, here.id, invited.id], SOON)
    told = set(db.session.scalars(sa.select(Notice.person_id).where(Notice.kind == "enrolled")))
    assert told == {here.id, invited.id}


def test_who_comes_later_is_enrolled_right_after(app: Flask, city: City, admin: Identity) -> None:
    course, trainers = a_course(), a_course()
    give(course, Target(city_id=city.id), admin, Due(days=30))
    give(trainers, Target(role=Role.TRAINER), admin)
    person = a_person()
    with unit_of_work():
        auth.move_to_city(person_id=person.id, city_id=city.id, by=None)
    assert there(course) == {}
    run_jobs(app)
    due_at = there(course)[person.id]
    assert due_at and timedelta(days=29) < due_at - clock.now() < timedelta(days=31)
    with unit_of_work():
        auth.grant_role(person_id=person.id, role=Role.TRAINER, city_id=None, by=None)
    run_jobs(app)
    assert set(there(trainers)) == {person.id}


def test_the_hourly_job_follows_all(city: City, admin: Identity) -> None:
    course = a_course()
    give(course, Target(city_id=city.id), admin)
    person = a_person(city=city)  # with no signal, as by a rule that began to fit
    jobs.follow_assignments()
    jobs.follow_assignments()
    assert set(there(course)) == {person.id}


def test_a_cohort_grows(app: Flask, admin: Identity) -> None:
    course, person, later = a_course(), a_person(), a_person()
    with unit_of_work():
        cohort_id = cohort_services.create(name="Spring", rule=None, city_id=None, by=admin).id
        cohort_services.add(cohort_id=cohort_id, people=[person.id], by=admin)
    give(course, Target(cohort_id=cohort_id), admin)
    assert set(there(course)) == {person.id}
    with unit_of_work():
        cohort_services.add(cohort_id=cohort_id, people=[later.id], by=admin)
    run_jobs(app)
    assert set(there(course)) == {person.id, later.id}
    with unit_of_work():
        cohort_services.remove(cohort_id=cohort_id, person_id=person.id, by=admin.id)
        cohort_services.end(cohort_id=cohort_id, by=admin.id)
    jobs.follow_assignments()
    assert set(there(course)) == {person.id, later.id}


def test_many_are_a_jobs_work_in_batches(
    app: Flask, city: City, admin: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    monkeypatch.setattr(services, "BATCH", 2)
    course, people = a_course(), [a_person(city=city) for _ in range(5)]
    with unit_of_work():
        progress.enrol(person=people[0], course_id=course.id)
    app.extensions.pop("enqueued", None)
    assignment_id = give(course, Target(city_id=city.id), admin, Due(at=SOON))
    assert set(there(course)) == {people[0].id}
    assert assigning_queries.count_missing(db.session.get_one(Assignment, assignment_id)) == 4
    db.session.rollback()
    run_jobs(app)
    assert there(course) == dict.fromkeys((person.id for person in people), SOON)


def test_the_earlier_of_two_dates_holds_and_follows_changes(city: City, admin: Identity) -> None:
    course, person, own = a_course(), a_person(city=city), a_person(city=city)
    with unit_of_work():
        progress.enrol(person=own, course_id=course.id, due_at=SOONER)
    first = give(course, Target(city_id=city.id), admin, Due(at=SOON))
    assert there(course) == {person.id: SOON, own.id: SOONER}
    second = give(course, Target(person_id=person.id), admin, Due(at=SOONER))
    assert there(course) == {person.id: SOONER, own.id: SOONER}
    with unit_of_work():
        services.change_due(assignment_id=second, due=Due(at=SOON + timedelta(days=9)), by=admin)
    assert there(course) == {person.id: SOON, own.id: SOONER}  # the city's is the earlier one now
    with unit_of_work():
        services.change_due(assignment_id=first, due=Due(at=SOON - timedelta(days=60)), by=admin)
    assert there(course) == dict.fromkeys([person.id, own.id], SOON - timedelta(days=60))


def test_who_was_in_the_course_is_not_late_at_once(city: City, admin: Identity) -> None:
    course, person = a_course(), a_person(city=city)
    with clock.at(clock.now() - timedelta(days=100)), unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    give(course, Target(city_id=city.id), admin, Due(days=30))
    due_at = there(course)[person.id]
    assert due_at and due_at > clock.now() + timedelta(days=29)


def test_the_same_given_twice_is_one(city: City, admin: Identity) -> None:
    course, person = a_course(), a_person(city=city)
    first = give(course, Target(city_id=city.id), admin)
    assert give(course, Target(city_id=city.id), admin, Due(at=SOON)) == first
    assert there(course) == {person.id: SOON}


def test_ending_throws_nobody_out(city: City, admin: Identity) -> None:
    course, person = a_course(), a_person(city=city)
    assignment_id = give(course, Target(city_id=city.id), admin, Due(at=SOON))
    with unit_of_work():
        services.end(assignment_id=assignment_id, by=admin)
    a_person(city=city)
    jobs.follow_assignment(assignment_id)
    assert there(course) == {person.id: SOON}
    with pytest.raises(AlreadyEnded), unit_of_work():
        services.end(assignment_id=assignment_id, by=admin)


def test_an_ended_assignment_counts_whom_it_reached_before(city: City, coordinator: Identity) -> None:
    course, other, person = a_course(), a_person("There Before", city=city), a_person("Given", city=city)
    enrol(other, course)
    assignment_id = give(course, Target(city_id=city.id), coordinator)
    counted = figures(coordinator, assignment_id, clock.now())
    assert counted == (3, 0, 0)  # the coordinator too
    with unit_of_work():
        services.end(assignment_id=assignment_id, by=coordinator)
    with clock.at(clock.now() + timedelta(days=1)):
        enrol(a_person("After The End", city=city), course)
        assert figures(coordinator, assignment_id, clock.now()) == counted
    complete(person, course)
    assert figures(coordinator, assignment_id, clock.now()) == (3, 1, 0)


def test_of_an_ended_assignment_nobody_is_promised(app: Flask, admin: Identity) -> None:
    assignment_id = give(a_course(), Target(city_id=a_city("Empty").id), admin)
    client = signed_in(app.test_client(), db.session.get_one(Person, admin.id))
    assert "within the hour" in client.get(f"/assignments/{assignment_id}").text
    with unit_of_work():
        services.end(assignment_id=assignment_id, by=admin)
    page = client.get(f"/assignments/{assignment_id}").text
    assert "Nobody was reached" in page and "within the hour" not in page


def test_a_name_that_is_typed_goes_before_the_person_who_was_offered(desk: FlaskClient, city: City) -> None:
    ada, ben = a_person("Ada Byron", city=city), a_person("Ben Okoro", city=city)
    form = {**FORM, "whom": "person", "course": a_course().id, "person": ada.id}
    assert "Ada Byron" in desk.post("/assignments/preview", data=form).text
    said = desk.post("/assignments/preview", data={**form, "who": "Ben Okoro"}).text
    assert f'name="person" value="{ben.id}"' in said and "Ada Byron" not in said
    assert f'value="{ada.id}"' in desk.post("/assignments/preview", data={**form, "who": "byron"}).text
    a_person("Ben Again", city=city)
    several = desk.post("/assignments/preview", data={**form, "who": "ben"})
    assert several.status_code == 422 and "Several people have this name." in several.text


@pytest.mark.usefixtures("desk")  # forms without their tokens
def test_who_has_no_city_yet_cannot_be_given_a_course_and_the_form_says_so(app: Flask, admin: Identity) -> None:
    waiting = a_person("Waits Here", state=PersonState.WAITING)
    client = signed_in(app.test_client(), db.session.get_one(Person, admin.id))
    form = {**FORM, "whom": "person", "course": a_course().id}
    for said in ({"who": "Waits Here"}, {"person": waiting.id}):
        answer = client.post("/assignments/preview", data={**form, **said})
        assert answer.status_code == 422 and "nobody can enrol them now" in answer.text


def test_whom_a_course_does_not_admit_is_left_out_by_name(city: City, admin: Identity) -> None:
    course, trainer = a_course(), a_person(city=city, roles=(Role.TRAINER,))
    refused, gone, already = (a_person(name, city=city) for name in ("Refused", "Gone", "Already"))
    with unit_of_work():
        progress.withdraw(enrolment_id=progress.enrol(person=gone, course_id=course.id).id, by_id=gone.id)
        progress.enrol(person=already, course_id=course.id)
        db.session.get_one(Course, course.id).audience = Audience(Admits.SOME, (), (Role.TRAINER,))
    found = assigning_queries.preview(course.id, Target(city_id=city.id))
    assert (found.reached, found.new, found.already, found.left, found.refused) == (4, 1, 1, 1, 1)
    assert found.named == ("Refused",)
    db.session.rollback()
    give(course, Target(city_id=city.id), admin)
    assert set(there(course)) == {trainer.id, gone.id, already.id}
    assert refused.id not in there(course)


def test_coordinators_give_to_their_own_only(city: City, coordinator: Identity) -> None:
    course, elsewhere = a_course(), a_city()
    stranger = a_person(city=elsewhere)
    targets = (
        Target(city_id=elsewhere.id),
        Target(person_id=stranger.id),
        Target(role=Role.TRAINER),
        Target(city_id=999),
    )
    for target in targets:
        with pytest.raises(NotFound), unit_of_work():
            services.give(course_id=course.id, target=target, due=Due(), by=coordinator)
    assert there(course) == {}


def test_counts_are_of_those_whom_it_reaches(city: City, coordinator: Identity) -> None:
    course = a_course(modules=1, lessons=1)
    late, done = a_person(city=city), a_person(city=city)
    with clock.at(SOON - timedelta(days=3)):
        give(course, Target(city_id=city.id), coordinator, Due(at=SOON))
    from .test_services import activities, read_all

    enrolment_id = db.session.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == done.id))
    assert enrolment_id
    read_all(enrolment_id, activities(course))
    page = assigned_queries.list_assignments(
        coordinator, assigned_queries.AssignmentFilters(), SOON + timedelta(days=1)
    )
    assert [(line.enrolled, line.completed, line.late) for line in page.rows] == [(3, 1, 2)]
    assert late.id


@pytest.mark.parametrize("times", range(3))
def test_followed_at_once_each_is_enrolled_once(app: Flask, city: City, admin: Identity, times: int) -> None:
    course, people = a_course(), [a_person(city=city) for _ in range(6)]
    with unit_of_work():
        given = Assignment(
            course_id=course.id, city_id=city.id, time_zone="UTC", given_by_id=admin.id, given_at=clock.now()
        )
        db.session.add(given)
        db.session.flush()
        assignment_id = given.id

    def follow() -> int:
        with app.app_context():
            return jobs.follow_assignment(assignment_id)

    at_once([follow] * 4)
    assert set(there(course)) == {person.id for person in people}
    told = db.session.scalars(sa.select(Notice.person_id).where(Notice.kind == "enrolled")).all()
    assert sorted(told) == sorted(person.id for person in people)


# --- the pages


@pytest.fixture
def desk(app: Flask, coordinator: Identity) -> Iterator[FlaskClient]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield signed_in(app.test_client(), db.session.get_one(Person, coordinator.id))
    app.config["WTF_CSRF_ENABLED"] = True


FORM = {"whom": "city", "when": "day", "day": "2099-05-31"}


def test_the_preview_names_whom_it_enrols_by_name_and_counts_the_rest(desk: FlaskClient, city: City) -> None:
    course, there_already = a_course(), a_person("Already There", city=city)
    with unit_of_work():
        progress.enrol(person=there_already, course_id=course.id)
    for number in range(52):
        a_person(f"Number {number:02}", city=city)
    a_person("Elsewhere", city=a_city())
    page = desk.post("/assignments/preview", data={**FORM, "course": course.id, "city": city.id}).text
    named = re.findall("<li><bdi>(.+?)</bdi></li>", page)
    assert named == ["Lena Maes", *(f"Number {number:02}" for number in range(49))]
    assert "and 3 more" in page
    assert "Already There" not in page and "Elsewhere" not in page


def test_a_course_is_given_in_two_steps(desk: FlaskClient, city: City) -> None:
    course = a_course()
    a_person("Amina", city=city)
    form = {**FORM, "course": course.id, "city": city.id}
    page = desk.post("/assignments/preview", data=form)
    assert page.status_code == 200
    assert "Enrol 2 people" in page.text
    assert there(course) == {}
    answer = desk.post("/assignments", data=form)
    assert answer.status_code == 303
    page = desk.get(answer.location)
    assert "Everyone of Ghent" in page.text
    assert "By 31 May 2099" in page.text
    assert "Amina" in page.text
    assert "Everyone of Ghent" in desk.get("/assignments").text
    assert desk.post(f"{answer.location}/due", data={"when": "days", "days": "30"}).status_code == 303
    assert "Within 30 days" in desk.get(answer.location).text
    assert desk.post(f"{answer.location}/end").status_code == 303
    assert "Everyone of Ghent" not in desk.get("/assignments").text
    assert "Everyone of Ghent" in desk.get("/assignments?ended=y").text


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"course": ""}, "Choose one from the list."),
        ({"city": "999"}, "Choose one from the list."),
        ({"whom": "role"}, "Choose one."),
        ({"day": "2001-01-01"}, "That day is over."),
        ({"day": "soon"}, "Choose the day"),
        ({"when": "days", "days": "0"}, "Write a number of days"),
        ({"whom": "person", "who": ""}, "Write a name"),
        ({"whom": "person", "who": "Nobody Such"}, "Nobody whom you may enrol"),
        ({"whom": "person", "who": "Trabelsi"}, "Several people have this name."),
        ({"whom": "person", "person": "999"}, "not for you to enrol"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    desk: FlaskClient, city: City, changed: dict[str, str], fault: str
) -> None:
    course = a_course()
    a_person(city=city)
    a_person(city=city)
    for address in ("/assignments/preview", "/assignments"):
        answer = desk.post(address, data={**FORM, "course": course.id, "city": city.id, **changed})
        assert answer.status_code == 422
        assert fault in answer.text
    assert there(course) == {}


def test_a_stranger_finds_no_assignment(app: Flask, desk: FlaskClient, city: City, admin: Identity) -> None:
    other = a_city()
    given = give(a_course(), Target(city_id=other.id), admin)
    for method, path in (("get", ""), ("post", "/due"), ("post", "/end")):
        assert getattr(desk, method)(f"/assignments/{given}{path}").status_code == 404
    assert partial(desk.get, "/assignments")().text.count("Everyone of") == 0


def test_who_moved_to_another_city_is_shown_to_its_coordinators_only(
    city: City, admin: Identity, coordinator: Identity
) -> None:
    course, moving, staying = a_course(), a_person("Moving", city=city), a_person("Staying", city=city)
    given = give(course, Target(city_id=city.id), coordinator, Due(at=SOON))
    with unit_of_work():
        auth.move_to_city(person_id=moving.id, city_id=a_city().id, by=None)
    at = SOON + timedelta(days=1)
    assignment = assigned_queries.get_assignment(coordinator, given)
    rows, total = assigned_queries.list_reached(coordinator, assignment, page=1, at=at)
    assert {row.person_id for row in rows} == {coordinator.id, staying.id}
    assert total == assigned_queries.get_line(coordinator, given, at).enrolled == 2
    rows, total = assigned_queries.list_reached(admin, assignment, page=1, at=at)
    assert {row.person_id for row in rows} == {coordinator.id, staying.id, moving.id}
    assert total == assigned_queries.get_line(admin, given, at).enrolled == 3


def figures(person: Identity, given: int, at: datetime) -> tuple[int, int, int]:
    """Enrolled, completed and late of an assignment; its list says the same of each."""
    line = assigned_queries.get_line(person, given, at)
    assignment = assigned_queries.get_assignment(person, given)
    rows, total = assigned_queries.list_reached(person, assignment, page=1, at=at)
    there = [row for row in rows if row.state not in (None, EnrolmentState.WITHDRAWN)]
    assert len(rows) == total
    assert (line.enrolled, line.completed, line.late) == (
        len(there), sum(row.completed_at is not None for row in there), sum(row.late for row in rows),
    )  # fmt: skip
    return line.enrolled, line.completed, line.late


def test_figures_do_not_fall_back_when_somebody_renews(desk: FlaskClient, city: City, coordinator: Identity) -> None:
    course, person = a_course("prevention", certificate_months=12), a_person("Renewing", city=city)
    given = give(course, Target(person_id=person.id), coordinator, Due(at=clock.now() + timedelta(days=2)))
    complete(person, course)
    assert figures(coordinator, given, clock.now()) == (1, 1, 0)
    with clock.at(clock.now() + timedelta(days=340)):
        with unit_of_work():
            renewal_services.renew(person_id=person.id, course_id=course.id)
        later = clock.now() + timedelta(days=60)  # the renewal is late, and not by this assignment
    for at in (clock.now() + timedelta(days=341), later):
        assert figures(coordinator, given, at) == (1, 1, 0)
    page = desk.get(f"/assignments/{given}").text
    assert "of 4 activities" not in page and "Completed" in page
    again = give(a_course(), Target(person_id=person.id), coordinator, Due(at=SOON))
    assert figures(coordinator, again, SOON + timedelta(days=1)) == (1, 0, 1)


def test_a_renewal_is_late_by_what_was_given_before_it(city: City, admin: Identity) -> None:
    course, person = a_course("prevention", certificate_months=12), a_person(city=city)
    enrol(person, course)
    complete(person, course)
    with clock.at(clock.now() + timedelta(days=340)):
        given = give(course, Target(city_id=city.id), admin, Due(days=10))
        assert figures(admin, given, clock.now()) == (1, 1, 0)
        with unit_of_work():
            renewal_services.renew(person_id=person.id, course_id=course.id)
        jobs.follow_assignments()
        assert figures(admin, given, clock.now() + timedelta(days=12)) == (1, 0, 1)


def test_the_erased_are_in_no_figure_and_no_list(city: City, admin: Identity) -> None:
    course, person, staying = a_course(), a_person(city=city), a_person(city=city)
    given = give(course, Target(city_id=city.id), admin)
    complete(person, course)
    assert figures(admin, given, clock.now()) == (2, 1, 0)
    with unit_of_work():
        auth.erase(person_id=person.id, keeps_name=False, reason="Asked.", by=None)
    assert figures(admin, given, clock.now()) == (1, 0, 0)
    assert staying.id


def test_the_form_shows_the_day_that_was_written(app: Flask) -> None:
    for zone in ("America/Montreal", "Asia/Tokyo", "UTC"):
        with app.test_request_context():
            form = DueForm(zone, Due(at=end_of(date(2027, 5, 31), zone)), formdata=None)
            assert form.day.data == "2027-05-31"
            assert form.due == Due(at=end_of(date(2027, 5, 31), zone))


def test_a_renewal_is_not_due_by_what_was_given_before(city: City, admin: Identity) -> None:
    course, person = a_course("prevention", certificate_months=12), a_person(city=city)
    give(course, Target(city_id=city.id), admin, Due(at=clock.now() + timedelta(days=2)))
    within = give(course, Target(person_id=person.id), admin, Due(days=5))
    enrolment_id = db.session.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == person.id)) or 0
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course.id)) or 0
    for activity in get_edition(edition_id).activities:
        with unit_of_work():
            done = Outcome(ActivityState.COMPLETE)
            progress.record(enrolment_id=enrolment_id, activity_id=activity.id, outcome=done)
    with clock.at(clock.now() + timedelta(days=340)):
        with unit_of_work():
            due_at = renewal_services.renew(person_id=person.id, course_id=course.id).due_at
        jobs.follow_assignments()
        assert there(course)[person.id] == due_at
        with unit_of_work():
            services.end(assignment_id=within, by=admin)
        give(course, Target(person_id=person.id), admin, Due(days=3))
        new = there(course)[person.id]
        assert new and due_at and new < due_at


def complete(person: Person, course: Course) -> None:
    """Whoever is in the course does all that it asks for."""
    enrolment_id = db.session.scalar(
        sa.select(Enrolment.id).where(Enrolment.person_id == person.id, Enrolment.course_id == course.id)
    )
    edition_id = db.session.get_one(Course, course.id).edition_id
    assert enrolment_id and edition_id
    for activity in get_edition(edition_id).activities:
        with unit_of_work():
            done = Outcome(ActivityState.COMPLETE)
            progress.record(enrolment_id=enrolment_id, activity_id=activity.id, outcome=done)


def enrol(person: Person, course: Course) -> int:
    with unit_of_work():
        return progress.enrol(person=person, course_id=course.id).id


def test_days_count_from_when_a_renewal_began_so_that_it_is_never_late_at_once(city: City, admin: Identity) -> None:
    course, person = a_course("prevention", certificate_months=12), a_person(city=city)
    enrol(person, course)
    complete(person, course)
    within = give(course, Target(city_id=city.id), admin, Due(days=30))
    with clock.at(clock.now() + timedelta(days=340)):
        with unit_of_work():
            due_at = renewal_services.renew(person_id=person.id, course_id=course.id).due_at
        assert due_at and due_at > clock.now()
        jobs.follow_assignments()
        assert there(course)[person.id] == due_at
        day = clock.now() + timedelta(days=5)
        in_twenty_days = end_of((clock.now() + timedelta(days=20)).date(), "UTC")
        for due, new in ((Due(at=day), day), (Due(days=20), in_twenty_days)):
            with unit_of_work():
                services.change_due(assignment_id=within, due=due, by=admin)
            assert there(course)[person.id] == new


@pytest.mark.parametrize("due", [Due(at=SOON), Due(days=20)])
def test_who_was_in_the_course_and_comes_after_the_day_is_not_late(city: City, admin: Identity, due: Due) -> None:
    course, person = a_course(), a_person()
    enrol(person, course)
    give(course, Target(city_id=city.id), admin, due)
    with clock.at(SOON + timedelta(days=1)):
        with unit_of_work():
            auth.move_to_city(person_id=person.id, city_id=city.id, by=None)
        jobs.follow_assignments()
        assert there(course) == {person.id: None}


def test_who_comes_after_the_day_is_enrolled_without_it_and_follows_the_next(city: City, admin: Identity) -> None:
    course = a_course()
    given = give(course, Target(city_id=city.id), admin, Due(at=SOON))
    with clock.at(SOON + timedelta(seconds=1)):
        person = a_person(city=city)
        jobs.follow_assignments()
        assert there(course) == {person.id: None}
        with unit_of_work():
            services.change_due(assignment_id=given, due=Due(at=SOON + timedelta(days=30)), by=admin)
        assert there(course) == {person.id: SOON + timedelta(days=30)}


@pytest.mark.parametrize("due", [Due(at=SOON), Due(days=90)])
def test_a_changed_date_holds_for_who_left_and_comes_back(city: City, admin: Identity, due: Due) -> None:
    course, person, staying = a_course(), a_person(city=city), a_person(city=city)
    given = give(course, Target(city_id=city.id), admin, Due(days=10))
    first = there(course)[person.id]
    enrolment_id = db.session.scalar(sa.select(Enrolment.id).where(Enrolment.person_id == person.id)) or 0
    with unit_of_work():
        progress.withdraw(enrolment_id=enrolment_id, by_id=person.id)
    with unit_of_work():
        services.change_due(assignment_id=given, due=due, by=admin)
    with clock.at(clock.now() + timedelta(days=20)), unit_of_work():
        progress.come_back(enrolment_id=enrolment_id)
    dates = there(course)
    assert dates[person.id] == dates[staying.id] != first


def test_one_person_is_followed_by_what_may_reach_them(city: City, admin: Identity, statements: list[str]) -> None:
    for _number in range(12):
        give(a_course(), Target(city_id=a_city().id), admin)
    course, person = a_course(), a_person(city=city)
    give(course, Target(role=Role.TRAINER), admin)
    give(course, Target(city_id=city.id), admin)
    db.session.rollback()
    statements.clear()
    jobs.follow_person(person.id)
    assert len(statements) < 10


@pytest.mark.parametrize("times", range(3))
def test_dates_changed_at_once_cross_nowhere(app: Flask, admin: Identity, times: int) -> None:
    course, cities = a_course(), [a_city(), a_city()]
    people = [a_person(city=cities[number % 2]) for number in range(40)]
    given = [give(course, Target(city_id=one.id), admin, Due(at=SOON)) for one in cities]
    for person in people:
        give(course, Target(person_id=person.id), admin, Due(at=SOON + timedelta(days=1)))
    db.session.remove()

    def change(assignment_id: int) -> None:
        with app.app_context(), unit_of_work():
            services.change_due(assignment_id=assignment_id, due=Due(days=30), by=admin)

    def follow(assignment_id: int) -> None:
        with app.app_context():
            jobs.follow_assignment(assignment_id)

    at_once([partial(work, one) for work in (change, follow) for one in given])
    due = db.session.scalars(sa.select(Enrolment.due_at).distinct()).all()
    assert len(due) == 1 and due[0] and due[0] < SOON


def test_days_end_by_the_clocks_of_who_gave_it_at_the_time(city: City, admin: Identity) -> None:
    course, person = a_course(), a_person(city=city)
    with clock.at(datetime(2027, 3, 1, 2, tzinfo=UTC)):  # in New York it is still February
        within = give(course, Target(city_id=city.id), replace(admin, time_zone="America/New_York"), Due(days=3))
        due_at = there(course)[person.id]
        assert due_at == datetime(2027, 3, 4, 4, 59, 59, tzinfo=UTC)
        with unit_of_work():
            db.session.get_one(Person, admin.id).time_zone = "Asia/Tokyo"
        jobs.follow_assignments()
        assert there(course)[person.id] == due_at
        with unit_of_work():
            services.change_due(assignment_id=within, due=Due(days=4), by=replace(admin, time_zone="Asia/Tokyo"))
        assert there(course)[person.id] == datetime(2027, 3, 5, 14, 59, 59, tzinfo=UTC)


def told_of_dates() -> dict[int, list[str]]:
    """The dates that each person was told anew, in order, as days; empty: there is none any more."""
    db.session.rollback()
    told: dict[int, list[str]] = {}
    for notice in db.session.scalars(sa.select(Notice).where(Notice.kind == "due_changed").order_by(Notice.id)):
        told.setdefault(notice.person_id, []).append((notice.values["due_at"] or "")[:10])
    db.session.rollback()
    return told


def test_whose_date_changes_is_told_each_time_and_nobody_else(city: City, admin: Identity) -> None:
    course, person, done, left, own = a_course(), *(a_person(city=city) for _number in range(4))
    with unit_of_work():
        progress.enrol(person=own, course_id=course.id, due_at=SOONER)
    given = give(course, Target(city_id=city.id), admin, Due(at=SOON))
    assert told_of_dates() == {}
    ids = dict(db.session.execute(sa.select(Enrolment.person_id, Enrolment.id)).all())
    with unit_of_work():
        for activity in get_edition(course.edition_id or 0).activities:
            progress.record(enrolment_id=ids[done.id], activity_id=activity.id, outcome=Outcome(ActivityState.COMPLETE))
        progress.withdraw(enrolment_id=ids[left.id], by_id=left.id)
    later = SOON + timedelta(days=9)
    for due in (Due(at=later), Due(at=later), Due(at=SOON), Due(at=later), Due()):
        with unit_of_work():
            services.change_due(assignment_id=given, due=due, by=admin)
    days = [f"{day:%Y-%m-%d}" for day in (later, SOON, later)]
    assert told_of_dates() == {person.id: [*days, ""]}


def test_who_is_given_a_date_in_a_course_that_they_are_in_is_told(city: City, admin: Identity) -> None:
    course, person = a_course(), a_person(city=city)
    with unit_of_work():
        progress.enrol(person=person, course_id=course.id)
    first = give(course, Target(person_id=person.id), admin, Due(at=SOONER))
    give(course, Target(city_id=city.id), admin, Due(at=SOON))
    assert told_of_dates() == {person.id: [f"{SOONER:%Y-%m-%d}"]}
    with unit_of_work():
        services.change_due(assignment_id=first, due=Due(at=SOON + timedelta(days=9)), by=admin)
    assert told_of_dates() == {person.id: [f"{SOONER:%Y-%m-%d}", f"{SOON:%Y-%m-%d}"]}  # the city's, once


def test_among_messages_a_day_that_is_over_makes_nobody_late(app: Flask, city: City, admin: Identity) -> None:
    course, person = a_course(), a_person(city=city)
    give(course, Target(city_id=city.id), admin, Due(at=SOON))
    client = signed_in(app.test_client(), person)
    with clock.at(SOON - timedelta(days=5)):
        reminders.remind_due()
        assert client.get("/notices").text.count("Due 31 May (in 5 days)") == 2
    complete(person, course)
    with clock.at(SOON + timedelta(days=3)):
        page = client.get("/notices").text
        assert "Late" not in page and "ago" not in page and page.count("Due 31 May") == 2


def test_older_messages_say_the_former_date_no_longer(app: Flask, city: City, admin: Identity) -> None:
    course, person = a_course(), a_person(city=city)
    given = give(course, Target(city_id=city.id), admin, Due(at=SOON))
    with clock.at(SOON - timedelta(days=5)):
        reminders.remind_due()
        client = signed_in(app.test_client(), person)
        assert client.get("/notices").text.count("Due 31 May (in 5 days)") == 2
        for due in (Due(at=SOON + timedelta(days=3)), Due(at=SOON + timedelta(days=9))):
            with unit_of_work():
                services.change_due(assignment_id=given, due=due, by=admin)
        page = client.get("/notices").text
        assert "This course has another due date:" in page and "Due 9 June (in 14 days)" in page
        assert page.count("Due 31 May") == 1 and page.count("This date holds no longer.") == 2
    with clock.at(SOON - timedelta(days=4)):
        mail_notices()
    mails = db.session.scalars(sa.select(Outbox.values).where(Outbox.person_id == person.id)).all()
    words = [notice["words"] for mail in mails for group in mail["groups"] for notice in group["notices"]]
    assert not any("31 May" in said or "3 June" in said for said in words)
    assert sum("another due date" in said and "9 June" in said for said in words) == 1
