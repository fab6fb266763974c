"""The page of a call for whom a rule can judge: the shortest way, who is closest, what will not last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonRole, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants.calls.questionnaire import FileKind, Question, QuestionKind, Questionnaire
from app.grants.eligibility.way_queries import get_beside
from app.grants.models import Application, ApplicationState, GrantCall
from app.grants.queries import get_call
from app.grants.reading import read_by
from app.grants.rules import All, Certified, CityTrained, Completed, MemberFor
from app.network.models import City
from app.progress.models import ActivityProgress, ActivityState, Enrolment
from tests.factories import a_city, a_course, a_person, signed_in, text
from tests.grants.factories import (
    DAY,
    NOW,
    a_call,
    a_certificate,
    a_completion,
    an_enrolment,
    complete_activities,
    moved,
)

from .test_queries import identity
from .test_views import page


@pytest.fixture
def sfax(app: Flask) -> City:
    return a_city("Sfax", country="TN")


@pytest.fixture
def course(app: Flask) -> Course:
    return a_course("prevention", modules=2, lessons=5)


def progress(enrolment: Enrolment, course: Course, count: int, *, since: timedelta) -> None:
    """So many activities done by the person, the first so long ago, the others now."""
    with unit_of_work():
        for place, activity in enumerate([a for module in course.modules for a in module.activities][:count]):
            moment = NOW - since if place == 0 else NOW - DAY
            db.session.add(
                ActivityProgress(
                    enrolment_id=enrolment.id, cycle=1, activity_id=activity.id, state=ActivityState.COMPLETE,
                    first_at=moment, completed_at=moment,
                )
            )  # fmt: skip
    complete_activities(enrolment, [a.id for module in course.modules for a in module.activities][:count])


def test_the_shortest_way_says_how_long_and_by_when_to_begin(client: FlaskClient, sfax: City, course: Course) -> None:
    a_call(All(of=(Completed(course.id), Certified(a_course("schools").id))), slug="local")
    signed_in(client, a_person(city=sfax))
    with clock.at(NOW):
        words = page(client, "/grants/local")
        html = client.get("/grants/local").get_data(as_text=True)
    assert "The shortest way to yes The city’s part About 50 min 10 activities The city’s part About 20 min" in words
    assert "About 1 h 10 min in all. At an hour a week that takes about 9 days." in words
    assert "Begin by 22 January 2027 at the latest." in words
    assert 'href="/courses/schools"' in html


def test_the_pace_is_the_persons_own(client: FlaskClient, sfax: City, course: Course) -> None:
    a_call(Completed(course.id), slug="local")
    a_call(Completed(course.id), slug="soon", closes_at=NOW + 9 * DAY)
    person = a_person(city=sfax)
    progress(an_enrolment(person, course, at=NOW - 20 * DAY), course, 4, since=14 * DAY)
    signed_in(client, person)
    with clock.at(NOW):
        assert "6 activities left At your pace of the last weeks that takes about 3 weeks." in page(
            client, "/grants/local"
        )
        words = page(client, "/grants/soon")
    assert "The call closes in about 9 days: with about 25 min a week you are there in time." in words


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (3 * DAY, "There are only about 3 days, and it takes about 50 min: begin now."),
        (timedelta(hours=20), "There are only 20 h, and it takes about 50 min: begin now."),
        (timedelta(minutes=40), "There are only 40 min: no longer time enough for about 50 min."),
    ],
)
def test_the_way_says_when_there_is_hardly_time_or_none(
    client: FlaskClient, sfax: City, course: Course, left: timedelta, said: str
) -> None:
    a_call(All((Completed(course.id), MemberFor(1))), slug="soon", closes_at=NOW + left)
    person = a_person(city=sfax)
    progress(an_enrolment(person, course, at=NOW - 60 * DAY), course, 0, since=DAY)
    signed_in(client, person)
    with clock.at(NOW):
        assert said in page(client, "/grants/soon")


def test_only_what_the_person_did_lately_makes_a_pace(sfax: City, course: Course) -> None:
    person, trainer = a_person(city=sfax), a_person()
    enrolment = an_enrolment(person, course, at=NOW - 90 * DAY)
    progress(enrolment, course, 6, since=80 * DAY)
    assert get_beside(1, person_id=person.id, city_id=None, at=NOW).pace.activities == 5
    assert get_beside(1, person_id=person.id, city_id=None, at=NOW - 2 * DAY).pace.activities == 0
    with unit_of_work():
        db.session.execute(sa.update(ActivityProgress).values(by_id=trainer.id))
    assert not get_beside(1, person_id=person.id, city_id=None, at=NOW).pace.is_own


@pytest.fixture
def people(sfax: City, course: Course) -> dict[str, Person]:
    """Sfax lacks two of three people trained in the last year."""
    found = {name: a_person(name, city=sfax) for name in ("Done", "Far", "Near", "Begun", "Nowhere", "Long ago")}
    found["Salma"] = a_person("Salma", city=sfax, roles=(Role.COORDINATOR,))
    a_completion(found["Done"], course, at=NOW - DAY)
    a_completion(found["Long ago"], course, at=NOW - 500 * DAY)
    an_enrolment(found["Begun"], course, at=NOW - DAY, done=0, total=10)
    an_enrolment(found["Far"], course, at=NOW - DAY, done=2, total=10)
    an_enrolment(found["Near"], course, at=NOW - DAY, done=8, total=10)
    a_person("Elsewhere", city=a_city("Ghent"))
    a_call(CityTrained(course.id, 3, 12), slug="city")
    return found


def test_the_coordinator_sees_who_is_closest(client: FlaskClient, people: dict[str, Person]) -> None:
    signed_in(client, people["Salma"])
    with clock.at(NOW):
        words = page(client, "/grants/city")
    way = words.partition("The shortest way to yes")[2].partition("Decided by")[0]
    assert "2 more people of Sfax complete “The city’s part” by 31 January 2027, 18:00 Tunis time." in way
    assert "It takes about 50 min: at an hour a week, begin by 25 January 2027 at the latest." in way
    assert (
        "These 4 are closest: Near 8 of 10 activities Far 2 of 10 activities Begun Enrolled, not begun"
        " Long ago Not enrolled" in way
    )


def test_practitioners_and_other_coordinators_see_no_names(client: FlaskClient, people: dict[str, Person]) -> None:
    signed_in(client, people["Nowhere"])
    with clock.at(NOW):
        words = page(client, "/grants/city")
        assert "2 more people of Sfax" in words
        assert "Your city’s coordinator can see how many steps each of you has left." in words
        signed_in(client, a_person(city=a_city("Oslo"), roles=(Role.COORDINATOR,)))
        words += page(client, "/grants/city")
    for name in ("Near", "Far", "Begun", "Long ago", "Salma"):
        assert name not in words


def test_what_will_not_hold_until_the_call_closes_is_said(client: FlaskClient, sfax: City, course: Course) -> None:
    a_call(Certified(course.id), slug="local")
    person = a_person(city=sfax)
    a_certificate(person, course, at=NOW - 30 * DAY, expires_at=NOW + 5 * DAY)
    signed_in(client, person)
    with clock.at(NOW):
        words = page(client, "/grants/local")
    assert "You are eligible" in words
    assert "As things stand, this will not hold until the call closes." in words
    assert "Will not last Your certificate expires on 26 November 2026, before the call closes." in words
    with clock.at(NOW + 90 * DAY):
        assert "Will not last" not in page(client, "/grants/local")


def test_what_is_left_is_to_be_done_before_what_is_met_ends(client: FlaskClient, sfax: City, course: Course) -> None:
    schools, person = a_course("schools"), a_person(city=sfax)
    a_call(All(of=(Completed(schools.id), Certified(course.id))), slug="local")
    a_certificate(person, course, at=NOW - 30 * DAY, expires_at=NOW + 5 * DAY)
    signed_in(client, person)
    with clock.at(NOW):
        words, listed = page(client, "/grants/local"), page(client, "/grants")
    verdict = words.partition("Requirements")[0]
    assert "One step left for you Take “The city’s part” by 26 November, 11:00 Tunis time." in verdict
    assert "so your city has to apply by 26 November, 11:00 Tunis time. See what will not last under" in verdict
    assert "Take “The city’s part” by 26 November, 11:00 Tunis time." in listed


@pytest.mark.parametrize("name", ["Salma", "Near"])
def test_the_page_costs_five_statements_at_most(
    client: FlaskClient, people: dict[str, Person], name: str, statements: list[str]
) -> None:
    signed_in(client, people[name])
    with clock.at(NOW):
        page(client, "/grants/city")
        statements.clear()
        client.get("/grants/city")
    assert len(statements) - 1 <= 5  # the first is the person’s own


def test_a_city_that_has_to_wait_is_told_from_which_day(client: FlaskClient, course: Course) -> None:
    a_call(MemberFor(12), slug="alone")
    a_call(All(of=(MemberFor(12), Completed(course.id))), slug="local")
    signed_in(client, a_person(city=a_city("Sfax", joined_on=(NOW - 335 * DAY).date())))
    with clock.at(NOW):
        alone, words = page(client, "/grants/alone"), page(client, "/grants/local")
    assert "This call is not open to your city yet" in words and "This call is not open to your city." not in words
    assert "It will be open to Sfax from 21 December 2026. Finish what else is left by 31 January 2027" in words
    assert "It will be open to Sfax from 21 December 2026 until 31 January 2027" in alone


def test_a_day_of_the_network_is_the_same_for_every_reader(client: FlaskClient, course: Course) -> None:
    """In New York it is still the day before when a day begins by UTC."""
    a_call(All(of=(MemberFor(12), Completed(course.id))), slug="local")
    person = a_person(city=a_city("Sfax", joined_on=(NOW - 335 * DAY).date()))
    with unit_of_work():
        db.session.get_one(Person, person.id).time_zone = "America/New_York"
    signed_in(client, person)
    with clock.at(NOW):
        words, home = page(client, "/grants/local"), client.get("/", follow_redirects=True).text
    assert "It will be open to Sfax from 21 December 2026." in words and "it will be so from 21 December 2026" in words
    assert "Open to your city from 21 December 2026." in home


def test_who_belongs_to_no_city_is_told_so_and_cannot_apply(client: FlaskClient, course: Course) -> None:
    a_call(Completed(course.id), slug="local")
    person = a_person(city=None)
    a_completion(person, course, at=NOW - DAY)
    signed_in(client, person)
    with clock.at(NOW):
        words = page(client, "/grants/local")
    assert "Only a city is missing Your account does not belong to a city yet." in words
    assert "You are eligible" not in words and "Apply for your city" not in words


def test_a_coordinator_sees_no_names_of_the_city_they_belong_to_but_do_not_coordinate(
    client: FlaskClient, sfax: City, course: Course
) -> None:
    ghent = a_city("Ghent")
    a_completion(a_person("Lena Maes", city=ghent), course, at=NOW - DAY)
    a_call(CityTrained(course.id, 3), slug="city")
    person = a_person("Salma", city=ghent, roles=(Role.COORDINATOR,))
    moved(person, sfax, NOW - DAY / 2)
    call = get_call("city", NOW)
    reader = replace(identity(person, Role.COORDINATOR, coordinates=(sfax.id,)), city_id=sfax.id)
    with clock.at(NOW), client.application.test_request_context():
        assert "Lena Maes" not in read_by(reader, replace(call, closes_at=NOW - DAY), NOW)["names"].values()


def test_everyone_reads_how_much_a_grant_is_and_what_is_asked(client: FlaskClient, course: Course) -> None:
    call = a_call(Completed(course.id), slug="local")
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id)
        row.ceiling, row.currency = 40_000, "EUR"
        row.questionnaire = Questionnaire(
            questions=(
                Question("plan", QuestionKind.TEXT, text("What will you try?"), words=400),
                Question("letters", QuestionKind.FILES, text("Letters"), files=2, kinds=(FileKind.PDF,)),
            )
        )
    with clock.at(NOW):
        words = page(client, "/grants/local")
        assert "At most €40,000 each" in words
        assert "See what an application asks What will you try? At most 400 words Letters Up to 2 files PDF" in words
        assert "At most €40,000 each" in page(client, "/grants")


def test_the_call_says_how_far_the_application_of_the_city_is(client: FlaskClient, sfax: City, course: Course) -> None:
    """To its coordinator and the eligible, on the page, in the list and on home; to nobody else."""
    call = a_call(Completed(course.id), slug="local")
    salma, able, other = a_person(city=sfax, roles=(Role.COORDINATOR,)), a_person(city=sfax), a_person(city=sfax)
    a_completion(able, course, at=NOW - DAY)
    pages = ("/grants/local", "/grants", "/learn")
    with unit_of_work():
        row = Application(call_id=call.id, city_id=sfax.id, created_at=NOW, created_by_id=salma.id)
        db.session.add(row)
        db.session.flush()
    for state, said in (
        (ApplicationState.DRAFT, "Sfax has begun its application. It counts once it is submitted."),
        (ApplicationState.SUBMITTED, "Sfax has applied. The committee decides after the call has closed."),
        (ApplicationState.AWARDED, "Sfax is awarded a grant."),
    ):
        with unit_of_work():
            db.session.get_one(Application, row.id).state = state
        with clock.at(NOW):
            for person, knows in ((salma, True), (able, True), (other, False)):
                signed_in(client, person)
                at_home = knows and (person is able or state != ApplicationState.DRAFT)  # else what is left to do
                told = [said in page(client, address) for address in pages]
                assert told == [knows, knows, at_home], (state, person.id)
            signed_in(client, able)
            assert ("Sfax can apply until" in page(client, "/grants/local")) is (state != ApplicationState.SUBMITTED)


def test_who_moved_since_the_call_closed_is_told_nothing_of_their_new_city(
    client: FlaskClient, sfax: City, course: Course
) -> None:
    """Who was eligible in the city of that time knows nothing of the application of another one."""
    amira, tunis, closes_at = a_person("Amira", city=sfax), a_city("Tunis", country="TN"), NOW + 9 * DAY
    a_completion(amira, course, at=NOW - DAY)
    call = a_call(Completed(course.id), slug="local", closes_at=closes_at)
    with unit_of_work():
        for city, state in ((sfax, ApplicationState.REFUSED), (tunis, ApplicationState.AWARDED)):
            db.session.add(Application(call_id=call.id, city_id=city.id, state=state, created_at=NOW))
    signed_in(client, amira)
    moved(amira, tunis, closes_at + DAY)
    with clock.at(closes_at + 2 * DAY):
        said = page(client, "/grants/local")
        assert "You were eligible when this call closed" in said
        assert "grant." not in said and "Open the application" not in said
        with unit_of_work():
            db.session.add(PersonRole(person_id=amira.id, role=Role.COORDINATOR, city_id=tunis.id, from_at=NOW))
        assert "Tunis is awarded a grant. Open the application" in page(client, "/grants/local")
        assert f'href="/grants/local/application/{tunis.id}"' in client.get("/grants/local").text
