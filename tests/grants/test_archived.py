"""Rules that name a course that was archived: what they still ask of whom, and who is told."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.archiving import services as archiving
from app.courses.models import Course
from app.grants.calls.call import Standing
from app.grants.editor.choices import choices
from app.grants.eligibility.way import Pace, Way, way_of
from app.grants.errors import InvalidRule
from app.grants.judging.facts import facts
from app.grants.judging.findings import Action, Archived, Met, Missing, Reason
from app.grants.judging.queries import judge
from app.grants.queries import get_call, list_problems
from app.grants.rules import All, Any_, Certified, CityTrained, Completed, Node, Passed
from app.grants.services import set_rule
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, an_enrolment
from tests.pages import check_page

from .test_way import CLOSES


def archive(course: Course) -> None:
    by = a_person(roles=(Role.ADMINISTRATOR,)).id
    with clock.at(NOW - DAY), unit_of_work():
        archiving.archive(course_id=course.id, by=by)


def standing(rule: Node, person_id: int) -> Standing:
    """As a call with this rule in force judges: one that was saved before a course of it was archived."""
    call = replace(get_call(a_call(Completed(a_course().id), closes_at=CLOSES).slug, NOW), rule=rule)
    known = facts([person_id], NOW, rule)[person_id]
    return Standing(call, NOW, known, rule.check(known, NOW))


def way(rule: Node, person_id: int) -> Way:
    found = way_of(standing(rule, person_id), Pace())
    assert found is not None
    return found


def test_it_cannot_be_put_into_a_rule_any_more(app: Flask) -> None:
    course, other = a_course("prevention", questions=[a_choice_question()]), a_course("streets")
    call = a_call(Completed(other.id))
    archive(course)
    with app.test_request_context():
        assert [label for _id, label in choices("en").courses] == ["The city’s part"]
        assert choices("en").quizzes == []
    with pytest.raises(InvalidRule, match="was archived on"), unit_of_work():
        set_rule(call_id=call.id, rule=Completed(course.id), by=None)


def test_who_has_not_begun_it_is_told_that_they_cannot(app: Flask) -> None:
    course, other, person = a_course(), a_course(), a_person(city=a_city())
    rule = All(of=(Completed(course.id), Completed(other.id)))
    assert [step.course.id for step in way(rule, person.id).courses] == [course.id, other.id]
    archive(course)
    found = way(rule, person.id)
    assert [step.course.id for step in found.courses] == [other.id]
    (leaf,) = found.others
    assert isinstance(leaf, Missing)
    assert (leaf.barred, leaf.next_step, leaf.reason) == (Archived(NOW - DAY), None, Reason.NOT_ENROLLED)
    assert standing(rule, person.id).steps == 2


def test_who_is_in_it_is_sent_on_to_finish_it(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    an_enrolment(person, course, at=NOW - 2 * DAY)
    archive(course)
    for rule in (Completed(course.id), Certified(course.id)):
        (step,) = way(rule, person.id).courses
        assert step.step is not None and step.step.action is Action.RESUME


def test_what_was_completed_counts_as_before(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_certificate(person, course, at=NOW - 3 * DAY)
    archive(course)
    for rule in (Completed(course.id), Certified(course.id), CityTrained(course.id, 1)):
        assert isinstance(standing(rule, person.id).finding, Met), rule


def test_another_way_to_yes_comes_first_also_where_it_is_longer(app: Flask) -> None:
    gone, one, two, person = a_course(), a_course(), a_course(), a_person(city=a_city())
    rule = Any_(of=(Completed(gone.id), All(of=(Completed(one.id), Completed(two.id)))))
    assert [step.course.id for step in way(rule, person.id).courses] == [gone.id]
    archive(gone)
    assert [step.course.id for step in way(rule, person.id).courses] == [one.id, two.id]


def test_taking_it_again_and_its_quizzes_are_barred_too(app: Flask) -> None:
    course, person, new = a_course(questions=[a_choice_question()]), a_person(city=a_city()), a_person(city=a_city())
    quiz = next(a.id for m in course.modules for a in m.activities if a.kind == "quiz")
    a_completion(person, course, at=NOW - 2000 * DAY)
    archive(course)
    again, never = standing(Completed(course.id, within_months=12), person.id), standing(Passed(quiz, 70.0), new.id)
    for found in (again.finding, never.finding):
        assert isinstance(found, Missing)
        assert (found.barred, found.next_step) == (Archived(NOW - DAY), None)
    attempt = standing(Passed(quiz, 70.0), person.id).finding  # the quiz of a course that one completed stays open
    assert isinstance(attempt, Missing)
    assert (attempt.barred, attempt.next_step is not None) == (None, True)


def test_colleagues_are_not_asked_to_begin_it(app: Flask) -> None:
    course, city = a_course(), a_city("Ghent")
    person = a_person(city=city)
    archive(course)
    found = way(CityTrained(course.id, 3), person.id)
    assert (found.courses, found.city) == ((), ())
    (leaf,) = found.others
    assert isinstance(leaf, Missing) and leaf.next_step is None


def test_the_call_page_says_why_and_offers_no_button(app: Flask, client: FlaskClient) -> None:
    course, person = a_course("prevention"), a_person(city=a_city())
    a_call(Completed(course.id), slug="late", closes_at=CLOSES)
    archive(course)
    signed_in(client, person)
    with clock.at(NOW):
        for address in ("/grants", "/grants/late"):
            page = client.get(address, follow_redirects=True).text
            assert check_page(page) == []
            assert "The course was archived on 20 November 2026, so it cannot be begun any more." in page, address
            assert "Enrol in the course" not in page
            assert "Take “" not in page
        assert "cannot be begun any more" in client.get("/learn").text
        judged = judge(get_call("late", NOW), NOW, person_id=person.id, city_id=person.city_id)
    assert judged.mine is not None and not judged.mine.is_met


def test_administrators_see_it_on_the_pages_of_the_call(app: Flask, client: FlaskClient) -> None:
    course = a_course("prevention")
    a_call(All(of=(Completed(course.id),)), slug="late", closes_at=CLOSES)
    signed_in(client, a_person(roles=(Role.ADMINISTRATOR,)))
    pages = [f"/administration/grants/late{end}" for end in ("", "/publishing", "/rule")]
    said = "The rule in force names a course that was archived."
    with clock.at(NOW):
        assert not any(said in client.get(page).text for page in pages)
        archive(course)
        for address in pages:
            page = client.get(address).text
            assert said in page, address
            assert check_page(page) == []
        assert "Choose another." in html.unescape(client.get(pages[-1]).text)
    with app.test_request_context():
        assert any(problem.blocks for problem in list_problems(Completed(course.id)))


def test_the_page_that_archives_names_the_calls_that_ask_for_it(app: Flask, client: FlaskClient) -> None:
    course = a_course("prevention")
    a_call(Completed(course.id), slug="late", closes_at=CLOSES)
    signed_in(client, a_person(roles=(Role.ADMINISTRATOR,)))
    with clock.at(NOW):
        page = client.get(f"/teach/courses/{course.id}/settings/archiving").text
    assert "1 call for grants asks for it." in page
    assert '<a href="/grants/late">' in page
