"""When an attempt ends, to the second, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.quizzes.attempts.timing import Allowance, Phase, deadline, finished_at, last_moment, state_at
from app.quizzes.models import AttemptState
from app.quizzes.settings import Overdue, QuizSettings

START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
HALF_HOUR = QuizSettings(time_limit=1800)
DUE = START + timedelta(minutes=30)


def after(seconds: float) -> datetime:
    """So long after the deadline."""
    return DUE + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("limit", "closes", "allowance", "due"),
    [
        (None, None, Allowance(), None),
        (1800, None, Allowance(), 30),
        (None, 45, Allowance(), 45),
        (1800, 45, Allowance(), 30),
        (1800, 20, Allowance(), 20),  # begun ten minutes before the quiz closes for the limit to be reached
        (1800, None, Allowance(seconds=600), 40),
        (1800, 35, Allowance(seconds=600), 35),  # more time within the quiz's hours
        (1800, 20, Allowance(closes_at=START + timedelta(minutes=90)), 30),
        (1800, 20, Allowance(seconds=3600, closes_at=START + timedelta(minutes=60)), 60),
        (1800, 20, Allowance(closes_at=START + timedelta(minutes=5)), 20),  # an extension takes nothing away
        (None, None, Allowance(seconds=600, closes_at=START + timedelta(minutes=5)), None),  # nothing to extend
    ],
)
def test_the_deadline_is_the_earlier_end_each_with_its_extension(
    limit: int | None, closes: int | None, allowance: Allowance, due: int | None
) -> None:
    closes_at = None if closes is None else START + timedelta(minutes=closes)
    found = deadline(START, QuizSettings(time_limit=limit), closes_at, allowance)
    assert found == (None if due is None else START + timedelta(minutes=due))


@pytest.mark.parametrize(
    ("seconds", "submit", "grace", "abandon"),
    [
        (-1800, Phase.OPEN, Phase.OPEN, Phase.OPEN),
        (-1, Phase.OPEN, Phase.OPEN, Phase.OPEN),
        (0, Phase.OPEN, Phase.OPEN, Phase.OPEN),
        (0.001, Phase.OVERDUE, Phase.OVERDUE, Phase.OVERDUE),
        (60, Phase.OVERDUE, Phase.OVERDUE, Phase.OVERDUE),
        (60.001, Phase.ENDED, Phase.GRACE, Phase.LOST),
        (300, Phase.ENDED, Phase.GRACE, Phase.LOST),
        (300.001, Phase.ENDED, Phase.LOST, Phase.LOST),
        (86400, Phase.ENDED, Phase.LOST, Phase.LOST),
    ],
)
def test_each_policy_to_the_second(seconds: float, submit: Phase, grace: Phase, abandon: Phase) -> None:
    for overdue, phase in ((Overdue.SUBMIT, submit), (Overdue.GRACE, grace), (Overdue.ABANDON, abandon)):
        settings = QuizSettings(time_limit=1800, overdue=overdue, grace=300)
        assert state_at(AttemptState.OPEN, DUE, settings, after(seconds)) is phase


def test_a_grace_period_shorter_than_the_slack_takes_nothing_from_it() -> None:
    settings = QuizSettings(time_limit=1800, overdue=Overdue.GRACE, grace=10)
    assert state_at(AttemptState.OPEN, DUE, settings, after(60)) is Phase.OVERDUE
    assert state_at(AttemptState.OPEN, DUE, settings, after(61)) is Phase.LOST
    assert last_moment(DUE, settings) == after(60)


def test_what_is_stored_stands_and_no_deadline_never_ends() -> None:
    late = after(10**6)
    assert state_at(AttemptState.SUBMITTED, DUE, HALF_HOUR, late) is Phase.SUBMITTED
    assert state_at(AttemptState.ABANDONED, DUE, HALF_HOUR, late) is Phase.ABANDONED
    assert state_at(AttemptState.OPEN, None, HALF_HOUR, late) is Phase.OPEN


def test_a_half_hour_never_takes_thirty_one_minutes() -> None:
    assert finished_at(DUE, after(-1)) == after(-1)
    assert finished_at(DUE, after(0)) == finished_at(DUE, after(59)) == finished_at(DUE, after(3600)) == DUE
    assert finished_at(None, after(3600)) == after(3600)


def test_what_a_phase_allows() -> None:
    assert [phase for phase in Phase if phase.takes_answers] == [Phase.OPEN, Phase.OVERDUE]
    assert [phase for phase in Phase if phase.under_way] == [Phase.OPEN, Phase.OVERDUE, Phase.GRACE]
