"""How quizzes went: attempts that were handed in and marked, of the enrolments that a report counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.identity import Identity
from app.courses.models import Course
from app.courses.outline import OutlineActivity
from app.courses.queries import seen_by
from app.extensions import db
from app.progress.models import Enrolment
from app.progress.standing import ROUNDING
from app.quizzes.freezing import data_of
from app.quizzes.models import Attempt, AttemptState

from .queries import ReportedCourse
from .scope import Conditions, Filters, cohort


@dataclass(frozen=True, slots=True)
class ReportedQuiz:
    """A quiz as its course's edition in force has it. `pass_mark`: in percent, None where there is nothing to pass."""

    course: ReportedCourse
    activity: OutlineActivity
    number: str
    pass_mark: float | None

    def title(self, language: str) -> str:
        return self.activity.title.best(language, self.course.edition.outline.source_language)

    def passed_by(self, score: float) -> bool | None:
        """Whether a score, 0 to 1, passes; None where there is nothing to pass."""
        return None if self.pass_mark is None else score * 100 >= self.pass_mark - ROUNDING


@dataclass(frozen=True, slots=True)
class QuizResult:
    """Marked attempts at a quiz; `firsts` are the first of each person's cycle. `average`: 0 to 1."""

    activity_id: int
    attempts: int
    passed: int
    average: float
    firsts: int
    firsts_passed: int


def quizzes_of(courses: Sequence[ReportedCourse]) -> list[ReportedQuiz]:
    """The quizzes of these courses, in order."""
    found = []
    for course in courses:
        for m, module in enumerate(course.edition.outline.modules, 1):
            for n, activity in enumerate(module.activities, 1):
                if activity.kind == "quiz":
                    mark = data_of(activity).settings.pass_mark
                    found.append(ReportedQuiz(course, activity, f"{m}.{n}", mark))
    return found


def marked() -> Conditions:
    """Attempts that count: handed in, and with a score."""
    return Attempt.state == AttemptState.SUBMITTED, Attempt.score.is_not(None)


def reaches(quizzes: Sequence[ReportedQuiz]) -> sa.ColumnElement[bool]:
    """Whether an attempt at one of these quizzes reaches its pass mark, if it has one."""
    marks = {quiz.activity.id: quiz.pass_mark or 0.0 for quiz in quizzes}
    return Attempt.score * 100 >= sa.case(marks, value=Attempt.activity_id) - ROUNDING


def list_results(person: Identity, filters: Filters, quizzes: Sequence[ReportedQuiz]) -> dict[int, QuizResult]:
    """The results of these quizzes by activity id; one that nobody took is not in it. One statement."""
    if not quizzes:
        return {}
    passed, first = reaches(quizzes), Attempt.number == 1
    statement = (
        sa.select(
            Attempt.activity_id,
            sa.func.count(),
            sa.func.count().filter(passed),
            sa.func.avg(Attempt.score),
            sa.func.count().filter(first),
            sa.func.count().filter(first, passed),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            *cohort(person, filters),
            Attempt.activity_id.in_([quiz.activity.id for quiz in quizzes]),
            *marked(),
        )
        .group_by(Attempt.activity_id)
    )
    return {row[0]: QuizResult(*row) for row in db.session.execute(statement)}


def count_attempts(person: Identity, filters: Filters) -> int:
    """How many attempts were handed in and marked."""
    statement = (
        sa.select(sa.func.count())
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*cohort(person, filters), *marked())
    )
    return db.session.scalar(statement) or 0


def list_taught(person: Identity) -> set[int]:
    """The ids of the courses whose quizzes' statistics `person` may open."""
    return set(db.session.scalars(sa.select(Course.id).where(seen_by(person))))
