"""What a leaf says is to be done, and where."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from app.grants.judging.findings import Action, Archived, Bar, NextStep, NotAdmitted, NotAgain, NotOffered, OwnWork
from app.grants.judging.shapes import Facts
from app.progress.certificates.renewal import WINDOW, may_renew


def own_work(course_id: int) -> frozenset[Hashable]:
    """The one thing to do: the person's own work in the course, which may meet other requirements too."""
    return frozenset({OwnWork(course_id)})


def own_minutes(facts: Facts, course_id: int) -> int:
    """About how much work the course still is for the person."""
    if facts.is_under_way(course_id):
        return facts.enrolments[course_id].minutes_left
    course = facts.courses.get(course_id)
    return course.minutes if course else 0


def own_step(facts: Facts, course_id: int) -> NextStep | None:
    """To begin the course, or to go on with it."""
    enrolment = facts.enrolments.get(course_id)
    enrolled = enrolment is not None and not enrolment.is_withdrawn
    return step_to(facts, course_id, Action.RESUME if enrolled else Action.ENROL)


def to_it(facts: Facts, course_id: int, barred: Bar | None) -> NextStep | None:
    """As `own_step`, where nothing bars it; where a course does not take the person in, to its page, which says why."""
    if isinstance(barred, NotAdmitted):
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


def bar(facts: Facts, course_id: int, at: datetime) -> Bar | None:
    """What keeps a person from taking a course, again where they have completed it and are not in the middle of it."""
    again = facts.completions.get(course_id) and not facts.is_under_way(course_id)
    return bar_again(facts, course_id, at) if again else closed(facts, course_id)


def bar_again(facts: Facts, course_id: int, at: datetime) -> Bar | None:
    """As `bar`, of who has completed the course, as progress renews it: by its last certificate alone.

    Whoever left in the middle of it, be it of another time through, can come back and finish that.
    """
    if (over := closed(facts, course_id)) is not None:
        return over
    enrolment = facts.enrolments.get(course_id)
    if enrolment is not None and enrolment.can_be_finished:
        return None
    completed_at = max((done.completed_at for done in facts.completions.get(course_id, ())), default=None)
    held = [c for c in facts.certificates.get(course_id, ()) if completed_at is None or c.issued_at >= completed_at]
    last = max(held, key=lambda c: (c.issued_at, c.code), default=None)
    if last is None or last.expires_at is None or (last.revoked_at is not None and last.revoked_at <= at):
        return NotAgain()
    return None if may_renew(last.expires_at, at) else NotAgain(until=last.expires_at - WINDOW)
