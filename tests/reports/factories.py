"""Rows of progress as they stand after learning, written directly: what reports read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.extensions import db
from app.progress.models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.quizzes.models import Attempt, AttemptState

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECENTLY = datetime(2026, 9, 1, 9, tzinfo=UTC)


def edition_of(course: Course) -> PublishedEdition:
    """The edition in force."""
    assert course.edition_id
    return get_edition(course.edition_id)


def an_enrolment(
    person: Person,
    course: Course,
    *,
    at: datetime = RECENTLY,
    done: int = 0,
    days: int | None = None,
    last: int | None = None,
    due_at: datetime | None = None,
    state: EnrolmentState | None = None,
    score: float | None = None,
    cycle: int = 1,
) -> Enrolment:
    """Someone who completed the first `done` activities; all of the course, in `days` days, if those are given.

    `last`: the place, from 0, of the activity they opened last; by default the last of those they completed.
    """
    edition = edition_of(course)
    done = len(edition.activities) if days is not None else done
    completed_at = None if days is None else at + timedelta(days=days)
    last = done - 1 if last is None and done else last
    with unit_of_work():
        enrolment = Enrolment(
            person_id=person.id,
            course_id=course.id,
            city_id=person.city_id,
            language="en",
            cycle=cycle,
            state=state or (EnrolmentState.COMPLETED if completed_at else EnrolmentState.OPEN),
            done=done,
            total=len(edition.required),
            score=score,
            states={activity.id: ActivityState.COMPLETE for activity in edition.activities[:done]},
            due_at=due_at,
            enrolled_at=at,
            touched_at=at,
            completed_at=completed_at,
            last_activity_id=None if last is None else edition.activities[last].id,
            counted_edition_id=edition.id,
        )
        db.session.add(enrolment)
        db.session.flush()
        for place in range(done):
            add_progress(enrolment, edition, place, ActivityState.COMPLETE)
    return enrolment


def add_progress(
    enrolment: Enrolment, edition: PublishedEdition, place: int, state: ActivityState, *, cycle: int | None = None
) -> None:
    """How an enrolment stands in the activity at `place`."""
    with unit_of_work():
        activity_id = edition.activities[place].id
        if cycle in (None, enrolment.cycle):
            enrolment.states = {**enrolment.states, activity_id: state}
        db.session.add(
            ActivityProgress(
                enrolment_id=enrolment.id,
                cycle=cycle or enrolment.cycle,
                activity_id=activity_id,
                state=state,
                first_at=enrolment.enrolled_at,
                completed_at=enrolment.enrolled_at if state is ActivityState.COMPLETE else None,
            )
        )


def an_attempt(enrolment: Enrolment, key: str = "test", *, score: float = 0.5, number: int = 1) -> Attempt:
    """An attempt at the quiz of this key that was handed in and marked."""
    edition = get_edition(enrolment.counted_edition_id)
    with unit_of_work():
        attempt = Attempt(
            enrolment_id=enrolment.id, cycle=1, activity_id=edition.by_key[key].id, number=number,
            edition_id=edition.id, language="en", state=AttemptState.SUBMITTED, started_at=RECENTLY,
            finished_at=RECENTLY, score=score, slots=[],
        )  # fmt: skip
        db.session.add(attempt)
    return attempt


def a_certificate(enrolment: Enrolment, *, revoked: bool = False) -> Certificate:
    """The completion of an enrolment, and its certificate."""
    assert enrolment.completed_at
    with unit_of_work():
        completion = Completion(
            enrolment_id=enrolment.id,
            cycle=enrolment.cycle,
            person_id=enrolment.person_id,
            course_id=enrolment.course_id,
            edition_id=enrolment.counted_edition_id,
            rule="all required activities",
            city_id=enrolment.city_id,
            completed_at=enrolment.completed_at,
        )
        db.session.add(completion)
        db.session.flush()
        certificate = Certificate(
            completion_id=completion.id,
            code=f"{completion.id:013d}",
            person_id=enrolment.person_id,
            course_id=enrolment.course_id,
            holder="Amina Trabelsi",
            course_title="The city’s part",
            language="en",
            edition_number=1,
            minutes=20,
            issued_at=enrolment.completed_at,
            revoked_at=enrolment.completed_at if revoked else None,
            revoked_why="a mistake" if revoked else None,
        )
        db.session.add(certificate)
        db.session.flush()
    return certificate
