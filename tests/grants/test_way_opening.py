"""The shortest way where a quiz on it opens later only."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants import queries
from app.grants.eligibility.way import Pace, Way, way_of
from app.grants.rules import All, Completed, Node, Passed
from app.progress.models import ActivityState
from app.quizzes.models import Quiz
from app.quizzes.settings import QuizSettings
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call, a_completion, an_enrolment
from tests.grants.test_attempts_left import a_scored
from tests.grants.test_nearness import quiz_of

CLOSES = NOW + 40 * DAY


def opens(quiz: int, at: datetime) -> None:
    with unit_of_work():
        db.session.get_one(Quiz, quiz).opens_at = at


def way(rule: Node, person: Person) -> Way:
    slug = a_call(rule, closes_at=CLOSES).slug
    found = way_of(queries.list_standings([queries.get_call(slug, NOW)], person.id, NOW)[0], Pace())
    assert found is not None
    return found


def waited_for(rule: Node, person: Person) -> int | None:
    """The quiz that the first step waits for, by id."""
    opening = way(rule, person).courses[0].opens
    return opening.id if opening else None


@pytest.fixture
def course(app: Flask) -> Course:
    return a_course("later", modules=1, lessons=1, questions=[a_choice_question()], quiz=QuizSettings(pass_mark=70))


@pytest.fixture
def person(app: Flask) -> Person:
    return a_person(city=a_city())


def test_a_step_waits_for_the_quiz_that_it_needs_and_that_is_not_open_yet(course: Course, person: Person) -> None:
    quiz = quiz_of(course)
    rules = (Completed(course.id), Passed(quiz))
    assert [waited_for(rule, person) for rule in rules] == [None, None]
    opens(quiz, NOW)
    assert [waited_for(rule, person) for rule in rules] == [None, None]
    opens(quiz, NOW + DAY)
    assert [waited_for(rule, person) for rule in rules] == [quiz, quiz]
    found = way(rules[0], person)
    assert found.opens_too_late is None and found.fits
    enrolment = an_enrolment(person, course, at=NOW - DAY)
    with unit_of_work():
        db.session.merge(enrolment).states = {quiz: ActivityState.COMPLETE}
    assert waited_for(rules[0], person) is None


def test_what_may_be_left_out_is_not_waited_for(app: Flask, person: Person) -> None:
    spared, asked = a_scored("spared", enough=2), a_scored("asked", enough=3)
    for course in (spared, asked):
        opens(quiz_of(course), NOW + DAY)
    assert waited_for(Completed(spared.id), person) is None
    assert waited_for(Completed(asked.id), person) == quiz_of(asked)


def test_a_score_too_low_waits_for_the_test_that_raises_it(course: Course, person: Person) -> None:
    quiz = quiz_of(course)
    a_completion(person, course, at=NOW - DAY, score=0.4)
    opens(quiz, NOW + DAY)
    found = way(Completed(course.id, 70.0), person)
    assert [(step.test_only, step.opens and step.opens.id) for step in found.courses] == [(True, quiz)]


def test_what_opens_when_the_call_closes_is_too_late(course: Course, person: Person) -> None:
    quiz = quiz_of(course)
    opens(quiz, CLOSES - DAY)
    assert way(Completed(course.id), person).opens_too_late is None
    opens(quiz, CLOSES)
    late = way(All(of=(Completed(a_course("other").id), Completed(course.id))), person).opens_too_late
    assert late is not None and late.id == quiz


def test_the_page_says_when_it_opens_and_whom_to_ask(course: Course, person: Person, client: FlaskClient) -> None:
    slug = a_call(Completed(course.id), closes_at=CLOSES).slug
    signed_in(client, person)

    def shown() -> str:
        with clock.at(NOW):
            return client.get(f"/grants/{slug}").get_data(as_text=True)

    opens(quiz_of(course), NOW + 2 * DAY)
    assert "“Test” opens on 23 November 2026." in shown()
    opens(quiz_of(course), CLOSES)
    page = shown()
    assert (
        "“Test” opens on 31 December 2026 only, too late for this call: ask the course’s trainer to open it earlier."
    ) in page
    assert "at the latest" not in page
