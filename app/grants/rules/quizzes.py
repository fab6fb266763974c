"""The leaf about a quiz."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import formats
from app.grants.judging.findings import (
    Action,
    Bar,
    Finding,
    HowFar,
    Met,
    Missing,
    NextStep,
    NotOffered,
    OwnWork,
    PassEvidence,
    Reason,
    Unit,
)
from app.grants.judging.shapes import AttemptFact, Facts, PassFact
from app.grants.judging.subject import person_among
from app.progress.models import ActivityProgress, Enrolment
from app.quizzes.models import Attempt, AttemptState

from .requirement import Names, Percent, Requirement, threshold
from .steps import closed, over, over_for_good, own_step, step_to, to_it, whole_minutes


class Passed(Requirement, frozen=True, tag="passed"):
    """The person passed the quiz: reached `min_score` percent in an attempt, or else its own pass mark.

    A score is as it stands today: what a trainer marked or a regrade changed later counts for earlier moments too.
    """

    activity_id: int
    min_score: Percent | None = None

    @property
    def activity_ids(self) -> tuple[int, ...]:
        return (self.activity_id,)

    def met_by(self, at: datetime) -> sa.Select[int]:
        enough = threshold(self.min_score)
        if enough is None:
            return (
                sa.select(Enrolment.person_id)
                .join(ActivityProgress, ActivityProgress.enrolment_id == Enrolment.id)
                .where(ActivityProgress.activity_id == self.activity_id, ActivityProgress.passed_at <= at)
            )
        return (
            sa.select(Enrolment.person_id)
            .join(Attempt, Attempt.enrolment_id == Enrolment.id)
            .where(
                Attempt.activity_id == self.activity_id,
                Attempt.state == AttemptState.SUBMITTED,
                Attempt.finished_at <= at,
                Attempt.score >= enough,
            )
        )

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return person_among(self.met_by(at))

    def _check(self, facts: Facts, at: datetime) -> Finding:
        enough = threshold(self.min_score)
        attempts = facts.attempts.get(self.activity_id, ())
        best = max(attempts, key=lambda a: (-1.0 if a.score is None else a.score, a.finished_at), default=None)
        if enough is None:
            if passes := facts.passes.get(self.activity_id):
                return Met(self, self._evidence(min(passes, key=lambda p: p.passed_at)))
        elif best is not None and best.score is not None and best.score >= enough:
            return Met(self, self._evidence(best))
        return self._missing(facts, best, at)

    def _missing(self, facts: Facts, best: AttemptFact | None, at: datetime) -> Missing:
        quiz = facts.quizzes.get(self.activity_id)
        todo: frozenset[Hashable] = frozenset({OwnWork(quiz.course_id) if quiz else self})
        waiting = [attempt for attempt in facts.attempts.get(self.activity_id, ()) if attempt.score is None]
        if waiting:
            return self._waits(max(waiting, key=lambda attempt: attempt.finished_at), todo)
        reason = Reason.NOT_PASSED if best is None else Reason.SCORE_TOO_LOW
        barred = self._barred(facts, at)
        return Missing(
            self,
            reason,
            HowFar(0, 1, Unit.QUIZZES, best.score if best else None, self._minutes(facts, barred, at)),
            self._step(facts, barred, at, tried=best is not None),
            self._evidence(best) if best else None,
            todo=todo,
            barred=barred,
        )

    def _barred(self, facts: Facts, at: datetime) -> Bar | None:
        """What keeps the person from taking it, or, where they never were in it, from its course."""
        quiz = facts.quizzes.get(self.activity_id)
        if quiz is None or not quiz.is_offered:
            return NotOffered()
        # A completed course still lets attempt its quizzes.
        shut = None if quiz.course_id in facts.enrolments else closed(facts, quiz.course_id)
        return shut or over_for_good(facts, quiz, at)

    def _waits(self, handed_in: AttemptFact, todo: frozenset[Hashable]) -> Missing:
        """Nothing to do until it is marked, which may be enough."""
        how_far = HowFar(0, 1, Unit.QUIZZES)
        return Missing(self, Reason.WAITS_FOR_MARKS, how_far, evidence=self._evidence(handed_in), todo=todo)

    def _minutes(self, facts: Facts, barred: Bar | None, at: datetime) -> int:
        """Of the quiz; of its course, where only that gives another attempt."""
        quiz = facts.quizzes.get(self.activity_id)
        if quiz is None or barred is not None:
            return 0
        return whole_minutes(facts, quiz.course_id) if over(facts, quiz, at) else quiz.minutes

    def _step(self, facts: Facts, barred: Bar | None, at: datetime, *, tried: bool) -> NextStep | None:
        quiz = facts.quizzes.get(self.activity_id)
        if quiz is None or not quiz.is_offered:
            return None
        if barred is not None:
            return to_it(facts, quiz.course_id, barred)
        enrolment = facts.enrolments.get(quiz.course_id)
        if enrolment is None or enrolment.is_withdrawn:
            return own_step(facts, quiz.course_id)
        if over(facts, quiz, at) is not None:  # only the next time through the course
            return step_to(facts, quiz.course_id, Action.OPEN_COURSE)
        return step_to(facts, quiz.course_id, Action.ATTEMPT_AGAIN if tried else Action.TAKE_QUIZ)

    def _evidence(self, done: AttemptFact | PassFact) -> PassEvidence:
        when = done.finished_at if isinstance(done, AttemptFact) else done.passed_at
        return PassEvidence(self.activity_id, when, done.score)

    def sentence(self, say: Names) -> str:
        quiz = say.quiz(self.activity_id)
        if self.min_score is None:
            return _("Pass the quiz “%(quiz)s”", quiz=quiz)
        score = formats.exact_percent(self.min_score / 100)
        return _("Pass the quiz “%(quiz)s” with at least %(score)s", quiz=quiz, score=score)
