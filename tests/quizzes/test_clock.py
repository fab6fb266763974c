"""Attempts and the clock, to the second: what counts, what is refused, and what is stored by whom."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.extensions import db
from app.progress import services as progress
from app.progress.models import ActivityState, Enrolment
from app.quizzes import jobs, services
from app.quizzes.errors import AttemptClosed, NoAttemptsLeft, NotOpen, TimeIsUp, WaitsBetween, WrongCode
from app.quizzes.models import Attempt, Extension, Quiz
from app.quizzes.settings import Completes, Overdue, QuizSettings
from app.quizzes.types import SingleChoiceAnswer
from tests.factories import a_city, a_person

from .taking import Taking

A, B = SingleChoiceAnswer("a"), SingleChoiceAnswer("b")
START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
DUE = START + timedelta(minutes=30)


def at(seconds: float, since: datetime = DUE):  # type: ignore[no-untyped-def]
    """The clock so many seconds after the deadline."""
    return clock.at(since + timedelta(seconds=seconds))


def timed(overdue: Overdue = Overdue.SUBMIT, **settings: object) -> Taking:
    values = {"pass_mark": 70, "attempts": 2, "time_limit": 1800, "overdue": overdue, "grace": 300, **settings}
    return Taking(QuizSettings(**values))  # type: ignore[arg-type]


def begun(taking: Taking) -> int:
    """An attempt begun at nine, its first question answered rightly in time."""
    with clock.at(START):
        attempt = taking.start()
        taking.answer(attempt, 0, A)
    return attempt


def test_an_answer_within_the_slack_counts_and_the_attempt_ends_at_its_deadline(app: Flask) -> None:
    taking = timed()
    attempt = begun(taking)
    assert taking.attempt(attempt).due_at == DUE
    with at(60):
        taking.answer(attempt, 1, A)
        ended = taking.hand_in(attempt)
    assert (ended.state, ended.finished_at, ended.score) == ("submitted", DUE, 1.0)


def test_an_answer_after_the_slack_is_refused_and_what_was_acknowledged_stays(app: Flask) -> None:
    taking = timed()
    attempt = begun(taking)
    with at(60.001):
        for slot, sequence in ((0, 1), (1, 0)):
            with pytest.raises(TimeIsUp):
                taking.answer(attempt, slot, B, sequence=sequence)
        ended = taking.hand_in(attempt)
    assert (ended.state, ended.finished_at, ended.score) == ("submitted", DUE, 0.5)


def test_an_early_submission_ends_when_it_comes(app: Flask) -> None:
    taking = timed()
    attempt = begun(taking)
    with at(-600):
        assert taking.hand_in(attempt).finished_at == DUE - timedelta(seconds=600)


@pytest.mark.parametrize(
    ("overdue", "seconds", "state", "score"),
    [
        (Overdue.SUBMIT, 61, "submitted", 0.5), (Overdue.SUBMIT, 86400, "submitted", 0.5),
        (Overdue.GRACE, 61, "submitted", 0.5), (Overdue.GRACE, 300, "submitted", 0.5),
        (Overdue.GRACE, 301, "abandoned", None), (Overdue.ABANDON, 60, "submitted", 0.5),
        (Overdue.ABANDON, 61, "abandoned", None),
    ],
)  # fmt: skip
def test_a_late_submission_is_what_the_policy_says(
    app: Flask, overdue: Overdue, seconds: int, state: str, score: float | None
) -> None:
    taking = timed(overdue)
    attempt = begun(taking)
    with at(seconds):
        ended = taking.hand_in(attempt)
    assert (ended.state, ended.finished_at, ended.score) == (state, DUE, score)
    with at(seconds + 1):
        again = taking.hand_in(attempt)
    assert (again.state, again.finished_at, again.score) == (state, DUE, score)


@pytest.mark.parametrize(
    ("overdue", "first", "then", "state", "score"),
    [
        (Overdue.SUBMIT, 60, 61, "submitted", 0.5),
        (Overdue.GRACE, 300, 301, "abandoned", None),
        (Overdue.ABANDON, 60, 61, "abandoned", None),
    ],
)
def test_the_job_stores_the_same_once_it_is_time(
    app: Flask, overdue: Overdue, first: int, then: int, state: str, score: float | None
) -> None:
    taking = timed(overdue)
    attempt = begun(taking)
    with unit_of_work():
        db.session.get_one(Enrolment, taking.enrolment_id).touched_at = START
    with at(first):
        assert jobs.close_overdue() == 0
        assert taking.attempt(attempt).state == "open"
    with at(then):
        assert jobs.close_overdue() == 1
        assert jobs.close_overdue() == 0
    ended = taking.attempt(attempt)
    assert (ended.state, ended.finished_at, ended.score) == (state, DUE, score)
    # The practitioner was there until the end, and the job is not the practitioner.
    touched_at = db.session.scalar(sa.select(Enrolment.touched_at).where(Enrolment.id == taking.enrolment_id))
    assert touched_at == DUE


def test_one_attempt_that_cannot_be_closed_keeps_no_other_from_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    taking = timed()
    broken = begun(taking)
    with unit_of_work():
        enrolment = progress.enrol(person=a_person(), course_id=taking.edition.course_id)
        taking.enrolment_id = enrolment.id
    with clock.at(START):
        fine = taking.start()
    close = services.close_overdue

    def closing(attempt_id: int) -> bool:
        if attempt_id == broken:
            raise RuntimeError("broken")
        return close(attempt_id)

    monkeypatch.setattr(services, "close_overdue", closing)
    with at(61):
        assert jobs.close_overdue() == 1
    assert (taking.attempt(broken).state, taking.attempt(fine).state) == ("open", "submitted")


def test_an_abandoned_attempt_is_used_and_earns_nothing(app: Flask) -> None:
    taking = timed(Overdue.ABANDON)
    lost = begun(taking)
    with at(61):
        taking.hand_in(lost)
        assert db.session.get_one(Enrolment, taking.enrolment_id).states[taking.quiz.id] == ActivityState.FAILED
        second = taking.start()
        assert taking.attempt(second).number == 2
        taking.answer(second, 0, A)
        taking.answer(second, 1, A)
        assert taking.submit(second) == 1.0
        with pytest.raises(NoAttemptsLeft):
            taking.start()
    assert db.session.get_one(Enrolment, taking.enrolment_id).score == 1.0


def test_starting_anew_first_stores_how_the_last_ended(app: Flask) -> None:
    taking = timed()
    first = begun(taking)
    with at(60):
        assert taking.start() == first
    with at(61):
        second = taking.start()
    assert second != first
    ended = taking.attempt(first)
    assert (ended.state, ended.finished_at, ended.score) == ("submitted", DUE, 0.5)


def test_used_up_attempts_complete_where_that_is_enough(app: Flask) -> None:
    taking = timed(Overdue.ABANDON, completes=Completes.PASSED_OR_USED_UP)
    taking.extend(attempts=1)
    for number in range(3):
        with clock.at(START + timedelta(hours=number)):
            attempt = taking.start()
        assert db.session.get_one(Enrolment, taking.enrolment_id).completed_at is None
        with at(61 + 3600 * number):
            taking.hand_in(attempt)
    assert db.session.get_one(Enrolment, taking.enrolment_id).completed_at is not None


def test_more_time_moves_the_deadline_of_an_open_attempt_at_once(app: Flask) -> None:
    taking = timed()
    attempt = begun(taking)
    taking.extend(seconds=600)
    assert taking.attempt(attempt).due_at == DUE + timedelta(minutes=10)
    with at(660):
        taking.answer(attempt, 1, A)
        assert taking.hand_in(attempt).finished_at == DUE + timedelta(minutes=10)


def test_of_several_extensions_each_part_counts_at_its_most_generous(app: Flask) -> None:
    taking = timed()
    city = a_city()
    with unit_of_work():
        db.session.execute(sa.update(Person).values(city_id=city.id))
    other = a_city()
    taking.extend(seconds=600, attempts=1)
    taking.extend(city=city, seconds=300, attempts=2)
    taking.extend(city=other, seconds=9000, attempts=9)
    taking.extend(seconds=8000, attempts=8, withdrawn_at=clock.now())
    attempt = begun(taking)
    assert taking.attempt(attempt).due_at == DUE + timedelta(minutes=10)
    for number in range(4):
        with clock.at(START + timedelta(hours=number)):
            taking.hand_in(taking.start())
    with pytest.raises(NoAttemptsLeft):
        taking.start()


def test_a_withdrawn_extension_gives_no_more_time(app: Flask) -> None:
    taking = timed()
    attempt = begun(taking)
    taking.extend(seconds=600)
    with unit_of_work():
        db.session.execute(sa.update(Extension).values(withdrawn_at=clock.now()))
    taking.extend(seconds=60)
    assert taking.attempt(attempt).due_at == DUE + timedelta(minutes=1)


def test_a_quiz_has_its_hours(app: Flask) -> None:
    closes = START + timedelta(hours=1)
    taking = Taking(QuizSettings(time_limit=1800), opens_at=START, closes_at=closes)
    with at(-1, START), pytest.raises(NotOpen, match="opens on 28 November 2026, 09:00"):
        taking.start()
    with at(0, closes), pytest.raises(NotOpen, match="closed on 28 November 2026, 10:00"):
        taking.start()
    with at(-600, closes):
        attempt = taking.start()
        assert taking.attempt(attempt).due_at == closes
    taking.extend(closes_at=closes + timedelta(hours=1))
    assert taking.attempt(attempt).due_at == closes + timedelta(minutes=20)
    with at(1500, closes):
        second = taking.start()  # the first ended at its time limit
        assert taking.attempt(attempt).finished_at == closes + timedelta(minutes=20)
        assert taking.attempt(second).due_at == closes + timedelta(minutes=55)
    with at(3600, closes), pytest.raises(NotOpen, match="closed on 28 November 2026, 11:00"):
        taking.start()


def test_between_attempts_there_is_a_wait(app: Flask) -> None:
    taking = timed(wait=3600)
    with clock.at(START):
        taking.hand_in(taking.start())
    with at(3599, START), pytest.raises(WaitsBetween, match="10:00"):
        taking.start()
    with at(3600, START):
        taking.start()


def test_an_access_code_opens_the_quiz_once(app: Flask) -> None:
    taking = Taking(QuizSettings(), access_code="Plan für 2026")
    for code in ("", "plan für 2026", "Plan für 2026!", "é" * 80):
        with pytest.raises(WrongCode):
            taking.start(code)
    attempt = taking.start("  Plan für 2026 ")
    assert taking.start() == attempt  # going on asks for none


def test_a_quiz_without_an_end_waits_for_its_person(app: Flask) -> None:
    taking = Taking(QuizSettings(overdue=Overdue.ABANDON))
    attempt = begun(taking)
    with at(10**8):
        assert jobs.close_overdue() == 0
        assert taking.hand_in(attempt).finished_at == DUE + timedelta(seconds=10**8)


def test_what_was_submitted_is_closed_however_early(app: Flask) -> None:
    taking = timed()
    attempt = begun(taking)
    with at(-60):
        taking.hand_in(attempt)
        with pytest.raises(AttemptClosed):
            taking.answer(attempt, 1, A)


def test_an_attempt_keeps_the_time_it_was_begun_with(app: Flask) -> None:
    """A new edition gives less time: who has begun keeps what they were promised, also when the quiz's hours change."""
    taking = timed()
    attempt = begun(taking)
    with unit_of_work():
        db.session.scalars(sa.select(Quiz)).one().settings = QuizSettings(time_limit=60, overdue=Overdue.ABANDON)
    with unit_of_work():
        courses.publish(course_id=taking.edition.course_id, by=None)
    taking.extend(attempts=1)
    assert taking.attempt(attempt).due_at == DUE
    with at(61):
        assert taking.hand_in(attempt).state == "submitted"


def test_an_attempt_on_top_may_still_complete_where_a_number_of_attempts_does(app: Flask) -> None:
    taking = timed(Overdue.ABANDON, completes=Completes.ATTEMPTS, least_attempts=2)
    taking.extend(attempts=1)
    states = []
    for number, late in enumerate((True, False, False)):
        with clock.at(START + timedelta(hours=number)):
            attempt = taking.start()
        with at(3600 * number + (61 if late else -60)):
            taking.hand_in(attempt)
        states.append(db.session.get_one(Enrolment, taking.enrolment_id).states[taking.quiz.id])
    assert states == [ActivityState.STARTED, ActivityState.STARTED, ActivityState.COMPLETE]


def test_a_submission_is_as_late_as_it_came(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    taking = timed(Overdue.ABANDON)
    attempt = begun(taking)
    lock = services.lock
    with ExitStack() as later, at(59):

        def after_others(attempt_id: int) -> Attempt:
            later.enter_context(at(65))
            return lock(attempt_id)

        monkeypatch.setattr(services, "lock", after_others)
        with unit_of_work():
            assert services.submit(attempt_id=attempt, activity=taking.quiz).state == "submitted"
