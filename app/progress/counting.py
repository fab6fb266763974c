"""What a cycle of an enrolment comes to in an edition. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.courses.editions import PublishedEdition

from .models import ActivityState
from .standing import Standing

LONGEST_RULE = 80


@dataclass(frozen=True, slots=True)
class Count:
    """What a cycle of an enrolment comes to in an edition; `score` is 0 to 1, None where nothing is graded yet."""

    standing: Standing
    score: float | None


def counted(
    edition: PublishedEdition, states: Mapping[int, ActivityState], scores: Mapping[int, float | None]
) -> Count:
    """Count the states and scores of activities against an edition. Pure: also what foretells a publication."""
    excused = {activity_id for activity_id, state in states.items() if state == ActivityState.EXCUSED}
    score = course_score(edition, scores, excused)
    return Count(Standing(edition, states, score=score), score)


def course_score(
    edition: PublishedEdition, scores: Mapping[int, float | None], excused: Collection[int] = ()
) -> float | None:
    """The mean of the required graded activities, weighted by their marks, 0 to 1; what is not done counts nothing.

    Those that the person is `excused` from are left out. None before the first of them has a score, and for a course
    that grades nothing.
    """
    graded = [(a.marks or 0.0, scores.get(a.id)) for a in edition.graded if a.id not in excused]
    if not any(score is not None for _marks, score in graded):
        return None
    return sum(marks * (score or 0.0) for marks, score in graded) / sum(marks for marks, _score in graded)


def rule_of(edition: PublishedEdition) -> str:
    """What completes an edition, as each completion records it: `3 of 8 activities, score 70%`.

    Of many modules with numbers it says how many they are; which, its edition says.
    """
    settings = edition.outline.settings
    score = "" if settings.min_score is None else f", score {settings.min_score:g}%"
    if settings.enough:
        return f"{settings.enough} of {len(edition.activities)} activities{score}"
    asked = [(n, m) for n, m in enumerate(edition.outline.modules, 1) if m.id in edition.quotas]
    parts = [f"{m.enough} of {len(m.activities)} in module {n}" for n, m in asked]
    if edition.required or not parts:
        parts.insert(0, "all required activities")
    rule = ", ".join(parts) + score
    return rule if len(rule) <= LONGEST_RULE else f"required activities, numbers in {len(asked)} modules{score}"
