"""The shortest way to yes: what is still to do, in which order, how long it takes and by when to begin. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from ..calls.call import CallState, Standing
from ..judging.findings import (
    CityWork,
    Missing,
    NextStep,
    OwnWork,
    Reason,
    Unit,
    Unknown,
    is_barred,
    minutes_left,
    shortest_way,
)
from ..judging.shapes import CourseFact, EnrolmentFact, Facts, QuizFact
from .deadline import end_of

LATELY = timedelta(weeks=8)  # what a pace is taken from
ENOUGH = 3  # activities, from which on there is a pace
MINUTES_A_WEEK = 60  # of who has none yet
WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a person learns: the activities they finished lately, and over how many days."""

    activities: int = 0
    days: int = 0

    @classmethod
    def since(cls, first: datetime | None, activities: int, at: datetime) -> Pace:
        """`first`: when the first of the activities was finished. Whoever began this week has a week's pace."""
        return cls(activities, max((at - first).days, WEEK) if first else 0)

    @property
    def is_own(self) -> bool:
        """Whether enough was done lately to tell."""
        return self.activities >= ENOUGH

    def days_for(self, activities: int, minutes: int) -> int:
        """About how many days so much work takes: at the person's own pace, else at an hour a week."""
        if self.is_own:
            return ceil(activities * self.days / self.activities)
        return ceil(minutes * WEEK / MINUTES_A_WEEK)


@dataclass(frozen=True, slots=True)
class CourseStep:
    """A course that the person has still to finish, and what of the rule that meets.

    `opens`: of the quizzes that they have to take for it and cannot yet, the one that opens last.
    """

    course: CourseFact
    leaves: tuple[Missing | Unknown, ...]
    step: NextStep | None
    minutes: int
    activities: int
    done: int  # of its activities so far
    test_only: bool  # a test is to be taken, maybe again, and nothing else
    again: bool
    opens: QuizFact | None = None


@dataclass(frozen=True, slots=True)
class CityStep:
    """People of the city who have still to finish a course; `begin_by`: for who starts it at an hour a week."""

    course: CourseFact
    leaf: Missing
    people: int
    begin_by: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """What is still to do, the person's own courses in their order; `until`: by when that is enough."""

    courses: tuple[CourseStep, ...]
    city: tuple[CityStep, ...]
    others: tuple[Missing | Unknown, ...]
    pace: Pace
    at: datetime
    until: datetime

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.courses)

    @property
    def days(self) -> int:
        """About how many days the person's own courses take."""
        return self.pace.days_for(sum(step.activities for step in self.courses), self.minutes)

    @property
    def begin_by(self) -> datetime:
        """When to begin at the latest, at that pace."""
        return self.until - timedelta(days=self.days)

    @property
    def opens_too_late(self) -> QuizFact | None:
        """A quiz that has to be taken and opens only when the way has to be gone already."""
        return next((step.opens for step in self.courses if step.opens and _opening(step.opens) >= self.until), None)

    @property
    def fits(self) -> bool:
        """Whether there is time enough, begun now and at that pace."""
        return self.begin_by >= self.at

    @property
    def left(self) -> timedelta:
        return self.until - self.at

    @property
    def is_possible(self) -> bool:
        """Whether the work takes less time than there is, were it done without a pause."""
        return timedelta(minutes=self.minutes) < self.left

    @property
    def is_a_matter_of_hours(self) -> bool:
        """Whether there is no week any more for so much a week to speak of."""
        return self.left < timedelta(days=WEEK)

    @property
    def days_left(self) -> int:
        return max(self.left.days, 1)

    @property
    def minutes_a_week(self) -> int:
        """How much a week, in fives, makes it in time after all."""
        return ceil(self.minutes * WEEK / max(self.days_left, WEEK) / 5) * 5


def way_of(standing: Standing, pace: Pace) -> Way | None:
    """The shortest way for a person; None where nothing is left to do, nothing can be done, or the call has closed."""
    leaves = shortest_way(standing.finding)
    if standing.is_met or standing.is_out_of_reach or standing.state is CallState.CLOSED or not leaves:
        return None
    own: dict[int, list[Missing | Unknown]] = {}
    city: dict[int, CityStep] = {}
    others = []
    for leaf in leaves:
        course_id = _own_course(leaf)
        if course_id is not None and course_id in standing.facts.courses:
            own.setdefault(course_id, []).append(leaf)
        elif (step := _city_step(standing, leaf)) is not None:
            # However many requirements ask for people who are trained in a course, they are trained once.
            city[step.course.id] = max(city.get(step.course.id, step), step, key=lambda one: one.people)
        else:
            others.append(leaf)
    return Way(
        courses=tuple(_in_order(_course_step(standing, course_id, tuple(found)) for course_id, found in own.items())),
        city=tuple(city.values()),
        others=tuple(others),
        pace=pace,
        at=standing.at,
        until=_until(standing),
    )


def _until(standing: Standing) -> datetime:
    """By when the way is to be gone: until the call closes, or until before what holds today ends."""
    end = end_of(standing)
    return standing.call.closes_at if end is None or end.in_vain else end.at


def _own_course(leaf: Missing | Unknown) -> int | None:
    """The course that is own work to plan: none where it cannot be done now."""
    if is_barred(leaf):
        return None
    return next((thing.course_id for thing in leaf.todo if isinstance(thing, OwnWork)), None)


def _city_step(standing: Standing, leaf: Missing | Unknown) -> CityStep | None:
    course = next((standing.facts.courses.get(t.course_id) for t in leaf.todo if isinstance(t, CityWork)), None)
    if not isinstance(leaf, Missing) or leaf.how_far is None or course is None or is_barred(leaf):
        return None
    days = Pace().days_for(course.activities, course.minutes)
    people = leaf.how_far.total - leaf.how_far.done
    return CityStep(course, leaf, people, _until(standing) - timedelta(days=days))


def _course_step(standing: Standing, course_id: int, leaves: tuple[Missing | Unknown, ...]) -> CourseStep:
    course, enrolment = standing.facts.courses[course_id], standing.facts.enrolments.get(course_id)
    under_way = standing.facts.is_under_way(course_id)
    test_only = all(_is_test(leaf, under_way) for leaf in leaves)
    left = enrolment if under_way else None
    return CourseStep(
        course=course,
        leaves=leaves,
        step=next((leaf.next_step for leaf in leaves if isinstance(leaf, Missing) and leaf.next_step), None),
        minutes=max(map(minutes_left, leaves)) if test_only else _minutes(course, left),
        activities=1 if test_only else _activities(course, left),
        done=enrolment.done if enrolment and under_way else 0,
        test_only=test_only,
        again=all(leaf.reason is Reason.SCORE_TOO_LOW for leaf in leaves),
        opens=_opens_last(standing.facts, course, leaves, test_only=test_only, at=standing.at),
    )


def _opens_last(
    facts: Facts, course: CourseFact, leaves: Iterable[Missing | Unknown], *, test_only: bool, at: datetime
) -> QuizFact | None:
    """Of the quizzes that have to be taken and are not open yet, the one that opens last."""
    named = (facts.quizzes.get(i) for leaf in leaves for part in leaf.rule.leaves() for i in part.activity_ids)
    wanted: list[tuple[Iterable[QuizFact], int]] = [((quiz,), 0) for quiz in named if quiz is not None]
    enrolment = facts.enrolments.get(course.id)
    done = enrolment.done_with if enrolment and enrolment.can_be_finished else frozenset[int]()
    if not test_only:
        wanted += (([quiz for quiz in group.quizzes if quiz.id not in done], group.spare) for group in course.asks)
    elif not wanted:
        wanted.append((course.graded, max(len(course.graded) - 1, 0)))  # one of them raises the score
    shut = (_still_shut(quizzes, spare, at) for quizzes, spare in wanted)
    return max((quiz for quiz in shut if quiz is not None), key=_opening, default=None)


def _still_shut(quizzes: Iterable[QuizFact], spare: int, at: datetime) -> QuizFact | None:
    """The last to open of those that are not open yet, where `spare` of them need not be taken."""
    shut = sorted((quiz for quiz in quizzes if quiz.opens_at and quiz.opens_at > at), key=_opening)
    return shut[-1 - spare] if len(shut) > spare else None


def _opening(quiz: QuizFact) -> datetime:
    assert quiz.opens_at is not None
    return quiz.opens_at


def _is_test(leaf: Missing | Unknown, under_way: bool) -> bool:
    """Whether only a test is to be taken: a quiz of the rule’s own, or that of a course that is completed."""
    if isinstance(leaf, Missing) and leaf.how_far and leaf.how_far.unit is Unit.QUIZZES:
        return True
    return leaf.reason is Reason.SCORE_TOO_LOW and not under_way


def _minutes(course: CourseFact, enrolment: EnrolmentFact | None) -> int:
    return enrolment.minutes_left if enrolment else course.minutes


def _activities(course: CourseFact, enrolment: EnrolmentFact | None) -> int:
    """At least one: where all is done, a score is still to be reached."""
    return max(enrolment.total - enrolment.done if enrolment else course.activities, 1)


def _in_order(steps: Iterable[CourseStep]) -> list[CourseStep]:
    """What is begun first, the nearest to its end before the others; then as the rule names them."""
    return sorted(steps, key=lambda step: (not (step.done or step.test_only), step.minutes if step.done else 0))
