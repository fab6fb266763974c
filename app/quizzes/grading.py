"""From attempts to a grade. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .settings import Grading, QuizSettings


def grade_of(scores: Sequence[float], grading: Grading) -> float | None:
    """The grade, 0 to 1, of the submitted attempts' scores in the order they were made; None without any."""
    if not scores:
        return None
    match grading:
        case Grading.HIGHEST:
            return max(scores)
        case Grading.MEAN:
            return sum(scores) / len(scores)
        case Grading.FIRST:
            return scores[0]
        case Grading.LAST:
            return scores[-1]


def passed(grade: float | None, settings: QuizSettings) -> bool:
    """Whether a grade completes the quiz: reaching the pass mark, or, where there is none, having submitted."""
    if grade is None:
        return False
    return settings.pass_mark is None or grade * 100 >= settings.pass_mark - 1e-9
