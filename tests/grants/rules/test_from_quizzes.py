"""What is done in quizzes, and what rules make of it: completing is not passing, and no later visit changes a score."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.judging.findings import Met
from app.grants.rules import Completed, Node, Passed
from app.progress import holding
from app.progress import services as progress
from app.progress.models import ActivityProgress, ActivityState, Enrolment, RisenScore
from app.progress.outcomes import Outcome
from app.quizzes.grading import Made, outcome_of
from app.quizzes.settings import Completes, Grading, QuizSettings
from app.quizzes.types import SingleChoiceAnswer
from tests.factories import a_person
from tests.grants.factories import DAY, NOW
from tests.quizzes.taking import Taking

from .test_leaves import found

A, B = SingleChoiceAnswer("a"), SingleChoiceAnswer("b")  # the right one, and a wrong one


def attempt(taking: Taking, right: int, at: datetime) -> None:
    """An attempt with so many right answers of two, handed in at that moment."""
    with clock.at(at):
        begun = taking.start()
        for slot in (0, 1):
            taking.answer(begun, slot, A if slot < right else B)
        taking.hand_in(begun)


def is_met(taking: Taking, rule: Node, at: datetime) -> bool:
    db.session.rollback()
    return isinstance(found(rule, db.session.get_one(Person, taking.person_id), at), Met)


def enrolment_of(taking: Taking) -> Enrolment:
    db.session.rollback()
    return db.session.get_one(Enrolment, taking.enrolment_id)


@pytest.mark.parametrize("completes", [Completes.PASSED_OR_USED_UP, Completes.ATTEMPTS])
def test_who_completed_a_quiz_without_passing_has_not_passed_it(app: Flask, completes: Completes) -> None:
    taking = Taking(QuizSettings(pass_mark=70, attempts=2, completes=completes, least_attempts=2))
    passed = Passed(taking.quiz.id)
    attempt(taking, 0, NOW)
    attempt(taking, 1, NOW + DAY)
    assert enrolment_of(taking).state == "completed"
    assert not is_met(taking, passed, NOW + 2 * DAY)


def test_a_quiz_is_passed_from_when_its_own_mark_was_first_reached(app: Flask) -> None:
    """Also where several attempts complete it, and whatever later ones come to."""
    taking = Taking(QuizSettings(pass_mark=70, completes=Completes.ATTEMPTS, least_attempts=3))
    passed = Passed(taking.quiz.id)
    for day, right in enumerate((1, 2, 0)):
        attempt(taking, right, NOW + day * DAY)
    tick = timedelta(microseconds=1)
    assert [is_met(taking, passed, NOW + DAY + by) for by in (-tick, timedelta(), 9 * DAY)] == [False, True, True]


def test_what_somebody_else_completed_is_not_passed(app: Flask) -> None:
    taking = Taking(QuizSettings(pass_mark=70))
    with clock.at(NOW), unit_of_work():
        progress.record(
            enrolment_id=taking.enrolment_id, activity_id=taking.quiz.id,
            outcome=Outcome(ActivityState.COMPLETE, by_id=a_person().id, reason="Seen in class"),
        )  # fmt: skip
    assert enrolment_of(taking).state == "completed"
    assert not is_met(taking, Passed(taking.quiz.id), NOW + DAY)


def test_a_mark_that_comes_later_counts_from_the_handing_in(app: Flask) -> None:
    taking = Taking(QuizSettings(pass_mark=70))
    with clock.at(NOW + 5 * DAY), unit_of_work():
        progress.record(
            enrolment_id=taking.enrolment_id, activity_id=taking.quiz.id, done_at=NOW,
            outcome=outcome_of([Made("submitted", 0.8)], QuizSettings(pass_mark=70), None) or pytest.fail(),
        )  # fmt: skip
    db.session.rollback()
    assert db.session.scalars(sa.select(ActivityProgress.passed_at)).one() == NOW


@pytest.mark.parametrize(
    ("mark", "score", "passes"), [(70, 0.7, True), (70, 0.69, False), (None, 1.0, False), (70, None, False)]
)
def test_only_a_mark_that_is_reached_is_passed(mark: float | None, score: float | None, passes: bool) -> None:
    for completes in Completes:
        outcome = outcome_of([Made("submitted", score)], QuizSettings(pass_mark=mark, completes=completes), None)
        assert outcome is not None and outcome.passed is passes


def test_a_later_visit_takes_no_risen_score_away(app: Flask) -> None:
    taking = Taking(QuizSettings(pass_mark=40))
    rule = Completed(taking.edition.course_id, min_score=90)
    attempt(taking, 1, NOW)
    attempt(taking, 2, NOW + DAY)
    closed = NOW + 2 * DAY
    assert is_met(taking, rule, closed)
    with clock.at(NOW + 9 * DAY), unit_of_work():
        enrolment = holding.lock(taking.enrolment_id)
        enrolment.touched_at = clock.now()
    assert is_met(taking, rule, closed)
    assert not is_met(taking, rule, NOW + DAY - timedelta(microseconds=1))


def test_scores_are_kept_as_they_rise_and_only_then(app: Flask) -> None:
    taking = Taking(QuizSettings(pass_mark=40, grading=Grading.LAST))
    for day, right in enumerate((1, 2, 0, 1, 2)):
        attempt(taking, right, NOW + day * DAY)
    assert enrolment_of(taking).score == 1.0
    rows = db.session.execute(sa.select(RisenScore.cycle, RisenScore.score, RisenScore.at)).all()
    assert [tuple(row) for row in rows] == [(1, 1.0, NOW + DAY)]
