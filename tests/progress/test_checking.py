"""`flask progress check`: it finds whatever is planted, repairs what can be, and finds nothing after storms."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError

from app.auth.models import Person
from app.core import clock
from app.core.errors import DomainError
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.editions import get_edition
from app.courses.models import Activity, Course
from app.courses.outline import CourseSettings
from app.extensions import db
from app.progress import checking, holding, jobs, services
from app.progress.certificates import renewal_services
from app.progress.models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.people import excusing_services
from app.progress.services import Outcome
from app.quizzes import services as quizzes
from app.quizzes.models import Attempt, Response
from app.quizzes.settings import QuizSettings
from app.quizzes.types import SingleChoiceAnswer
from tests.at_once import at_once
from tests.factories import a_choice_question, a_city, a_course, a_person

DONE, EXCUSED = ActivityState.COMPLETE, ActivityState.EXCUSED


def a_quiz_course(**settings: object) -> int:
    course = a_course("prevention", questions=[a_choice_question()], quiz=QuizSettings(pass_mark=60))
    if settings:
        with unit_of_work():
            db.session.get_one(Course, course.id).settings = CourseSettings(**settings)  # type: ignore[arg-type]
            db.session.flush()
            courses.publish(course_id=course.id, by=None)
    return course.id


def edition_of(course_id: int) -> int:
    found = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course_id))
    assert found
    return found


def attempt(enrolment_id: int, course_id: int, choice: str) -> None:
    edition = get_edition(edition_of(course_id))
    test = edition.by_key["test"]
    made = quizzes.start_attempt(enrolment_id=enrolment_id, edition=edition, activity=test, language="en")
    db.session.execute(
        sa.update(Response).where(Response.attempt_id == made.id).values(answer=SingleChoiceAnswer(choice))
    )
    quizzes.submit(attempt_id=made.id, activity=test)


def read(enrolment_id: int, activity_id: int) -> None:
    services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=Outcome(DONE))


def found() -> list[str]:
    db.session.rollback()
    return [difference.words for _seen, differences in checking.check() for difference in differences]


class Undo(Exception):
    """Takes back what was planted."""


@pytest.fixture
def course_id(app: Flask) -> int:
    """A course with one person who completed it (enrolment 1) and one in the middle (enrolment 2)."""
    course_id = a_quiz_course()
    a_city()
    lessons = [a.id for a in get_edition(edition_of(course_id)).activities if a.kind == "lesson"]
    for stop in (4, 2):
        with unit_of_work():
            enrolment_id = services.enrol(person=a_person(), course_id=course_id).id
            for lesson in lessons[:stop]:
                read(enrolment_id, lesson)
            attempt(enrolment_id, course_id, "a" if stop == 4 else "b")
    assert found() == []
    return course_id


PLANTED = {
    "UPDATE enrolment SET done = 5 WHERE id = 2": "5 of 5 done, counted 2 of 5",
    "UPDATE enrolment SET total = 9 WHERE id = 1": "5 of 9 done, counted 5 of 5",
    "UPDATE enrolment SET score = 0.25 WHERE id = 1": "score 0.25, counted 1.0",
    "UPDATE enrolment SET states = '{}' WHERE id = 2": "states none, its activities",
    "UPDATE enrolment SET completed_at = enrolled_at WHERE id = 2": "completed, and has no completion",
    "UPDATE enrolment SET state = 'open' WHERE id = 1": "is open, and should be completed",
    "UPDATE enrolment SET state = 'completed' WHERE id = 2": "is completed, and should be open",
    "UPDATE enrolment SET cycle = 2 WHERE id = 2": "cycle 1 is over and has no completion",
    "UPDATE enrolment SET city_id = (SELECT id FROM city) WHERE id = 2": "the person is of city None",
    "DELETE FROM certificate": "the completion of cycle 1 has 0 certificates",
    "UPDATE completion SET completed_at = '2020-01-01 00:00:00+00:00'": "its completion says 2020-01-01",
    "UPDATE completion SET person_id = 2": "is of another person or course",
    "UPDATE completion SET cycle = 3": "a completion of cycle 3, which has not begun",
    "UPDATE attempt SET score = 0.5 WHERE enrolment_id = 1": "score 1.0, its attempts make 0.5",
    "UPDATE activity_progress SET state = 'started' WHERE enrolment_id = 2 AND score IS NOT NULL":
        "started, its attempts make failed",
    "DELETE FROM activity_progress WHERE enrolment_id = 2 AND score IS NOT NULL":
        "nothing is written down of its attempts",
    "UPDATE activity_progress SET completed_at = NULL WHERE enrolment_id = 2": "complete without a moment",
    "UPDATE activity_progress SET cycle = 7 WHERE enrolment_id = 2 AND score IS NULL": "cycle 7 has not begun",
}  # fmt: skip


def test_it_finds_each_kind_of_difference_in_words(course_id: int) -> None:
    for plant, words in PLANTED.items():
        with suppress(Undo), unit_of_work():
            db.session.execute(sa.text(plant))
            said = [difference.words for difference in checking.find([1, 2])]
            assert any(words in one for one in said), (plant, said)
            raise Undo
    assert found() == []


def test_an_enrolment_counted_on_an_older_edition_and_a_completion_that_was_never_written(course_id: int) -> None:
    with unit_of_work():
        db.session.get_one(Course, course_id).settings = CourseSettings(enough=2)
        db.session.flush()
        courses.publish(course_id=course_id, by=None)
    assert found() == ["counted on edition 1, 2 is in force"]
    with unit_of_work():
        values = {"counted_edition_id": edition_of(course_id), "done": 2, "total": 2}
        db.session.execute(sa.update(Enrolment).where(Enrolment.id == 2).values(**values))
    assert found() == ["everything is done, and the course is not completed"]


def test_the_command_says_what_differs_repairs_it_and_ends_with_one(app: Flask, course_id: int) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["progress", "check"]).exit_code == 0
    with unit_of_work():
        for plant in (
            "UPDATE enrolment SET done = 5, states = '{}' WHERE id = 2",
            "UPDATE enrolment SET state = 'open', completed_at = NULL WHERE id = 1",
            "DELETE FROM certificate",
            "UPDATE person SET city_id = (SELECT id FROM city) WHERE id IN (SELECT person_id FROM enrolment)",
            "UPDATE activity_progress SET score = 0.1 WHERE enrolment_id = 1 AND score IS NOT NULL",
            "DELETE FROM activity_progress WHERE enrolment_id = 2 AND score IS NOT NULL",
        ):
            db.session.execute(sa.text(plant))
    told = runner.invoke(args=["progress", "check"])
    assert told.exit_code == 1
    assert "enrolment:2 5 of 5 done, counted 2 of 5" in told.output
    assert told.output.endswith("2 enrolments, 2 differ\n")
    repaired = runner.invoke(args=["progress", "check", "--repair"])
    assert repaired.exit_code == 1
    assert "enrolment:1 repaired" in repaired.output
    assert "enrolment:2 repaired" in repaired.output
    assert runner.invoke(args=["progress", "check"]).output == "2 enrolments, 0 differ\n"
    # What was certified is what was completed, wherever the person went and however the score stands since.
    assert db.session.execute(sa.select(Certificate.city, Certificate.score)).all() == [(None, 1.0)]


def test_memory_does_not_grow_with_enrolments(course_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "BATCH", 1)
    assert [seen for seen, _differences in checking.check()] == [1, 2]


class Storm:
    """What many people do at once in one course, each call in a transaction of its own."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.app, self.random = app, random.Random(seed)
        self.course_id = a_quiz_course(certificate_months=1)
        self.trainer = a_person().id
        self.ids = {}  # person to enrolment
        for person in [a_person() for _number in range(5)]:
            with unit_of_work():
                self.ids[person.id] = services.enrol(person=person, course_id=self.course_id).id
        self.lessons = list(db.session.scalars(sa.select(Activity.id).where(Activity.kind == "lesson")))
        self.activities = list(db.session.scalars(sa.select(Activity.id)))
        db.session.rollback()

    def calls(self, each: int) -> list[partial[None]]:
        return [partial(self.person, person, self.random.randrange(2**30), each) for person in [*self.ids] * 2]

    def person(self, person_id: int, seed: int, each: int) -> None:
        """One window of one person, or a trainer at work on them."""
        chance = random.Random(seed)
        enrolment_id = self.ids[person_id]
        acts = {
            self.read: 10, self.attempt: 4, self.withdraw: 2, self.come_back: 3, self.excuse: 1, self.take_back: 1,
            self.renew: 2, self.enrol: 1,
        }  # fmt: skip
        for _time in range(each):
            act = chance.choices(list(acts), list(acts.values()))[0]
            with self.app.app_context(), suppress(DomainError, StaleDataError), unit_of_work():
                act(person_id, enrolment_id, chance)

    def read(self, _person: int, enrolment_id: int, chance: random.Random) -> None:
        read(enrolment_id, chance.choice(self.lessons))

    def attempt(self, _person: int, enrolment_id: int, chance: random.Random) -> None:
        attempt(enrolment_id, self.course_id, chance.choice("aab"))

    def enrol(self, person: int, _enrolment_id: int, _chance: random.Random) -> None:
        services.enrol(person=db.session.get_one(Person, person), course_id=self.course_id)

    def excuse(self, _person: int, enrolment_id: int, chance: random.Random) -> None:
        excusing_services.give(
            enrolment_id=enrolment_id, activity_id=chance.choice(self.activities),
            state=chance.choice([DONE, EXCUSED]), reason="A storm.", by=self.trainer,
        )  # fmt: skip

    def take_back(self, _person: int, enrolment_id: int, chance: random.Random) -> None:
        excusing_services.take_back(
            enrolment_id=enrolment_id, activity_id=chance.choice(self.activities), reason="It is over.", by=self.trainer
        )

    def renew(self, person: int, _enrolment_id: int, _chance: random.Random) -> None:
        renewal_services.renew(person_id=person, course_id=self.course_id)

    def withdraw(self, _person: int, enrolment_id: int, _chance: random.Random) -> None:
        enrolment = holding.lock(enrolment_id)
        enrolment.state, enrolment.withdrawn_at = EnrolmentState.WITHDRAWN, clock.now()

    def come_back(self, _person: int, enrolment_id: int, _chance: random.Random) -> None:
        enrolment = holding.lock(enrolment_id)
        if enrolment.state == EnrolmentState.WITHDRAWN:
            enrolment.state = EnrolmentState.COMPLETED if enrolment.completed_at else EnrolmentState.OPEN
            enrolment.withdrawn_at = None
            db.session.flush()
            services.recount(enrolment_id=enrolment_id)

    def publish(self, seed: int, times: int) -> None:
        chance = random.Random(seed)
        for _time in range(times):
            with self.app.app_context(), suppress(StaleDataError, DomainError):
                with unit_of_work():
                    course = db.session.get_one(Course, self.course_id, populate_existing=True)
                    course.settings = CourseSettings(
                        certificate_months=1, enough=chance.choice([None, None, 2, 4]),
                        minutes=chance.randrange(1, 10_000),
                    )  # fmt: skip
                    db.session.flush()
                    courses.publish(course_id=self.course_id, by=None)
                jobs.recount_course(self.course_id)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_finds_nothing_after_a_storm(app: Flask, seed: int) -> None:
    storm = Storm(app, seed)
    at_once([*storm.calls(each=12), partial(storm.publish, seed, 3)])
    jobs.recount_course(storm.course_id)
    assert found() == []
    facts = db.session.execute(
        sa.select(
            sa.select(sa.func.count()).select_from(Completion).scalar_subquery(),
            sa.select(sa.func.count(sa.distinct(Certificate.completion_id))).scalar_subquery(),
            sa.select(sa.func.count()).select_from(Attempt).scalar_subquery(),
        )
    ).one()
    assert facts[0] == facts[1] > 0
    assert facts[2] > 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 5
    in_order = sa.select(Completion.enrolment_id, Completion.cycle).order_by(Completion.enrolment_id, Completion.cycle)
    assert len(set(db.session.execute(in_order).all())) == facts[0]
    db.session.rollback()


def test_two_last_activities_and_an_excuse_at_once_complete_it_once(app: Flask) -> None:
    course_id = a_quiz_course()
    lessons = list(db.session.scalars(sa.select(Activity.id).where(Activity.kind == "lesson").order_by(Activity.id)))
    test = db.session.scalar(sa.select(Activity.id).where(Activity.kind == "quiz")) or 0
    trainer = a_person().id
    with unit_of_work():
        enrolment_id = services.enrol(person=a_person(), course_id=course_id).id
        for lesson in lessons[:2]:
            read(enrolment_id, lesson)

    def apart(act: partial[None]) -> None:
        with app.app_context(), unit_of_work():
            act()

    give = partial(excusing_services.give, state=EXCUSED, reason="Met.", by=trainer)
    at_once(
        [
            partial(apart, partial(read, enrolment_id, lessons[2])),
            partial(apart, partial(read, enrolment_id, lessons[3])),
            partial(apart, partial(give, enrolment_id=enrolment_id, activity_id=test)),  # type: ignore[arg-type]
        ]
    )
    assert found() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1
    row = db.session.get_one(ActivityProgress, (enrolment_id, 1, test))
    assert (row.state, row.by_id) == (EXCUSED, trainer)
    assert row.completed_at is not None
    assert clock.now() - row.completed_at < timedelta(minutes=5)
    db.session.rollback()
