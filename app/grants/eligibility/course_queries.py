"""What courses count towards: the calls whose rules name them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.core.text import Text
from app.courses.models import Activity
from app.extensions import db

from ..queries import NOT_CLOSED, grouped
from .wording import counts_as


@dataclass(frozen=True, slots=True)
class CountsTowards:
    """A call that a course counts towards, and as what, in words."""

    slug: str
    title: Text
    source_language: str
    words: tuple[str, ...]


def list_counts_towards(course_ids: Iterable[int], at: datetime) -> dict[int, list[CountsTowards]]:
    """For each course, the open and coming calls whose rule names it or a quiz of it, by when they close.

    One statement.
    """
    wanted = set(course_ids)
    if not wanted:
        return {}
    found: dict[int, list[CountsTowards]] = {}
    rows = db.session.execute(NOT_CLOSED.add_columns(_quizzes_of(wanted)), {"at": at}).all()
    course_of = _course_of(rows[0].quizzes) if rows else {}
    for call in grouped(rows):
        needed = set(call.rule.needed())
        words: dict[int, list[str]] = {}
        for leaf in call.rule.asked():
            named = {*leaf.course_ids, *(course_of[quiz] for quiz in leaf.activity_ids if quiz in course_of)}
            for course_id in wanted & named:
                words.setdefault(course_id, []).append(counts_as(leaf, required=leaf in needed))
        for course_id, said in words.items():
            entry = CountsTowards(call.slug, call.title, call.source_language, tuple(dict.fromkeys(said)))
            found.setdefault(course_id, []).append(entry)
    return found


def _quizzes_of(course_ids: Collection[int]) -> sa.Label[str | None]:
    """The quizzes of courses in one column of a statement about something else: `quiz/course quiz/course`."""
    pair = sa.cast(Activity.id, sa.String) + "/" + sa.cast(Activity.course_id, sa.String)
    pairs = sa.select(sa.func.aggregate_strings(pair, " ")).where(
        Activity.course_id.in_(course_ids), Activity.kind == "quiz"
    )
    return pairs.scalar_subquery().label("quizzes")


def _course_of(quizzes: str | None) -> dict[int, int]:
    pairs = (pair.split("/") for pair in (quizzes or "").split())
    return {int(quiz): int(course) for quiz, course in pairs}
