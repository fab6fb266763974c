"""Who can do now what a requirement asks for, in SQL: as `rules.steps` tells it of one person."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from app.courses.audience.queries import admitted
from app.courses.models import Course
from app.progress.models import ActivityState

from ..rules import Completed
from . import doable
from .naming import Named
from .shapes import CourseFact, QuizFact
from .terms import Holds, Term, always, contrary, enough, every, never, some


class Ask(Protocol):
    """Asks something of each person, or of their city, once for all who want to know."""

    def __call__(
        self, key: Hashable, clause: Callable[[], sa.ColumnElement[bool]], *, of_city: bool = False
    ) -> Holds: ...


class Freedom:
    """Who can do what now; everybody, where it does not matter. `named`: what the rule names."""

    def __init__(self, named: Named, at: datetime, ask: Ask, *, matters: bool) -> None:
        self._named, self._at, self._ask, self._matters = named, at, ask, matters

    def to_complete(self, leaf: Completed) -> Holds:
        """Who can complete it: who did lately needs no more than a better score."""
        free = self.to_take(leaf.course_id, again=leaf.within_months is not None)
        if leaf.min_score is None or not self._matters:
            return free
        lately, better = self.who_did(leaf.course_id, leaf.within_months), self._to_raise_score(leaf.course_id)
        return lambda columns: some(
            (every((lately(columns), better(columns))), every((contrary(lately(columns)), free(columns))))
        )

    def to_take(self, course_id: int, *, again: bool = False) -> Holds:
        """Who can take a course: everybody where it can be begun, and who goes on with an archived one.

        With `again` not who has to wait for that.
        """
        if not self._matters:
            return always
        is_open = self._ask(("open", course_id), lambda: doable.is_open(course_id, self._at))
        barred = self._ask(("again", course_id), lambda: doable.is_barred(course_id, self._at)) if again else never
        stuck = self._who_is_stuck(course_id)
        return lambda columns: every((is_open(columns), contrary(barred(columns)), contrary(stuck(columns))))

    def to_begin(self, course_id: int) -> Holds:
        """That whoever is not in a course can begin it."""
        if not self._matters:
            return always
        begun = doable.is_offered(course_id, Course.archived_at.is_(None))
        return self._ask(("begun", course_id), lambda: begun, of_city=True)

    def to_attempt(self, activity_id: int) -> Holds:
        """Who can attempt a quiz that a rule names."""
        if not self._matters:
            return always
        quiz = self._named.quizzes.get(activity_id)
        if quiz is None or not quiz.is_offered:
            return never
        waits = self._ask(("waits", activity_id), lambda: doable.waits_for_marks(activity_id, self._at))
        others = self.to_begin(quiz.course_id)
        admits = self._ask(("admits", quiz.course_id), lambda: admitted(quiz.course_id))
        was_in = self._ask(("was in", quiz.course_id), lambda: doable.was_in(quiz.course_id, self._at))
        is_over = self._is_over_for_good(quiz)
        return lambda columns: every(
            (
                some((every((others(columns), admits(columns))), was_in(columns))),
                contrary(waits(columns)),
                contrary(is_over(columns)),
            )
        )

    def who_did(self, course_id: int, within_months: int | None) -> Holds:
        """Who completed a course, in the months before."""
        done = Completed(course_id, None, within_months)
        return self._ask(done, lambda: done.met(self._at))

    def _to_raise_score(self, course_id: int) -> Holds:
        """Who can have a better score in a course."""
        published = self._ask(("published", course_id), lambda: doable.is_offered(course_id), of_city=True)
        final = self._whose_score_is_final(course_id)
        return lambda columns: every((published(columns), contrary(final(columns))))

    def _whose_score_is_final(self, course_id: int) -> Holds:
        """Who cannot have a better score in a course, as `rules.steps.no_better` tells it."""
        course = self._named.courses.get(course_id)
        graded = course.graded if course else ()
        if not graded or not all(quiz.has_limits for quiz in graded):
            return never
        tests = [(self._is_over_for_good(quiz), self._waits(quiz)) for quiz in graded]
        return lambda columns: every(every((over(columns), contrary(waits(columns)))) for over, waits in tests)

    def _who_is_stuck(self, course_id: int) -> Holds:
        """Who cannot complete a course that they can take, as `rules.steps.held_up` tells it."""
        course = self._named.courses.get(course_id)
        if course is None:
            return never
        groups = [
            ([self._is_lost(quiz) for quiz in group.quizzes if quiz.has_limits], group.spare) for group in course.asks
        ]
        too_low = self._who_is_too_low_for_good(course)
        return lambda columns: some(
            (*(enough([lost(columns) for lost in quizzes], spare + 1) for quizzes, spare in groups), too_low(columns))
        )

    def _who_is_too_low_for_good(self, course: CourseFact) -> Holds:
        """Who cannot reach the score that a course itself asks for."""
        final, wanted = self._whose_score_is_final(course.id), course.min_score
        if wanted is None or final is never:
            return never
        graded = [quiz.id for quiz in course.graded]
        goes_on, closed = self._goes_on(course.id), [self._is_closed(quiz) for quiz in course.graded]
        lacks = self._ask(("lacks score", course.id), lambda: doable.lacks_score(course.id, wanted, self._at))
        excused = self._ask(("excused", course.id), lambda: doable.is_done(graded, self._at, (ActivityState.EXCUSED,)))

        def too_low(columns: Any) -> Term:
            inside = every((goes_on(columns), lacks(columns), contrary(excused(columns)), final(columns)))
            return some((inside, every((contrary(goes_on(columns)), *(shut(columns) for shut in closed)))))

        return too_low

    def _goes_on(self, course_id: int) -> Holds:
        return self._ask(("goes on", course_id), lambda: doable.goes_on(course_id, self._at))

    def _is_lost(self, quiz: QuizFact) -> Holds:
        """Who cannot complete a quiz any more: whoever is not in the middle of its course has all attempts at it."""
        goes_on = self._goes_on(quiz.course_id)
        closed = self._is_closed(quiz)
        done = self._ask(("done", quiz.id), lambda: doable.is_done((quiz.id,), self._at))
        is_over, waits = self._is_over(quiz), self._waits(quiz)

        def lost(columns: Any) -> Term:
            inside = every((goes_on(columns), is_over(columns), contrary(done(columns)), contrary(waits(columns))))
            return some((inside, every((contrary(goes_on(columns)), closed(columns)))))

        return lost

    def _is_over(self, quiz: QuizFact) -> Holds:
        if not quiz.has_limits:
            return never
        return self._ask(("over", quiz.id), lambda: doable.is_over(quiz, self._at))

    def _is_over_for_good(self, quiz: QuizFact) -> Holds:
        """Who cannot attempt a quiz, not even by going through its course once more."""
        is_over = self._is_over(quiz)
        if is_over is never:
            return never
        goes_on, closed = self._goes_on(quiz.course_id), self._is_closed(quiz)
        is_open = self._ask(("open", quiz.course_id), lambda: doable.is_open(quiz.course_id, self._at))
        may_renew = self._ask(("renews", quiz.course_id), lambda: doable.may_renew(quiz.course_id, self._at))

        def over(columns: Any) -> Term:
            anew = every((may_renew(columns), is_open(columns), contrary(goes_on(columns)), contrary(closed(columns))))
            return every((is_over(columns), contrary(anew)))

        return over

    def _is_closed(self, quiz: QuizFact) -> Holds:
        return self._ask(("closed", quiz.id), lambda: doable.is_closed(quiz, self._at))

    def _waits(self, quiz: QuizFact) -> Holds:
        return self._ask(("waits now", quiz.id), lambda: doable.waits_this_time(quiz.id, self._at))
