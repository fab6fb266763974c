"""Attempts: started once, answered without loss, submitted once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.errors import NotFound
from app.extensions import db
from app.progress.models import ActivityState, Certificate, Enrolment
from app.quizzes import queries
from app.quizzes.errors import AttemptClosed, NoAttemptsLeft, Overtaken, WrongShape
from app.quizzes.models import Attempt, Response
from app.quizzes.settings import QuizSettings
from app.quizzes.types import ShortAnswerAnswer, SingleChoiceAnswer
from tests.factories import a_person

from .taking import Taking

A, B = SingleChoiceAnswer("a"), SingleChoiceAnswer("b")


@pytest.fixture
def taking(app: Flask) -> Taking:
    return Taking(QuizSettings(pass_mark=70, attempts=2))


def test_a_second_start_goes_on_with_the_open_attempt(taking: Taking) -> None:
    assert taking.start() == taking.start()
    assert db.session.get_one(Enrolment, taking.enrolment_id).states == {taking.quiz.id: ActivityState.STARTED}


def test_passing_completes_the_course(taking: Taking) -> None:
    attempt = taking.start()
    taking.answer(attempt, 0, A)
    taking.answer(attempt, 1, A)
    assert taking.submit(attempt) == 1.0
    assert taking.submit(attempt) == 1.0  # pressed twice
    enrolment = db.session.get_one(Enrolment, taking.enrolment_id)
    assert (enrolment.score, enrolment.state) == (1.0, "completed")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1


def test_failing_leaves_the_next_attempt_and_then_none(taking: Taking) -> None:
    first = taking.start()
    taking.answer(first, 0, A)
    taking.answer(first, 1, B)
    assert taking.submit(first) == 0.5
    assert db.session.get_one(Enrolment, taking.enrolment_id).states == {taking.quiz.id: ActivityState.FAILED}
    second = taking.start()
    assert second != first
    assert taking.submit(second) == 0.0  # nothing answered
    assert db.session.get_one(Enrolment, taking.enrolment_id).score == 0.5  # the highest counts
    with pytest.raises(NoAttemptsLeft):
        taking.start()


def test_an_answer_can_be_changed_from_what_it_was_made_from(taking: Taking) -> None:
    attempt = taking.start()
    assert taking.answer(attempt, 0, B) == 1
    assert taking.answer(attempt, 0, A, sequence=1) == 2
    assert taking.sitting(attempt).questions[0].answer == A


def test_an_older_answer_never_overwrites_a_newer_one(taking: Taking) -> None:
    attempt = taking.start()
    taking.answer(attempt, 0, A)
    with pytest.raises(Overtaken):
        taking.answer(attempt, 0, B)
    assert taking.sitting(attempt).questions[0].answer == A


def test_the_same_answer_sent_again_is_acknowledged_again(taking: Taking) -> None:
    attempt = taking.start()
    assert taking.answer(attempt, 0, A) == taking.answer(attempt, 0, A) == 1


def test_refused_answers_change_nothing(taking: Taking) -> None:
    attempt = taking.start()
    for slot, answer, error in (
        (0, SingleChoiceAnswer("never"), WrongShape),
        (0, ShortAnswerAnswer("a"), WrongShape),
        (9, A, NotFound),
        (-1, A, NotFound),
    ):
        with pytest.raises(error):
            taking.answer(attempt, slot, answer)
    assert [q.answer for q in taking.sitting(attempt).questions] == [None, None]


def test_a_submitted_attempt_takes_no_more_answers(taking: Taking) -> None:
    attempt = taking.start()
    taking.submit(attempt)
    with pytest.raises(AttemptClosed):
        taking.answer(attempt, 0, A)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response).where(Response.answer.is_not(None))) == 0


def test_an_attempt_is_its_owners_alone(taking: Taking) -> None:
    attempt = taking.start()
    assert queries.find_sitting(attempt, person_id=a_person().id) is None


def test_a_quiz_without_a_pass_mark_is_complete_when_submitted_and_counts_in_no_score(app: Flask) -> None:
    taking = Taking(QuizSettings())
    attempt = taking.start()
    taking.submit(attempt)
    enrolment = db.session.get_one(Enrolment, taking.enrolment_id)
    assert (enrolment.state, enrolment.score) == ("completed", None)


def test_the_order_of_options_is_fixed_when_the_attempt_starts(taking: Taking) -> None:
    attempt = taking.start()
    order = taking.sitting(attempt).questions[0].order
    assert sorted(order) == ["a", "b", "c"]
    assert taking.sitting(attempt).questions[0].order == order
    assert db.session.get_one(Attempt, attempt).slots[0].order == order
