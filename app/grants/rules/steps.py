"""What a leaf says is to be done, and where."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from app.grants.judging.findings import (
    Action,
    Archived,
    Bar,
    NextStep,
    NoAttemptLeft,
    NotAdmitted,
    NotAgain,
    NotOffered,
    OwnWork,
    QuizClosed,
)
from app.grants.judging.shapes import CourseFact, EnrolmentFact, Facts, QuizFact, TriedFact
from app.progress.certificates.renewal import WINDOW, may_renew
from app.progress.standing import ROUNDING

NEVER_TRIED = TriedFact()


def own_work(course_id: int) -> frozenset[Hashable]:
    """The one thing to do: the person's own work in the course, which may meet other requirements too."""
    return frozenset({OwnWork(course_id)})


def own_minutes(facts: Facts, course_id: int) -> int:
    """About how much work the course still is for the person."""
    under_way = facts.is_under_way(course_id)
    return facts.enrolments[course_id].minutes_left if under_way else whole_minutes(facts, course_id)


def whole_minutes(facts: Facts, course_id: int) -> int:
    """About how much work the course is from its beginning."""
    course = facts.courses.get(course_id)
    return course.minutes if course else 0


def own_step(facts: Facts, course_id: int) -> NextStep | None:
    """To begin the course, or to go on with it."""
    enrolment = facts.enrolments.get(course_id)
    enrolled = enrolment is not None and not enrolment.is_withdrawn
    return step_to(facts, course_id, Action.RESUME if enrolled else Action.ENROL)


def to_it(facts: Facts, course_id: int, barred: Bar | None) -> NextStep | None:
    """As `own_step`, where nothing bars it; where somebody of the course could help, to its page, which says more."""
    if isinstance(barred, NotAdmitted | NoAttemptLeft | QuizClosed):
        return step_to(facts, course_id, Action.OPEN_COURSE)
    return None if barred else own_step(facts, course_id)


def step_to(facts: Facts, course_id: int, action: Action) -> NextStep | None:
    """The course's own page offers enrolling, resuming and attempting; none while the course is unpublished."""
    course = facts.courses.get(course_id)
    return NextStep(action, "learn.course", (("slug", course.slug),)) if course and course.is_published else None


def not_offered(facts: Facts, course_id: int) -> NotOffered | None:
    """What keeps everybody from taking a course: that it is not published."""
    course = facts.courses.get(course_id)
    return None if course and course.is_published else NotOffered()


def closed_to_others(facts: Facts, course_id: int) -> NotOffered | Archived | None:
    """What keeps whoever is not in a course from beginning it."""
    course = facts.courses.get(course_id)
    if course is not None and course.archived_at is not None:
        return Archived(course.archived_at)
    return not_offered(facts, course_id)


def closed(facts: Facts, course_id: int) -> NotOffered | Archived | NotAdmitted | None:
    """What keeps a person from taking a course.

    Of an archived one, who is under way finishes, and who left comes back; who was ever in it needs not be admitted.
    """
    enrolment = facts.enrolments.get(course_id)
    if enrolment is not None and enrolment.can_be_finished:
        return not_offered(facts, course_id)
    over = closed_to_others(facts, course_id)
    return NotAdmitted() if over is None and enrolment is None and course_id in facts.refused else over


def over(facts: Facts, quiz: QuizFact, at: datetime, tried: TriedFact | None = None) -> Bar | None:
    """What keeps a person who is in the course from another attempt at a quiz; `tried`: as if that were all so far."""
    so_far = tried or _tried(facts, quiz)
    if so_far.is_open:
        return None
    closes_at = quiz.closes_at
    if closes_at is not None and so_far.closes_at is not None:
        closes_at = max(closes_at, so_far.closes_at)
    if closes_at is not None and closes_at <= at:
        return QuizClosed(quiz.id, closes_at)
    used_up = quiz.attempts is not None and so_far.made >= quiz.attempts + so_far.more
    return NoAttemptLeft(quiz.id) if used_up else None


def over_for_good(facts: Facts, quiz: QuizFact, at: datetime) -> Bar | None:
    """As `over`, of whoever may go through the course once more too: that gives all attempts anew."""
    barred = over(facts, quiz, at)
    return over(facts, quiz, at, _tried(facts, quiz).anew()) if barred and renews(facts, quiz.course_id, at) else barred


def held_up(facts: Facts, course_id: int, at: datetime) -> Bar | None:
    """What keeps a person from completing a course that they can take: a quiz of it that they cannot take any more.

    Who begins it, or goes through it once more, has all attempts of its quizzes.
    """
    course, enrolment = facts.courses.get(course_id), facts.enrolments.get(course_id)
    goes_on = enrolment if enrolment is not None and enrolment.can_be_finished else None
    for group in course.asks if course else ():
        lost = [bar for quiz in group.quizzes if (bar := _lost(facts, quiz, goes_on, at)) is not None]
        if lost and len(lost) > group.spare:
            return lost[0]
    return _too_low_for_good(facts, course, goes_on, at) if course else None


def _too_low_for_good(facts: Facts, course: CourseFact, goes_on: EnrolmentFact | None, at: datetime) -> Bar | None:
    """What keeps a person from the score that the course itself asks for."""
    if course.min_score is None:
        return None
    if goes_on is None:
        return _first_if_all([over(facts, quiz, at, _tried(facts, quiz).anew()) for quiz in course.graded])
    if any(quiz.id in goes_on.excused for quiz in course.graded):
        return None
    is_reached = goes_on.score is not None and goes_on.score * 100 >= course.min_score - ROUNDING
    return None if is_reached else no_better(facts, course.id, at)


def _lost(facts: Facts, quiz: QuizFact, goes_on: EnrolmentFact | None, at: datetime) -> Bar | None:
    """What keeps a quiz from being completed for good."""
    tried = _tried(facts, quiz)
    if goes_on is None:
        return over(facts, quiz, at, tried.anew())
    return None if quiz.id in goes_on.done_with or tried.waits else over(facts, quiz, at)


def no_better(facts: Facts, course_id: int, at: datetime, *, this_time: bool = False) -> Bar | None:
    """What keeps the score of a course from rising: that no quiz which it is made of can be taken again.

    `this_time`: by whoever does not go through the course once more.
    """
    course = facts.courses.get(course_id)
    ends = over if this_time else over_for_good
    graded = course.graded if course else ()
    return _first_if_all([None if _tried(facts, quiz).waits else ends(facts, quiz, at) for quiz in graded])


def _first_if_all(bars: list[Bar | None]) -> Bar | None:
    return bars[0] if bars and all(bars) else None


def _tried(facts: Facts, quiz: QuizFact) -> TriedFact:
    return facts.tried.get(quiz.id, NEVER_TRIED)


def bar(facts: Facts, course_id: int, at: datetime) -> Bar | None:
    """What keeps a person from taking a course, again where they have completed it and are not in the middle of it."""
    again = facts.completions.get(course_id) and not facts.is_under_way(course_id)
    return bar_again(facts, course_id, at) if again else bar_begun(facts, course_id, at)


def bar_begun(facts: Facts, course_id: int, at: datetime) -> Bar | None:
    """As `bar`, of who begins the course or goes on with it."""
    return closed(facts, course_id) or held_up(facts, course_id, at)


def bar_again(facts: Facts, course_id: int, at: datetime) -> Bar | None:
    """As `bar`, of who has completed the course, as progress renews it: by its last certificate alone.

    Whoever left in the middle of it, be it of another time through, can come back and finish that.
    """
    if (over := closed(facts, course_id)) is not None:
        return over
    enrolment = facts.enrolments.get(course_id)
    if enrolment is not None and enrolment.can_be_finished:
        return held_up(facts, course_id, at)
    return _not_again(facts, course_id, at) or held_up(facts, course_id, at)


def renews(facts: Facts, course_id: int, at: datetime) -> bool:
    """Whether a person has completed a course and may go through it once more now."""
    enrolment = facts.enrolments.get(course_id)
    is_through = enrolment is not None and not enrolment.can_be_finished
    return is_through and closed(facts, course_id) is None and _not_again(facts, course_id, at) is None


def _not_again(facts: Facts, course_id: int, at: datetime) -> NotAgain | None:
    """What keeps a person from renewing their last certificate of a course."""
    completed_at = max((done.completed_at for done in facts.completions.get(course_id, ())), default=None)
    held = [c for c in facts.certificates.get(course_id, ()) if completed_at is None or c.issued_at >= completed_at]
    last = max(held, key=lambda c: (c.issued_at, c.code), default=None)
    if last is None or last.expires_at is None or (last.revoked_at is not None and last.revoked_at <= at):
        return NotAgain()
    return None if may_renew(last.expires_at, at) else NotAgain(until=last.expires_at - WINDOW)
