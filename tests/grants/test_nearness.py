"""The steps that the database counts are those that the page of each person says."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.courses.outline import Admits, Audience
from app.extensions import db
from app.grants import queries
from app.grants.eligibility.network_queries import get_city_standing
from app.grants.judging.facts import Named, facts, named_by
from app.grants.judging.nearness import MANY, Nearness
from app.grants.judging.subject import network
from app.grants.models import Declaration
from app.grants.rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    HasRole,
    MemberFor,
    Node,
    Not,
    Passed,
)
from app.network.models import Region
from app.progress.models import Completion, Enrolment, EnrolmentState
from app.quizzes.models import Attempt, AttemptState
from tests.factories import a_choice_question, a_city, a_course, a_draft, a_person, text
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, an_enrolment
from tests.grants.rules.drawn import a_rule

PEOPLE = 8


def in_sql(rule: Node, closes_at: datetime | None = None) -> dict[int, int]:
    nearness = Nearness(rule, NOW, named_by(rule), closes_at)
    columns = (clause.label(name) for name, clause in nearness.columns.items())
    asked = sa.select(Person.id, *columns).select_from(network(NOW)).where(Person.id.is_not(None)).cte("asked")
    counted = sa.select(asked.c.id, nearness.steps(asked.c).label("steps"))
    return {row.id: row.steps for row in db.session.execute(counted)}


def in_words(rule: Node, closes_at: datetime | None = None) -> dict[int, int]:
    known = facts(sa.select(Person.id), NOW, rule)
    found = {}
    for person_id, fact in known.items():
        finding = rule.check(fact, NOW)
        never = finding.is_out_of_reach and rule.check(fact, closes_at or NOW).is_out_of_reach
        found[person_id] = MANY if never else min(finding.steps, MANY)
    return found


@pytest.fixture
def courses(app: Flask) -> list[Course]:
    return [a_course(modules=1, lessons=1, questions=[a_choice_question()]) for _each in range(3)]


def a_network(courses: list[Course], seed: int) -> None:
    """Two cities whose people have completed some courses, some long ago, some with a certificate that has expired."""
    chance = random.Random(seed)
    cities = [a_city(), a_city(region=Region.AFRICA, joined_on=(NOW - 60 * DAY).date())]
    for _each in range(PEOPLE):
        person = a_person(city=chance.choice(cities), roles=chance.choice(((), (Role.TRAINER,))))
        if chance.random() < 0.5:
            with unit_of_work():
                db.session.add(
                    Declaration(person_id=person.id, key="own", holds=chance.choice((True, False)), at=NOW - DAY)
                )
        for course in courses:
            days = timedelta(days=chance.choice((3, 30, 900)))
            made = chance.choice(("nothing", "nothing", "completion", "certificate", "expired"))
            if made == "completion":
                a_completion(person, course, at=NOW - days, score=chance.choice((0.5, 0.9)))
            elif made != "nothing":
                a_certificate(person, course, at=NOW - days, expires_at=NOW - DAY if made == "expired" else None)


@pytest.mark.parametrize("seed", range(6))
def test_the_database_counts_steps_as_the_page_says_them(courses: list[Course], seed: int) -> None:
    one, two, three = (course.id for course in courses)
    quiz = courses[2].modules[-1].activities[-1].id
    word = Declared("own", text("We have a plan."), "en")
    rules: list[Node] = [
        Completed(one, 70.0, 12),
        CityTrained(two, 3),
        All(of=(Completed(one, 70.0), Certified(one), Certified(two))),
        All(of=(Completed(one), CityTrained(one, 2, 24), CityTrained(two, 1))),
        All(of=(Certified(two), CityTrained(two, 4, 12), CityTrained(two, 2))),
        All(of=(Completed(one), All(of=(Certified(one), CityTrained(three, 5))))),
        AtLeast(of=(Completed(one), Certified(two), Certified(three)), n=2),
        AtLeast(
            of=(Completed(one, 70.0), Completed(two), Any_(of=(Certified(three), word)), HasRole(Role.TRAINER)), n=3
        ),
        All(of=(Completed(one), Any_(of=(Certified(two), Completed(three, 70.0))))),
        Any_(of=(All(of=(Completed(one), Certified(two))), Completed(three, None, 12))),
        All(of=(Completed(three), Passed(quiz, 50.0), word)),
        All(of=(MemberFor(12), Completed(one))),
        Any_(of=(CityIn(regions=(Region.AFRICA,)), Completed(two))),
        All(of=(Not(CityIn(regions=(Region.AFRICA,))), HasRole(Role.TRAINER))),
    ]
    a_network(courses, seed)
    seen: Counter[int] = Counter()
    for rule in rules:
        found = in_sql(rule)
        assert found == in_words(rule), rule
        seen.update(found.values())
    assert set(seen) == {0, 1, MANY}


def a_past(person: Person, course: Course, chance: random.Random) -> None:
    """What somebody did in a course with a quiz: they may be in it again, wait for marks, or have to wait to renew."""
    ends = {"ending": NOW + 300 * DAY, "renewable": NOW + 30 * DAY, "expired": NOW - DAY, "endless": None}
    made = chance.choice(("nothing", "nothing", "begun", "completion", "completion", *ends))
    then = NOW - chance.choice((3, 30, 900)) * DAY
    if made == "nothing":
        return
    if made == "begun":
        enrolment_id = an_enrolment(person, course, at=then).id
    elif made == "completion":
        enrolment_id = a_completion(person, course, at=then, score=chance.choice((None, 0.5, 0.9))).enrolment_id
    else:
        revoked = NOW - DAY if chance.random() < 0.2 else None
        held = a_certificate(person, course, at=then, expires_at=ends[made], revoked_at=revoked)
        enrolment_id = db.session.get_one(Completion, held.completion_id).enrolment_id
    with unit_of_work():
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        enrolment.state = chance.choice(
            (enrolment.state, enrolment.state, EnrolmentState.OPEN, EnrolmentState.WITHDRAWN)
        )
        if made in ends and chance.random() < 0.3:  # completed once more, without a certificate
            again = {"person_id": person.id, "course_id": course.id, "city_id": person.city_id, "rule": "x"}
            db.session.add(
                Completion(
                    enrolment_id=enrolment_id, cycle=2, edition_id=course.edition_id, completed_at=NOW - DAY, **again
                )
            )
        for number in range(chance.choice((0, 0, 1, 2))):
            attempt = Attempt(
                enrolment_id=enrolment.id, cycle=1, activity_id=quiz_of(course), number=number + 1, slots=[],
                edition_id=course.edition_id, language="en", state=AttemptState.SUBMITTED, started_at=then,
                finished_at=then, score=chance.choice((None, None, 0.2, 0.9)),
            )  # fmt: skip
            db.session.add(attempt)


def an_archived(course: Course) -> None:
    with unit_of_work():
        course.archived_at = NOW - DAY


def quiz_of(course: Course) -> int:
    return course.modules[-1].activities[-1].id


@pytest.mark.parametrize("seed", range(2))
def test_generated_rules_with_courses_in_common(courses: list[Course], seed: int) -> None:
    chance = random.Random(seed)
    cities = [a_city(), a_city(joined_on=(NOW - 60 * DAY).date()), a_city(region=Region.AFRICA)]
    some = a_course(questions=[a_choice_question()])
    with unit_of_work():  # for trainers, and those of a city
        some.audience = Audience(Admits.SOME, (cities[1].id,), (Role.TRAINER.value,))
    for _each in range(2 * PEOPLE):
        person = a_person(city=chance.choice(cities), roles=chance.choice(((), (Role.TRAINER,))))
        for course in (*courses, some):
            a_past(person, course, chance)
    one, two, old = courses
    an_archived(old)
    draft = a_draft(questions=[a_choice_question()])
    leaves: list[Node] = [
        *(Completed(course.id) for course in (one, two, draft)),
        Completed(one.id, 70.0),
        Completed(one.id, None, 12),
        Completed(two.id, 70.0, 12),
        *(Certified(course.id) for course in (one, two)),
        *(Passed(quiz_of(course), score) for course, score in ((one, None), (one, 50.0), (two, 80.0), (draft, None))),
        Completed(old.id, 70.0, 12),
        Certified(old.id),
        Passed(quiz_of(old), 50.0),
        *(CityTrained(old.id, people) for people in (3, 5)),
        CityTrained(old.id, 2, 12),
        Completed(some.id),
        Completed(some.id, 70.0, 12),
        Certified(some.id),
        Passed(quiz_of(some), 50.0),
        CityTrained(some.id, 5),
        CityTrained(one.id, 2),
        CityTrained(one.id, 3, 12),
        CityTrained(one.id, share=60.0),
        CityTrained(two.id, 2, 12),
        CityTrained(two.id, None, None, 50.0),
        MemberFor(12),
        CityIn(regions=(Region.AFRICA,)),
        Not(CityIn(regions=(Region.AFRICA,))),
        HasRole(Role.TRAINER),
        Declared("own", text("We have a plan."), "en"),
    ]
    seen: Counter[int] = Counter()
    far = All(of=(Declared("vote", text("We have voted."), "en"), Declared("fund", text("We pay."), "en")))
    # Each with a longer way past it, which is the one to go where the requirement cannot be met now.
    rules = [
        *(Any_(of=(leaf, far)) for leaf in leaves),
        *(a_rule(chance, leaves, chance.randint(2, 7)) for _i in leaves),
    ]
    for rule in rules:
        closes_at = chance.choice((None, NOW + 30 * DAY, NOW + 400 * DAY))
        found = in_sql(rule, closes_at)
        assert found == in_words(rule, closes_at), rule
        seen.update(found.values())
    assert min(seen[steps] for steps in (0, 1, MANY)) > 50


def test_what_has_to_wait_is_one_step_only_where_nothing_else_would_do(courses: list[Course]) -> None:
    course, city = courses[0], a_city(joined_on=(NOW - 335 * DAY).date())
    renewable, outdone = a_person(city=city), a_person(city=city)
    for person in (renewable, outdone):
        a_certificate(person, course, at=NOW - 300 * DAY, expires_at=NOW - DAY)
    with unit_of_work():  # the other has completed it once more, without a certificate, and cannot take it again
        first = db.session.scalars(sa.select(Completion).where(Completion.person_id == outdone.id)).one()
        again = Completion(
            enrolment_id=first.enrolment_id, cycle=2, person_id=outdone.id, course_id=course.id, rule="x",
            edition_id=course.edition_id, city_id=city.id, completed_at=NOW - 90 * DAY,
        )  # fmt: skip
        db.session.add(again)
    far = All(of=(Declared("own", text("We have a plan."), "en"), Declared("vote", text("We have voted."), "en")))
    closes_at = NOW + 40 * DAY
    for rule, steps in (
        (Any_(of=(Certified(course.id), far)), (1, MANY)),
        (Certified(course.id), (1, 1)),
        (Any_(of=(MemberFor(12), far)), (MANY, MANY)),
        (Any_(of=(MemberFor(12), All(of=(CityIn(regions=(Region.AFRICA,)), far)))), (1, 1)),
    ):
        expected = dict(zip((renewable.id, outdone.id), steps, strict=True))
        assert in_sql(rule, closes_at) == in_words(rule, closes_at) == expected, rule


def test_the_last_one_of_a_city_is_one_step_away_in_an_archived_course_only_in_the_middle_of_it(
    courses: list[Course],
) -> None:
    old, city = courses[0], a_city()
    inside, outside = a_person(city=city), a_person(city=city)
    an_enrolment(inside, old, at=NOW - DAY)
    an_archived(old)
    far = All(of=(Completed(courses[1].id), Completed(courses[2].id)))
    rule = Any_(of=(CityTrained(old.id, 1), far))
    assert in_sql(rule) == in_words(rule) == {inside.id: 1, outside.id: MANY}


def test_a_membership_that_is_long_enough_before_the_call_closes_is_one_step(app: Flask) -> None:
    a_call(MemberFor(12), slug="local", closes_at=NOW + 40 * DAY)
    call = queries.get_call("local", NOW)
    for days, steps in ((366, 0), (335, 1), (300, MANY)):
        city = a_city(joined_on=(NOW - days * DAY).date())
        person = a_person(city=city)
        found = get_city_standing(call, NOW, city.id)
        assert found is not None
        assert (found.eligible, found.near) == (int(steps == 0), int(steps == 1))
        judged = queries.judge(call, NOW, person_id=person.id, city_id=city.id)
        assert judged.mine is not None and judged.mine.is_out_of_reach is (steps == MANY)
        assert judged.city is not None and list(judged.city.steps) == ([person.id] if steps == 1 else [])


def test_the_sql_grows_with_the_rule_and_does_not_double_with_its_depth(app: Flask) -> None:
    def length(levels: int) -> int:
        rule: Node = Completed(1)
        for level in range(levels):
            also = (rule, Completed(2 * level + 2), Completed(2 * level + 3))
            rule = All(of=also) if level % 2 else AtLeast(of=also, n=2)
        nearness = Nearness(rule, NOW, Named())
        asked = sa.select(*(sa.true().label(name) for name in nearness.columns)).cte("asked")
        return len(str(sa.select(nearness.steps(asked.c))))

    assert length(8) < 12 * length(2) < 36_000  # as the square: each thing to do is tried in the whole rule


def test_what_is_asked_for_twice_is_asked_once(app: Flask) -> None:
    rule = Any_(of=(All(of=(Completed(1), Certified(1))), All(of=(Completed(1), CityTrained(1, 2), CityTrained(1, 3)))))
    # Met: four; that the course is open to the person, and to others, and cannot be taken again; that one person is
    # lacking of two, and of three.
    assert len(Nearness(rule, NOW, Named()).columns) == 4 + 3 + 2
    # Where all is needed, nobody asks what can be done now.
    assert len(Nearness(All(of=(Completed(1), Certified(1))), NOW, Named()).columns) == 2
