"""What would be if people of a city finished courses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants import queries
from app.grants.eligibility.what_if import Choice, imagine
from app.grants.judging.findings import Met
from app.grants.rules import All, Certified, CityIn, CityTrained, Completed, Declared, Passed
from app.network.models import City
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in, text
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, an_enrolment
from tests.house_rules.scene import rows_by_table

from .test_views import page


class Scene:
    """Sfax: Amina needs two people more to be trained, Hedi everything, Salma coordinates."""

    def __init__(self) -> None:
        self.city: City = a_city("Sfax")
        self.course: Course = a_course("prevention")
        self.amina, self.hedi = a_person("Amina", city=self.city), a_person("Hedi", city=self.city)
        self.salma: Person = a_person("Salma", city=self.city, roles=(Role.COORDINATOR,))
        a_certificate(self.amina, self.course, at=NOW - 30 * DAY, expires_at=NOW - DAY)
        rule = All(of=(Completed(self.course.id, 70.0), Certified(self.course.id), CityTrained(self.course.id, 3, 12)))
        a_call(rule, slug="local", closes_at=datetime(2027, 1, 31, tzinfo=UTC))


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene()


def test_everyone_is_judged_by_the_changed_facts(scene: Scene) -> None:
    call = queries.get_call("local", NOW)
    city = queries.judge_city(call, NOW, scene.city.id)
    before = {person_id: dict(facts.completions) for person_id, facts in city.facts.items()}

    def eligible(*people: Person) -> set[int]:
        choice = Choice(frozenset(person.id for person in people), frozenset({scene.course.id}))
        found = imagine(call, city, choice, names={})
        assert (found.eligible_now, found.is_eligible_now) == (0, False)
        assert found.is_eligible_then == (found.eligible_then > 0)
        return {one.person_id for one in found.people if one.becomes_eligible}

    assert eligible(scene.amina) == eligible(scene.hedi) == set()
    assert eligible(scene.amina, scene.hedi) == set()  # the city has two of three
    assert eligible(scene.hedi, scene.salma) == {scene.hedi.id, scene.salma.id}  # Amina's certificate has expired
    assert eligible(scene.amina, scene.hedi, scene.salma) == {scene.amina.id, scene.hedi.id, scene.salma.id}
    assert {person_id: dict(facts.completions) for person_id, facts in city.facts.items()} == before


def test_people_of_elsewhere_count_for_nothing(scene: Scene) -> None:
    call = queries.get_call("local", NOW)
    city = queries.judge_city(call, NOW, scene.city.id)
    others = frozenset({a_person().id, a_person().id, scene.hedi.id})
    found = imagine(call, city, Choice(others, frozenset({scene.course.id})), {})
    assert [one.person_id for one in found.people if one.is_chosen] == [scene.hedi.id]
    assert found.eligible_then == 0  # two of three are trained


def test_quizzes_and_statements_are_imagined_too(scene: Scene) -> None:
    course = a_course(questions=[a_choice_question()])
    quiz = course.modules[-1].activities[-1].id
    rule = All(of=(Passed(quiz), Passed(quiz, 80.0), Declared("own", text("We have a plan."), "en")))
    a_call(rule, slug="quiz")
    call = queries.get_call("quiz", NOW)
    city = queries.judge_city(call, NOW, scene.city.id)
    courses = frozenset(city.facts_alone.courses)
    assert courses == {course.id}
    chosen = Choice(frozenset({scene.hedi.id}), courses)
    assert imagine(call, city, chosen, {}).eligible_then == 0
    assert imagine(call, city, replace(chosen, states=True), {}).eligible_then == 1


def test_a_certificate_ends_as_the_course_says(client: FlaskClient, scene: Scene) -> None:
    """Those of the course are valid for two years."""
    late, soon = (Certified(scene.course.id, valid_on=date(year, 11, 20)) for year in (2028, 2027))
    a_call(late, slug="late")
    a_call(soon, slug="soon")
    signed_in(client, scene.salma)
    with clock.at(NOW - 2 * DAY):
        for slug, said in (("late", "Sfax could not apply yet"), ("soon", "Sfax could apply")):
            address = f"/grants/{slug}/what-if?course={scene.course.id}&person={scene.hedi.id}"
            assert said in page(client, address)


def test_a_city_may_become_eligible_alone(scene: Scene) -> None:
    a_call(CityTrained(scene.course.id, 3), slug="city")
    call = queries.get_call("city", NOW)
    city = queries.judge_city(call, NOW, scene.city.id)
    chosen = Choice(frozenset({scene.hedi.id, scene.salma.id}), frozenset({scene.course.id}))
    assert imagine(call, city, chosen, {}).is_eligible_then
    assert not imagine(call, city, Choice(), {}).is_eligible_then


def test_the_choices_stand_in_the_address_and_nothing_is_stored(
    client: FlaskClient, scene: Scene, statements: list[str]
) -> None:
    everyone = f"course={scene.course.id}" + "".join(f"&person={p.id}" for p in (scene.hedi, scene.salma))
    signed_in(client, scene.salma)
    before = rows_by_table()
    db.session.rollback()
    with clock.at(NOW):
        words = page(client, "/grants/local/what-if")
        assert "Sfax could not apply yet 0 practitioners would be eligible. Today it is 0." in words
        page(client, f"/grants/local/what-if?{everyone}")
        statements.clear()
        words = page(client, f"/grants/local/what-if?{everyone}")
        assert len(statements) <= 5
        assert "Sfax could apply 2 practitioners would be eligible. Today it is 0." in words
        assert "Hedi 2 steps left Eligible" in words
        html = client.get(f"/grants/local/what-if?{everyone}").get_data(as_text=True)
    assert html.count(" checked") == 3
    assert rows_by_table() == before


def test_who_becomes_eligible_through_a_colleague_is_shown_however_far_down(
    client: FlaskClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.grants.eligibility.what_if_views.MOST_SHOWN", 0)
    a_call(CityTrained(scene.course.id, 2), slug="city")
    signed_in(client, scene.salma)
    with clock.at(NOW):
        asked = f"?course={scene.course.id}&person={scene.hedi.id}"
        html = client.get(f"/grants/city/what-if{asked}").get_data(as_text=True)
    assert {name: f"> {name}</label>" in html for name in ("Amina", "Hedi", "Salma")} == dict.fromkeys(
        ("Amina", "Hedi", "Salma"), True
    )


def test_a_coordinator_tries_out_their_own_city_only(client: FlaskClient, scene: Scene) -> None:
    ghent = a_city("Ghent")
    signed_in(client, scene.salma)
    with clock.at(NOW):
        for asked in (ghent.id, 0, "x", "9" * 30, "²"):
            assert client.get(f"/grants/local/what-if?city={asked}").status_code == 404
        assert client.get("/grants/local/what-if?person=x&course=-1&course=999").status_code == 200
        signed_in(client, a_person(city=scene.city))
        assert client.get("/grants/local/what-if").status_code == 403


def test_an_administrator_tries_out_any_city(client: FlaskClient, scene: Scene) -> None:
    a_completion(a_person("Lena", city=a_city("Ghent")), scene.course, at=NOW - DAY, score=0.9)
    signed_in(client, a_person(roles=(Role.ADMINISTRATOR,)))
    with clock.at(NOW):
        assert "What if somebody of Sfax" in page(client, f"/grants/local/what-if?city={scene.city.id}")
        answer = client.get("/grants/local/what-if")
    assert (answer.status_code, answer.location) == (302, "/grants/local/network")


def test_a_city_without_practitioners_says_so(client: FlaskClient, scene: Scene) -> None:
    empty = a_city("Empty")
    signed_in(client, a_person(roles=(Role.ADMINISTRATOR,)))
    with clock.at(NOW):
        assert "Empty has no practitioner yet." in page(client, f"/grants/local/what-if?city={empty.id}")


def test_of_who_is_out_of_reach_no_steps_are_said(client: FlaskClient, scene: Scene) -> None:
    a_call(All(of=(CityIn(countries=("BE",)), Completed(scene.course.id))), slug="belgium")
    signed_in(client, scene.salma)
    with clock.at(NOW):
        words = page(client, f"/grants/belgium/what-if?course={scene.course.id}&person={scene.hedi.id}")
    assert "Hedi Not open to this city Not open to this city" in words
    assert "step left" not in words and "steps left" not in words


def test_the_nearest_come_first_and_who_has_to_wait_after_them(scene: Scene) -> None:
    long_ago, other = a_person("Ali", city=scene.city), a_course("schools")
    a_completion(long_ago, scene.course, at=NOW - 900 * DAY)
    a_call(All(of=(Completed(scene.course.id, None, 12), Completed(other.id))), slug="lately")
    a_completion(scene.salma, other, at=NOW - DAY)
    call = queries.get_call("lately", NOW)
    city = queries.judge_city(call, NOW, scene.city.id)
    found = imagine(call, city, Choice(), {person.id: person.name for person in (long_ago, scene.hedi, scene.salma)})
    order = [one.person_id for one in found.people]
    assert order == [scene.amina.id, scene.salma.id, scene.hedi.id, long_ago.id]  # Ali cannot take it again


def test_nobody_finishes_what_they_cannot_begin(client: FlaskClient, scene: Scene) -> None:
    """An archived course: who is in it may finish it, and no one else counts, neither for themselves nor the city."""
    city, course = a_city("Ghent"), a_course("over")
    inside, outside = a_person("Inside", city=city), a_person("Outside", city=city)
    an_enrolment(inside, course, at=NOW - DAY)
    a_call(All((Completed(course.id), CityTrained(course.id, 2))), slug="over")
    with unit_of_work():
        db.session.get_one(Course, course.id).archived_at = NOW - DAY
    judged = queries.judge_city(queries.get_call("over", NOW), NOW, city.id)
    choice = Choice(frozenset({inside.id, outside.id}), frozenset({course.id}))
    found = {one.person_id: one for one in imagine(queries.get_call("over", NOW), judged, choice, {}).people}
    assert (found[inside.id].closed, found[outside.id].closed) == ((), (course.id,))
    assert found[inside.id].then.steps < found[inside.id].now.steps
    assert found[outside.id].then.parts[0] == found[outside.id].now.parts[0]
    assert not any(isinstance(one.then, Met) for one in found.values()), "one of two is trained"
    signed_in(client, a_person(city=city, roles=(Role.COORDINATOR,)))
    with clock.at(NOW):
        words = page(client, f"/grants/over/what-if?person={outside.id}&course={course.id}")
    assert "(archived: only who is in it can finish it)" in words and "Cannot take “The city’s part”" in words
