"""A quiz that somebody cannot take any more is no step of theirs: its attempts are used up, or it has closed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import Course
from app.extensions import db
from app.grants import queries
from app.grants.calls.call import Standing
from app.grants.eligibility.way import Pace, way_of
from app.grants.eligibility.wording import Wording
from app.grants.judging.findings import Action, Missing, NoAttemptLeft, QuizClosed
from app.grants.judging.nearness import MANY
from app.grants.rules import All, Any_, Certified, CityTrained, Completed, Declared, Node, Passed
from app.progress.models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.quizzes.models import Attempt, AttemptState, Extension, Quiz
from app.quizzes.settings import Completes, QuizSettings
from tests.factories import a_choice_question, a_city, a_course, a_draft, a_person, signed_in, text
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, an_enrolment
from tests.grants.rules.drawn import a_rule
from tests.grants.test_nearness import a_past, in_sql, in_words, quiz_of

FAR = All(of=(Declared("vote", text("We have voted."), "en"), Declared("fund", text("We pay."), "en")))


def a_limited(slug: str | None = None, attempts: int | None = 1) -> Course:
    """A course whose quiz gives so many attempts."""
    settings = QuizSettings(pass_mark=70, attempts=attempts)
    return a_course(slug, modules=1, lessons=1, questions=[a_choice_question()], quiz=settings)


def a_scored(slug: str = "scored", enough: int | None = None) -> Course:
    """A course that asks for a score itself, and whose quiz is complete once it was handed in twice.

    `enough`: how many of its two lessons and its quiz complete it.
    """
    settings = QuizSettings(pass_mark=70, attempts=2, completes=Completes.ATTEMPTS, least_attempts=2)
    lessons = 1 if enough is None else 2
    course = a_draft(slug, modules=1, lessons=lessons, questions=[a_choice_question()], quiz=settings)
    with unit_of_work():
        row = db.session.get_one(Course, course.id)
        row.settings = msgspec.structs.replace(row.settings, min_score=70.0, enough=enough)
        db.session.flush()
        courses.publish(course_id=course.id, by=None)
    return course


def tried(enrolment: Enrolment, quiz: int, score: float | None = 0.2, **values: Any) -> None:
    """One more attempt at the quiz, handed in yesterday."""
    with unit_of_work():
        number = db.session.query(Attempt).filter_by(enrolment_id=enrolment.id, activity_id=quiz).count() + 1
        made = {"state": AttemptState.SUBMITTED, "finished_at": NOW - DAY, "score": score, "cycle": 1, **values}
        row = Attempt(
            enrolment_id=enrolment.id, activity_id=quiz, number=number, slots=[], language="en",
            edition_id=enrolment.counted_edition_id, started_at=NOW - 2 * DAY, **made,
        )  # fmt: skip
        db.session.add(row)


def closes(quiz: int, at: datetime) -> None:
    with unit_of_work():
        db.session.get_one(Quiz, quiz).closes_at = at


def extended(quiz: int, **values: Any) -> None:
    with unit_of_work():
        db.session.add(Extension(quiz_id=quiz, reason="Illness", given_at=NOW - DAY, **values))


def standing(rule: Node, person: Person) -> Standing:
    slug = a_call(rule).slug
    return queries.list_standings([queries.get_call(slug, NOW)], person.id, NOW)[0]


def bar(rule: Node, person: Person) -> object:
    finding = standing(rule, person).finding
    assert isinstance(finding, Missing)
    return finding.barred


def planned(rule: Node, person: Person) -> list[str]:
    """The courses on the shortest way."""
    found = way_of(standing(rule, person), Pace())
    return [step.course.slug for step in found.courses] if found else []


@pytest.fixture
def course(app: Flask) -> Course:
    return a_limited("limited")


@pytest.fixture
def person(app: Flask) -> Person:
    return a_person(city=a_city())


def test_a_quiz_whose_attempts_are_used_up_is_nothing_to_do(course: Course, person: Person) -> None:
    quiz, open_one = quiz_of(course), a_limited("open")
    enrolment = an_enrolment(person, course, at=NOW - 9 * DAY)
    assert bar(Passed(quiz), person) is None and planned(Passed(quiz), person) == ["limited"]
    tried(enrolment, quiz)
    for rule in (Passed(quiz), Passed(quiz, 50.0), Completed(course.id), Certified(course.id)):
        assert bar(rule, person) == NoAttemptLeft(quiz)
        assert planned(rule, person) == []
        assert planned(Any_(of=(rule, All(of=(Completed(open_one.id), *FAR.of)))), person) == ["open"]
    extended(quiz, person_id=person.id, attempts=1)
    for rule in (Passed(quiz), Completed(course.id)):
        assert bar(rule, person) is None and planned(rule, person) == ["limited"]


def test_a_score_that_no_test_can_raise_is_nothing_to_do(course: Course, person: Person) -> None:
    quiz, rule = quiz_of(course), Completed(course.id, 70.0)
    done = a_completion(person, course, at=NOW - DAY, score=0.5)
    assert standing(rule, person).finding.next_step.action is Action.ATTEMPT_AGAIN  # type: ignore[union-attr]
    tried(db.session.get_one(Enrolment, done.enrolment_id), quiz)
    assert bar(rule, person) == NoAttemptLeft(quiz) and planned(rule, person) == []
    assert standing(rule, person).finding.next_step.action is Action.OPEN_COURSE  # type: ignore[union-attr]
    extended(quiz, city_id=person.city_id, attempts=1)
    assert bar(rule, person) is None and planned(rule, person) == ["limited"]


def test_a_score_that_the_course_itself_asks_for_may_be_out_of_reach_for_good(app: Flask, person: Person) -> None:
    course = a_scored()
    quiz, rule = quiz_of(course), Completed(course.id)
    enrolment = an_enrolment(person, course, at=NOW - 9 * DAY)

    def stands(score: float, state: ActivityState) -> None:
        with unit_of_work():
            row = db.session.get_one(Enrolment, enrolment.id)
            row.states, row.score = {quiz: state}, score
            done = {"enrolment_id": row.id, "cycle": 1, "activity_id": quiz, "first_at": NOW}
            db.session.merge(ActivityProgress(state=state, **done))

    def found() -> object:
        past = Any_(of=(rule, FAR))
        barred = bar(rule, person)
        assert in_sql(past) == in_words(past) == {person.id: MANY if barred else 1}
        return barred

    stands(0.2, ActivityState.COMPLETE)
    tried(enrolment, quiz)
    assert found() is None
    tried(enrolment, quiz)
    assert found() == NoAttemptLeft(quiz) and planned(rule, person) == []
    stands(0.7, ActivityState.COMPLETE)
    assert found() is None
    stands(0.2, ActivityState.EXCUSED)
    assert found() is None


def test_a_quiz_that_closed_is_nothing_to_do_but_for_whom_it_is_open_longer(course: Course, person: Person) -> None:
    quiz = quiz_of(course)
    closes(quiz, NOW - DAY)
    for rule in (Passed(quiz), Completed(course.id), CityTrained(course.id, 1)):
        finding = standing(rule, person).finding
        assert isinstance(finding, Missing)
        other = finding.otherwise or finding
        assert other.barred == QuizClosed(quiz, NOW - DAY)
    extended(quiz, person_id=person.id, closes_at=NOW + DAY)
    assert bar(Passed(quiz), person) is None and bar(Completed(course.id), person) is None
    closes(quiz, NOW + DAY)
    assert bar(Passed(quiz), a_person(city=a_city())) is None


def test_what_can_still_be_handed_in_marked_or_is_done_stands_in_nobodys_way(course: Course) -> None:
    quiz = quiz_of(course)
    for values, barred in (
        ({"state": AttemptState.OPEN, "finished_at": None, "score": None}, None),
        ({"state": AttemptState.OPEN, "finished_at": None, "score": None, "due_at": NOW + DAY}, None),
        ({"state": AttemptState.OPEN, "finished_at": None, "score": None, "due_at": NOW - DAY}, None),  # in grace
        ({"state": AttemptState.ABANDONED, "score": None}, NoAttemptLeft(quiz)),
        ({"score": None}, None),
    ):
        someone = a_person(city=a_city())
        tried(an_enrolment(someone, course, at=NOW - 9 * DAY), quiz, **values)
        assert bar(Completed(course.id), someone) == barred, values
    done = a_person(city=a_city())
    enrolment = an_enrolment(done, course, at=NOW - 9 * DAY)
    tried(enrolment, quiz)
    with unit_of_work():
        db.session.get_one(Enrolment, enrolment.id).states = {quiz: ActivityState.COMPLETE}
    assert bar(Completed(course.id), done) is None


def test_attempts_of_a_time_before_are_not_of_this_one(course: Course, person: Person) -> None:
    quiz, enrolment = quiz_of(course), an_enrolment(person, course, at=NOW - 9 * DAY)
    tried(enrolment, quiz)
    with unit_of_work():
        db.session.get_one(Enrolment, enrolment.id).cycle = 2
    assert bar(Completed(course.id), person) is None and bar(Passed(quiz), person) is None


def test_who_may_renew_the_course_has_all_attempts_before_them(course: Course, person: Person) -> None:
    quiz = quiz_of(course)
    held = a_certificate(person, course, at=NOW - 300 * DAY, expires_at=NOW + 20 * DAY)
    with unit_of_work():
        enrolment = db.session.query(Enrolment).filter_by(person_id=person.id).one()
        enrolment.score = db.session.get_one(Completion, held.completion_id).score = 0.5
    tried(enrolment, quiz)

    def found(rule: Node) -> Missing:
        barred, past = bar(rule, person), Any_(of=(rule, FAR))
        assert in_sql(past) == in_words(past) == {person.id: MANY if barred else 1}
        finding = standing(rule, person).finding
        assert isinstance(finding, Missing)
        return finding

    for rule in (Completed(course.id, 70.0), Passed(quiz, 60.0)):
        missing = found(rule)
        assert missing.barred is None and missing.next_step is not None
        assert missing.next_step.action is Action.OPEN_COURSE
        assert planned(rule, person) == ["limited"]
    with unit_of_work():
        db.session.get_one(Certificate, held.id).expires_at = NOW + 300 * DAY
    assert found(Completed(course.id, 70.0)).barred == found(Passed(quiz, 60.0)).barred == NoAttemptLeft(quiz)
    closes(quiz, NOW - DAY)
    with unit_of_work():
        db.session.get_one(Certificate, held.id).expires_at = NOW + 20 * DAY
    for rule in (Completed(course.id, 70.0), Passed(quiz, 60.0), Certified(course.id, (NOW + 200 * DAY).date())):
        missing = found(rule)
        assert missing.barred == QuizClosed(quiz, NOW - DAY)
        assert missing.next_step is not None and missing.next_step.action is Action.OPEN_COURSE


def test_a_score_that_nobody_can_reach_any_more_is_nothing_to_begin(app: Flask, person: Person) -> None:
    course = a_scored(enough=2)
    past = Any_(of=(Completed(course.id), FAR))
    assert bar(Completed(course.id), person) is None and in_sql(past) == in_words(past) == {person.id: 1}
    closes(quiz_of(course), NOW - DAY)
    assert bar(Completed(course.id), person) == QuizClosed(quiz_of(course), NOW - DAY)
    assert in_sql(past) == in_words(past) == {person.id: MANY}


def test_the_page_says_why_and_whom_to_ask(course: Course, person: Person, client: FlaskClient) -> None:
    quiz = quiz_of(course)
    tried(an_enrolment(person, course, at=NOW - 9 * DAY), quiz)
    called = {rule: a_call(rule).slug for rule in (Passed(quiz, 50.0), Completed(course.id))}
    signed_in(client, person)

    def shown(rule: Node) -> str:
        with clock.at(NOW):
            return client.get(f"/grants/{called[rule]}").get_data(as_text=True)

    for rule in called:
        page = shown(rule)
        assert "No attempt at “Test” is left: ask the course’s trainer for another attempt." in page
        assert "Attempt again" not in page and "Resume the course" not in page
        assert 'href="/courses/limited">Open the course' in page
    closes(quiz, NOW - DAY)
    assert "“Test” closed on 20 November 2026: ask the course’s trainer for more time." in shown(Completed(course.id))


def test_the_words_name_the_quiz_also_where_the_rule_names_its_course(course: Course, person: Person) -> None:
    tried(an_enrolment(person, course, at=NOW - 9 * DAY), quiz_of(course))
    found = standing(Completed(course.id), person)
    say = Wording(found.facts.courses, "en")
    said = "0 of 2 activities. No attempt at “Test” is left: ask the course’s trainer for another attempt."
    assert say.consequence(found) == say.in_short(found) == said


def a_stay(person: Person, course: Course, chance: random.Random) -> None:
    """What somebody did in a course, and maybe in a quiz of it that has a limit, with what they are given."""
    a_past(person, course, chance)
    quiz = quiz_of(course)
    with unit_of_work():
        enrolment = db.session.query(Enrolment).filter_by(person_id=person.id, course_id=course.id).one_or_none()
        if enrolment is not None:
            if enrolment.state == EnrolmentState.OPEN and chance.random() < 0.2:
                enrolment.cycle, enrolment.completed_at = 2, None
            enrolment.score = chance.choice((None, 0.2, 0.9))
            if chance.random() < 0.4:
                state = chance.choice((ActivityState.COMPLETE, ActivityState.COMPLETE, ActivityState.EXCUSED))
                enrolment.states = {quiz: state}
                row = {"enrolment_id": enrolment.id, "cycle": enrolment.cycle, "activity_id": quiz, "first_at": NOW}
                db.session.add(ActivityProgress(state=state, **row))
            for attempt in db.session.query(Attempt).filter_by(enrolment_id=enrolment.id, number=2):
                if chance.random() < 0.4:
                    attempt.state, attempt.score, attempt.finished_at = AttemptState.OPEN, None, None
                    attempt.due_at = chance.choice((None, NOW - DAY, NOW + DAY))
        if chance.random() < 0.2:
            given = {"attempts": chance.choice((0, 1)), "closes_at": chance.choice((None, NOW - DAY, NOW + DAY))}
            whose = chance.choice(({"person_id": person.id}, {"city_id": person.city_id}))
            withdrawn_at = chance.choice((None, None, NOW - DAY))
            row = Extension(quiz_id=quiz, reason="x", given_at=NOW, withdrawn_at=withdrawn_at, **given, **whose)
            db.session.add(row)


@pytest.mark.parametrize("seed", range(2))
def test_the_database_counts_steps_by_attempts_that_are_left_as_the_page_does(app: Flask, seed: int) -> None:
    chance = random.Random(seed)
    cities = [a_city(), a_city()]
    one, two, three, closed = a_limited(), a_scored(), a_scored("enough", 2), a_limited(attempts=None)
    if seed:
        closes(quiz_of(three), NOW - DAY)
    closes(quiz_of(closed), NOW - DAY)
    for _each in range(24):
        person = a_person(city=chance.choice(cities))
        for course in (one, two, three, closed):
            a_stay(person, course, chance)
    leaves: list[Node] = []
    for course in (one, two, three, closed):
        quiz = quiz_of(course)
        leaves += [Completed(course.id), Completed(course.id, 70.0), Completed(course.id, 70.0, 12)]
        leaves += [Certified(course.id), Passed(quiz), Passed(quiz, 50.0), CityTrained(course.id, 12)]
    seen: Counter[int] = Counter()
    rules = [
        *(Any_(of=(leaf, FAR)) for leaf in leaves),
        *(a_rule(chance, leaves, chance.randint(2, 6)) for _i in leaves),
    ]
    for rule in rules:
        found = in_sql(rule)
        assert found == in_words(rule), rule
        seen.update(found.values())
    assert min(seen[steps] for steps in (0, 1, MANY)) > 50
