"""The pages of grants, for each reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, PersonState, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants.models import Application, GrantCall
from app.grants.rules import All, Any_, Certified, CityTrained, Completed
from app.network.models import City
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in
from tests.grants.factories import (
    DAY,
    NOW,
    a_call,
    a_certificate,
    a_completion,
    an_enrolment,
    complete_activities,
)
from tests.pages import check_page


@dataclass(frozen=True)
class Scene:
    """Sfax and one call. Amina has one step left, Hedi is eligible, Nadia and the others have more to do."""

    city: City
    course: Course
    amina: Person
    hedi: Person
    coordinator: Person
    administrator: Person


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    city, course, schools = a_city("Sfax", country="TN"), a_course("prevention", questions=[a_choice_question()]), None
    schools = a_course("schools")
    amina, hedi = a_person("Amina Trabelsi", city=city), a_person("Hedi Jaziri", city=city)
    a_person("Nadia Ben Amor", city=city)
    coordinator = a_person("Salma Mejri", city=city, roles=(Role.COORDINATOR,))
    administrator = a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,))
    for person in (amina, hedi):
        a_certificate(person, schools, at=NOW - 30 * DAY, expires_at=NOW + 300 * DAY)
    a_completion(hedi, course, at=NOW - 3 * DAY, score=0.9)
    enrolment = an_enrolment(amina, course, at=NOW - 5 * DAY, score=0.86)
    complete_activities(enrolment, [a.id for a in course.modules[0].activities])
    rule = All(of=(Completed(course.id, 70.0), Certified(schools.id), CityTrained(schools.id, 2, 24)))
    a_call(rule, slug="local")
    with clock.at(NOW):
        yield Scene(city, course, amina, hedi, coordinator, administrator)


def page(client: FlaskClient, url: str, status: int = 200) -> str:
    """The words of a page without its masthead, once its HTML was found to be in order."""
    answer = client.get(url)
    assert answer.status_code == status
    html = answer.get_data(as_text=True)
    assert check_page(html) == []
    main = re.sub(r"(?s)<header.*?</header>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_one_step_left(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.amina)
    words = page(client, "/grants/local")
    assert "One step left for you Finish “The city’s part” by 31 January 2027, 18:00 Tunis time." in words
    assert "About 20 min left." in words
    assert "2/3" in words
    assert "2 of 5 activities, tests so far 86%" in words
    assert "Met (2)" in words
    assert re.search(r"Certificate SC-0000-\d{4}-\d{4}-\d , 22 October 2026, valid until 17 September 2027", words)
    assert "Sfax has 2" in words
    assert words.index("2 of 5 activities") < words.index("Met (2)") < words.index("Certificate SC-")
    assert "Decided by rule 1, approved by the steering committee on 12 October 2026. Checked just now." in words
    assert "Complete “The city’s part” with at least 70%" in words
    assert "Practitioners eligible 1 of 4 One step away 1" in words
    html = client.get("/grants/local").get_data(as_text=True)
    assert html.count('href="/courses/prevention"') == 3


def test_eligible(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.hedi)
    words = page(client, "/grants/local")
    assert "You are eligible Sfax can apply until 31 January 2027, 18:00 Tunis time." in words
    assert "3/3" in words
    assert "1 practitioner of Sfax is eligible, so the city can apply while the call is open." in words
    assert "left." not in words


def test_practitioners_see_counts_and_no_names(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.amina)
    for url in ("/grants", "/grants/local"):
        words = page(client, url)
        for name in ("Hedi", "Nadia", "Salma", "Amina"):
            assert name not in words


def test_the_coordinator_sees_who_is_near_and_which_step(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.coordinator)
    words = page(client, "/grants/local")
    assert "Sfax has 2: Amina Trabelsi, Hedi Jaziri" in words
    assert "Who is eligible Hedi Jaziri" in words
    assert "Who, and which step Amina Trabelsi Complete “The city’s part” with at least 70%" in words
    assert "Nadia" not in words


def test_another_citys_coordinator_sees_nothing_of_this_one(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, a_person("Lena Maes", city=a_city("Ghent"), roles=(Role.COORDINATOR,)))
    words = page(client, "/grants/local")
    assert "Ghent in this call" in words
    assert "Sfax" not in words
    assert "Hedi" not in words


def test_the_way_to_the_application_says_how_far_the_city_is(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.amina)
    assert "Apply for your city" not in page(client, "/grants/local")
    signed_in(client, scene.hedi)
    assert "You are eligible" in page(client, "/grants/local")
    verdict = re.search(r'(?s)<div class="verdict met">.*?<section', client.get("/grants/local").text)
    assert verdict and "Apply for your city" in verdict[0]
    signed_in(client, scene.coordinator)
    words = page(client, "/grants/local")
    assert "Apply for your city" in words
    assert "You can begin it now" not in words
    ghent = a_city("Ghent")
    signed_in(client, a_person("Lena Maes", city=ghent, roles=(Role.COORDINATOR,)))
    words = page(client, "/grants/local")
    assert "Begin the application You can begin it now, and submit it as soon as somebody is eligible." in words
    call_id = db.session.scalars(sa.select(GrantCall.id).where(GrantCall.slug == "local")).one()
    with unit_of_work():
        db.session.add(
            Application(call_id=call_id, city_id=ghent.id, created_at=NOW, created_by_id=scene.amina.id, state="draft")
        )
    assert "Go to your city’s application" in page(client, "/grants/local")


def test_an_administrator_without_a_city_is_told_so(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.administrator)
    words = page(client, "/grants/local")
    assert "Your account does not belong to a city yet." in words
    assert "Which cities are eligible, and which are near" in words
    assert "in this call" not in words.replace("What has changed in this call", "")


def test_a_visitor_sees_the_rule_in_words_and_no_verdict(client: FlaskClient, scene: Scene) -> None:
    words = page(client, "/grants/local")
    assert "A city may apply when at least one of its practitioners meets this:" in words
    assert "All of these: Complete “The city’s part” with at least 70% Hold a valid certificate in" in words
    assert "At least 2 practitioners of your city trained in “The city’s part” in the last 24 months" in words
    assert "Sign in to see how you stand" in words
    assert "step left" not in words
    assert "Sfax" not in words
    html = client.get("/grants/local").get_data(as_text=True)
    assert 'href="/sign-in?next=/grants/local"' in html


def test_who_waits_for_a_city_sees_what_a_visitor_sees(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, a_person("Wendy Waits", state=PersonState.WAITING))
    words = page(client, "/grants/local")
    assert "A city may apply when" in words
    assert "step left" not in words
    assert "See what your account waits for" in words


def test_the_list_groups_calls_and_gives_each_its_verdict(client: FlaskClient, scene: Scene) -> None:
    a_call(Completed(scene.course.id), slug="next", title="Next year", opens_at=NOW + DAY, closes_at=NOW + 60 * DAY)
    a_call(Completed(scene.course.id), slug="last", title="Last year", closes_at=NOW - DAY)
    a_call(Completed(scene.course.id), slug="draft", title="Not published", published=False)
    signed_in(client, scene.amina)
    words = page(client, "/grants")
    assert words.index("Open now") < words.index("Coming Next year") < words.index("Closed Last year")
    assert words.count("One step left for you") == 2
    assert "2 of 3 met" in words
    assert "Closed 20 November, 11:00 Tunis time" in words
    assert "Not published" not in words
    client.delete_cookie("academy")
    assert "step left" not in page(client, "/grants")


def test_the_pages_cost_a_fixed_number_of_statements(client: FlaskClient, scene: Scene, statements: list[str]) -> None:
    signed_in(client, scene.coordinator)
    page(client, "/grants/local")
    for url, most in (("/grants", 4), ("/grants/local", 6)):
        statements.clear()
        client.get(url)
        assert len(statements) <= most, url


def test_no_calls_yet(client: FlaskClient, app: Flask) -> None:
    assert "No call is published yet." in page(client, "/grants")


def test_a_closed_call_keeps_how_things_stood(client: FlaskClient, scene: Scene) -> None:
    a_call(Completed(scene.course.id, 70.0), slug="closed", closes_at=NOW - 4 * DAY)
    signed_in(client, scene.hedi)  # who completed the day after
    words = page(client, "/grants/closed")
    assert "This call has closed This is how things stood on 17 November, 11:00 Tunis time." in words
    assert "Checked just now" not in words
    assert "Enrol" not in words
    assert "Practitioners eligible 0 of 4" in words


def test_one_of_several_ways_is_one_requirement(client: FlaskClient, scene: Scene) -> None:
    a_call(Any_(of=(Completed(scene.course.id), CityTrained(scene.course.id, 3))), slug="ways")
    signed_in(client, scene.amina)
    words = page(client, "/grants/ways")
    assert "0/1" in words
    assert "One of these:" in words
    assert "Sfax has 1 of 3" in words
    assert "One step left for you" in words


def test_two_steps_and_what_they_take(client: FlaskClient, scene: Scene) -> None:
    other = a_course()
    a_call(All(of=(Completed(scene.course.id), Completed(other.id))), slug="both")
    signed_in(client, scene.amina)
    words = page(client, "/grants/both")
    assert "2 steps left for you Finish them by 31 January 2027" in words
    assert "About 40 min left." in words
    assert "Not started: about 20 min" in words


def test_a_city_short_of_people_says_how_many_more(client: FlaskClient, scene: Scene) -> None:
    a_call(CityTrained(scene.course.id, 3), slug="city")
    signed_in(client, scene.hedi)
    words = page(client, "/grants/city")
    assert "2 more people of Sfax complete “The city’s part” by 31 January 2027" in words


def test_a_deadline_is_also_said_where_the_reader_is(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.amina)  # whose clock shows UTC
    words = page(client, "/grants/local")
    assert "Closes 31 January 2027, 18:00 Tunis time (31 January 2027, 17:00 in your time zone)" in words


@pytest.mark.parametrize("slug", ["none", "draft"])
def test_a_call_that_is_not_published_is_not_there(client: FlaskClient, scene: Scene, slug: str) -> None:
    a_call(Completed(scene.course.id), slug="draft", published=False)
    page(client, f"/grants/{slug}", 404)


def test_the_course_page_says_what_it_counts_towards(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.amina)
    words = page(client, "/courses/prevention")
    assert "This course counts towards Local Innovation Grant 2027 Required, with at least 70%" in words
    assert "Counts towards Local Innovation Grant 2027" in page(client, "/courses")


def test_home_shows_the_nearest_call(client: FlaskClient, scene: Scene) -> None:
    signed_in(client, scene.amina)
    words = page(client, "/learn")
    assert "Local Innovation Grant 2027 2 of 3 met Finish “The city’s part” to become eligible." in words
    assert "Closes 31 January 2027, 18:00 Tunis time." in words
