"""What happened in an activity, and how it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.extensions import db

from .models import ActivityProgress, ActivityState
from .standing import DONE_WITH


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened in an activity. `score` is 0 to 1 by the activity's own grading, None where nothing is graded.

    `passed`: that the score reaches the pass mark that the activity has, whatever completes it.
    `by_id` and `reason` say who excused the person from it or completed it for them, and why. `TAKEN_BACK` is that
    this no longer holds, and what they did by themselves does.
    """

    state: ActivityState | None
    score: float | None = None
    passed: bool = False
    by_id: int | None = None
    reason: str | None = None


TAKEN_BACK = Outcome(None)


def write(
    *, enrolment_id: int, cycle: int, activity_id: int, outcome: Outcome, now: datetime, done_at: datetime
) -> None:
    """Write an outcome upon what stands. For `services.record` alone, which locks before and counts afterwards."""
    row = db.session.get(ActivityProgress, (enrolment_id, cycle, activity_id), populate_existing=True)
    if outcome.state is None:
        if row is not None:
            _take_back(row)
    elif row is None:
        done = outcome.state in DONE_WITH
        db.session.add(
            ActivityProgress(
                enrolment_id=enrolment_id, cycle=cycle, activity_id=activity_id, state=outcome.state, first_at=now,
                score=outcome.score, completed_at=now if done else None, by_id=outcome.by_id, reason=outcome.reason,
                passed_at=done_at if outcome.passed else None,
            )
        )  # fmt: skip
    else:
        _take(row, outcome, outcome.state, now, done_at)
    db.session.flush()


def _take(row: ActivityProgress, outcome: Outcome, state: ActivityState, now: datetime, done_at: datetime) -> None:
    """What is complete stays so; what another person gave stays until they complete it themselves."""
    if outcome.score is not None:
        row.score = outcome.score
    if outcome.passed and row.passed_at is None:
        row.passed_at = done_at
    if outcome.by_id is not None:
        if row.by_id is None:
            row.own_state = row.state
        if row.state not in DONE_WITH or row.completed_at is None:  # else a completion may rest on it since then
            row.completed_at = now
        row.state, row.by_id, row.reason = state, outcome.by_id, outcome.reason
    elif row.by_id is not None and state != ActivityState.COMPLETE:
        row.own_state = state
    elif row.by_id is not None or row.state != ActivityState.COMPLETE:
        row.state, row.by_id, row.reason, row.own_state = state, None, None, None
        if state == ActivityState.COMPLETE and row.completed_at is None:
            row.completed_at = now


def _take_back(row: ActivityProgress) -> None:
    """What they did by themselves stands again; of who did nothing, nothing stays."""
    if row.by_id is None:
        return
    began = row.visible_seconds or row.position is not None or row.score is not None
    own = row.own_state or (ActivityState.STARTED if began else None)
    if own is None:
        db.session.delete(row)
        return
    row.state, row.by_id, row.reason, row.own_state, row.completed_at = own, None, None, None, None
