"""From attempts to a grade, and to what the quiz comes to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.progress.models import ActivityState
from app.progress.services import Outcome

from .models import AttemptState
from .settings import Completes, Grading, QuizSettings


@dataclass(frozen=True, slots=True)
class Made:
    """An attempt that was made: how it stands, and its score, 0 to 1; a submitted one without waits for marks."""

    state: str
    score: float | None = None


def grade_of(scores: Sequence[float | None], grading: Grading) -> float | None:
    """The grade, 0 to 1, of the submitted attempts' scores in the order they were made.

    None stands for one that waits for marks. The grade is None without any score, and where what waits decides it;
    the best of those that are marked is a grade already.
    """
    known = [score for score in scores if score is not None]
    if not known:
        return None
    match grading:
        case Grading.HIGHEST:
            return max(known)
        case Grading.MEAN:
            return sum(known) / len(known) if len(known) == len(scores) else None
        case Grading.FIRST:
            return scores[0]
        case Grading.LAST:
            return scores[-1]


def passed(grade: float | None, settings: QuizSettings) -> bool:
    """Whether a grade completes the quiz: reaching the pass mark, or, where there is none, having submitted."""
    if grade is None:
        return False
    return settings.pass_mark is None or grade * 100 >= settings.pass_mark - 1e-9


def outcome_of(made: Sequence[Made], settings: QuizSettings, allowed: int | None) -> Outcome | None:
    """What one cycle's attempts at a quiz come to, in the order made; None while there is nothing to record.

    `allowed` attempts, None: as many as wanted. What was abandoned is used and earns nothing. While marks are
    awaited nobody has failed.
    """
    over = [attempt for attempt in made if attempt.state != AttemptState.OPEN]
    if not over:
        return None
    submitted = [attempt for attempt in over if attempt.state == AttemptState.SUBMITTED]
    grade = grade_of([attempt.score for attempt in submitted], settings.grading)
    reached = settings.pass_mark is not None and passed(grade, settings)
    if _complete(over, submitted, grade, settings, allowed):
        return Outcome(ActivityState.COMPLETE, grade, passed=reached)
    waits = any(attempt.score is None for attempt in submitted)
    used_up = allowed is not None and len(over) >= allowed
    if waits or (settings.completes is Completes.ATTEMPTS and not used_up):
        return Outcome(ActivityState.STARTED, grade, passed=reached)
    return Outcome(ActivityState.FAILED, grade, passed=reached)


def _complete(
    over: Sequence[Made], submitted: Sequence[Made], grade: float | None, settings: QuizSettings, allowed: int | None
) -> bool:
    if settings.completes is Completes.ATTEMPTS:
        return len(submitted) >= settings.least_attempts
    if settings.pass_mark is None and submitted:
        return True
    if passed(grade, settings):
        return True
    used_up = allowed is not None and len(over) >= allowed
    return used_up and settings.completes is Completes.PASSED_OR_USED_UP
