"""The courses and quizzes that a rule names, made of rows and of the editions in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from app.core.text import Text
from app.courses.editions import PublishedEdition, list_editions
from app.courses.kinds import get_kind
from app.courses.outline import OutlineActivity
from app.progress.standing import Standing
from app.quizzes.queries import taken_under

from .shapes import CourseFact, QuizFact, QuizGroup

QUIZ = "quiz"  # the kind of activity

# When quizzes open and close, by id, of those that do.
Times = Mapping[int, tuple[datetime | None, datetime | None]]


@dataclass(frozen=True, slots=True)
class Named:
    """The courses and quizzes that a rule names, by id."""

    courses: Mapping[int, CourseFact] = field(default_factory=dict)
    quizzes: Mapping[int, QuizFact] = field(default_factory=dict)


def of_rows(rows: Mapping[str, list[Any]]) -> tuple[Named, dict[int, PublishedEdition]]:
    """What the rows name, and the editions in force by course; at most one statement, for editions not read yet."""
    times = {row.other_id: (row.began, row.ended) for row in rows["times"]}
    courses, editions = _course_facts(rows["course"], times)
    quizzes = {}
    for row in rows["quiz"]:
        edition = editions.get(row.course_id)
        offered = _offered(row.other_id, edition, courses[row.course_id].source_language, times) if edition else None
        quizzes[row.other_id] = offered or QuizFact(
            id=row.other_id,
            course_id=row.course_id,
            title=msgspec.convert(row.document, Text),
            source_language=courses[row.course_id].source_language,
            is_quiz=row.words == QUIZ,
        )
    return Named(courses, quizzes), editions


def _course_facts(rows: Sequence[Any], times: Times) -> tuple[dict[int, CourseFact], dict[int, PublishedEdition]]:
    published = [row for row in rows if row.other_id is not None]
    editions = {e.course_id: e for e in list_editions(row.other_id for row in published)}
    found = {}
    for row in rows:
        edition = editions.get(row.course_id)
        found[row.course_id] = CourseFact(
            id=row.course_id,
            slug=row.words,
            title=edition.outline.title if edition else msgspec.convert(row.document, Text),
            source_language=row.language,
            is_published=edition is not None,
            is_graded=edition is not None and bool(edition.graded),
            activities=edition.needed if edition else 0,
            minutes=Standing(edition, {}).minutes_left if edition else 0,
            archived_at=row.ended,
            is_for_some=bool(row.number),
            asks=_asks(edition, row.language, times) if edition else (),
            graded=_quizzes_of(edition.graded, edition, row.language, times) if edition else (),
            min_score=edition.outline.settings.min_score if edition else None,
        )
    return found, editions


def _asks(edition: PublishedEdition, language: str, times: Times) -> tuple[QuizGroup, ...]:
    groups = (
        QuizGroup(_quizzes_of(group, edition, language, times), len(group) - needed) for group, needed in edition.asks
    )
    return tuple(group for group in groups if group.quizzes)


def _quizzes_of(
    activities: Iterable[OutlineActivity], edition: PublishedEdition, language: str, times: Times
) -> tuple[QuizFact, ...]:
    found = (_offered(a.id, edition, language, times) for a in activities if a.kind == QUIZ)
    return tuple(quiz for quiz in found if quiz is not None)


def _offered(activity_id: int, edition: PublishedEdition, language: str, times: Times) -> QuizFact | None:
    """A quiz as the edition in force holds it; None where that holds no such activity."""
    activity = edition.by_id.get(activity_id)
    if activity is None:
        return None
    is_quiz = activity.kind == QUIZ
    opens_at, closes_at = times.get(activity.id, (None, None))
    return QuizFact(
        id=activity.id,
        course_id=edition.course_id,
        title=activity.title,
        source_language=language,
        is_quiz=is_quiz,
        is_offered=True,
        is_passed_only=get_kind(activity.kind).passed(activity),
        minutes=round(activity.minutes * edition.pace),
        attempts=taken_under(edition.id, activity.id).attempts if is_quiz else None,
        opens_at=opens_at,
        closes_at=closes_at,
    )
