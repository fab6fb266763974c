"""`all`, `any` and `at_least` in three values, by hand, in both readings."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.courses.models import Course
from app.extensions import db
from app.grants.judging.effort import work_left
from app.grants.judging.facts import facts
from app.grants.judging.findings import Met, Missing, Unknown, next_leaf, shortest_way, tally
from app.grants.rules import All, Any_, AtLeast, Certified, CityTrained, Completed, Node, Passed
from tests.factories import a_choice_question, a_city, a_course, a_person
from tests.grants.factories import DAY, NOW, a_completion, an_enrolment

from .readings import people_with_city

MET, MISSING, UNKNOWN = "met", "missing", "unknown"
NAMES = {Met: MET, Missing: MISSING, Unknown: UNKNOWN}


@dataclass(frozen=True)
class Scene:
    """A person without a city, so that the three leaves are met, missing and unknown."""

    person: Person
    done: Course
    not_done: Course

    def leaf(self, verdict: str) -> Node:
        if verdict == MET:
            return Completed(self.done.id)
        return Completed(self.not_done.id) if verdict == MISSING else CityTrained(self.done.id, 1)

    def verdict(self, rule: Node) -> str:
        finding = rule.check(facts([self.person.id], NOW, rule)[self.person.id], NOW)
        said = db.session.scalar(
            sa.select(rule.clause(NOW)).select_from(people_with_city(NOW)).where(Person.id == self.person.id)
        )
        assert {True: MET, False: MISSING, None: UNKNOWN}[said] == NAMES[type(finding)]
        return NAMES[type(finding)]


@pytest.fixture
def scene(app: Flask) -> Scene:
    scene = Scene(a_person(), a_course(), a_course())
    a_completion(scene.person, scene.done, at=NOW - DAY)
    return scene


@pytest.mark.parametrize(
    ("parts", "every", "some"),
    [
        ((MET, MET), MET, MET),
        ((MET, MISSING), MISSING, MET),
        ((MISSING, MISSING), MISSING, MISSING),
        ((MET, UNKNOWN), UNKNOWN, MET),
        ((MISSING, UNKNOWN), MISSING, UNKNOWN),
        ((UNKNOWN, UNKNOWN), UNKNOWN, UNKNOWN),
    ],
)
def test_all_and_any(scene: Scene, parts: tuple[str, ...], every: str, some: str) -> None:
    leaves = tuple(scene.leaf(part) for part in parts)
    assert scene.verdict(All(of=leaves)) == every
    assert scene.verdict(Any_(of=leaves)) == some


@pytest.mark.parametrize(
    ("n", "parts", "verdict"),
    [
        (2, (MET, MET, MISSING), MET),
        (2, (MET, MET, UNKNOWN), MET),
        (2, (MET, MISSING, MISSING), MISSING),
        (2, (MISSING, MISSING, UNKNOWN), MISSING),
        (2, (MET, MISSING, UNKNOWN), UNKNOWN),
        (2, (UNKNOWN, UNKNOWN, MISSING), UNKNOWN),
        (1, (MISSING, UNKNOWN), UNKNOWN),
        (3, (MET, MET, UNKNOWN), UNKNOWN),
        (3, (MET, MISSING, UNKNOWN), MISSING),
        (3, (MET, MET), MISSING),
    ],
)
def test_at_least(scene: Scene, n: int, parts: tuple[str, ...], verdict: str) -> None:
    assert scene.verdict(AtLeast(of=tuple(scene.leaf(part) for part in parts), n=n)) == verdict


def test_the_shortest_way_has_the_fewest_steps_then_the_least_work(app: Flask) -> None:
    long, short, third = a_course(lessons=6), a_course(lessons=1), a_course(lessons=2)
    person = a_person()
    an_enrolment(person, third, at=NOW - DAY)
    rule = All(
        of=(
            Any_(of=(Completed(long.id), Completed(short.id))),
            Any_(of=(All(of=(Certified(short.id), Certified(long.id))), Completed(third.id))),
        )
    )
    finding = rule.check(facts([person.id], NOW, rule)[person.id], NOW)
    assert [leaf.rule for leaf in shortest_way(finding)] == [Completed(short.id), Completed(third.id)]
    assert finding.steps == 2
    assert work_left(finding) == 2 * 5 + 4 * 5
    assert tally(finding) == (0, 2)


def test_a_course_asked_for_twice_is_one_step_and_worked_through_once(app: Flask) -> None:
    course, city = a_course(), a_city()
    person, colleague = a_person(city=city), a_person(city=city)
    rule = All(of=(CityTrained(course.id, 2), Completed(course.id), Certified(course.id)))
    a_completion(colleague, course, at=NOW - DAY)
    finding = rule.check(facts([person.id], NOW, rule)[person.id], NOW)
    assert finding.steps == 1
    assert work_left(finding) == 20
    leaf = next_leaf(finding)
    assert leaf is not None
    assert leaf.rule == Completed(course.id)
    # With two people missing, one's own work is not enough.
    rule = All(of=(CityTrained(course.id, 3), Completed(course.id)))
    assert rule.check(facts([person.id], NOW, rule)[person.id], NOW).steps == 2


def test_a_quiz_is_worked_through_with_its_course(app: Flask) -> None:
    course, person = a_course(questions=[a_choice_question()]), a_person(city=a_city())
    rule = All(of=(Completed(course.id), Passed(course.modules[-1].activities[-1].id)))
    finding = rule.check(facts([person.id], NOW, rule)[person.id], NOW)
    assert finding.steps == 1
    assert work_left(finding) == work_left(finding.parts[0]) > 0


def test_ones_own_work_is_nearer_than_that_of_others(app: Flask) -> None:
    course, city = a_course(), a_city()
    person = a_person(city=city)
    rule = All(of=(Certified(course.id), Any_(of=(CityTrained(course.id, 4), Completed(course.id)))))
    finding = rule.check(facts([person.id], NOW, rule)[person.id], NOW)
    assert [leaf.rule for leaf in shortest_way(finding)] == [Certified(course.id), Completed(course.id)]
    assert finding.steps == 1


def test_at_least_counts_what_is_needed_not_what_there_is(scene: Scene) -> None:
    rule = AtLeast(of=(scene.leaf(MET), scene.leaf(MISSING), scene.leaf(MISSING)), n=2)
    finding = rule.check(facts([scene.person.id], NOW, rule)[scene.person.id], NOW)
    assert tally(finding) == (1, 2)
    assert finding.steps == 1


def test_what_nobody_can_do_without() -> None:
    one, two, three, four = (Completed(i) for i in range(1, 5))
    rule = All(of=(one, Any_(of=(two, three)), AtLeast(of=(four,), n=1)))
    assert list(rule.needed()) == [one, four]
    assert list(rule.leaves()) == [one, two, three, four]
