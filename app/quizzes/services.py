"""What practitioners do with a quiz: start an attempt and submit it; and what time does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.core import clock
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.progress.models import ActivityState, Enrolment
from app.progress.services import Outcome, record

from . import queries
from .attempts import behaviour, starting, terms, timing
from .attempts.terms import slack
from .attempts.timing import Allowance, Phase
from .grading import Made, outcome_of
from .kind import data_of
from .models import Attempt, AttemptState, Quiz, Response
from .settings import Completes
from .types import Answer


def start_attempt(
    *, enrolment_id: int, edition: PublishedEdition, activity: OutlineActivity, language: str, code: str = ""
) -> Attempt:
    """Begin an attempt, or go on with the one that is open; one whose time is over is closed first.

    Fixes the question versions, their order and that of their options. Holds the quiz's delivery as it is, so that a
    change of it that comes at the same time moves this attempt's deadline too; then locks the enrolment, so that a
    second click finds the attempt of the first. Raises `NotOpen`, `NoAttemptsLeft`, `WaitsBetween`, `WrongCode`.
    """
    terms.hold(activity.id)
    enrolment = db.session.scalars(sa.select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update()).one()
    made = queries.list_attempts(enrolment.id, enrolment.cycle, activity.id)
    data, now = data_of(activity), clock.now()
    for attempt in made:
        if attempt.state == AttemptState.OPEN:
            settings = queries.taken_under(attempt.edition_id, attempt.activity_id)
            phase = timing.state_at(attempt.state, attempt.due_at, settings, now, slack())
            if phase.under_way:
                return attempt
            _finish(lock(attempt.id), activity, phase, now)
    on = terms.get_terms(activity.id, person_id=enrolment.person_id)
    refused = starting.refusal(data.settings, on, made, now)
    if refused is not None:
        raise refused
    starting.require_code(on, code)
    last = starting.last_submitted(made)
    attempt = Attempt(
        enrolment_id=enrolment.id, cycle=enrolment.cycle, activity_id=activity.id, number=len(made) + 1,
        edition_id=edition.id, language=language, started_at=now,
        due_at=timing.deadline(now, data.settings, on.closes_at, on.allowance),
        slots=starting.slots_for(data, enrolment.person_id, last),
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    db.session.add_all(_blank(attempt, _answers_of(last) if last and data.settings.builds_on_last else {}))
    if activity.id not in enrolment.states:
        record(enrolment_id=enrolment.id, activity_id=activity.id, outcome=Outcome(ActivityState.STARTED))
    db.session.flush()
    return attempt


def _answers_of(attempt: Attempt) -> dict[int, tuple[Answer | None, int | None]]:
    """Each version that the attempt asked, with the answer and its certainty."""
    responses = db.session.scalars(sa.select(Response).where(Response.attempt_id == attempt.id))
    return {response.version_id: (response.answer, response.certainty) for response in responses}


def _blank(attempt: Attempt, before: dict[int, tuple[Answer | None, int | None]]) -> list[Response]:
    """The responses that an attempt begins with: empty, or what was answered `before` to the same version."""
    return [
        Response(
            attempt_id=attempt.id,
            slot=place,
            version_id=slot.version_id,
            marks=slot.marks,
            answer=before.get(slot.version_id, (None, None))[0],
            certainty=before.get(slot.version_id, (None, None))[1],
            saved_at=attempt.started_at,
            feedback=[],
            tries=[],
        )
        for place, slot in enumerate(attempt.slots)
    ]


def lock(attempt_id: int) -> Attempt:
    """An attempt that nobody else changes until the commit. Its enrolment is locked first, as everywhere."""
    db.session.execute(
        sa.select(Enrolment.id)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .where(Attempt.id == attempt_id)
        .with_for_update(of=Enrolment)
    )
    return db.session.scalars(
        sa.select(Attempt).where(Attempt.id == attempt_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def submit(*, attempt_id: int, activity: OutlineActivity) -> Attempt:
    """Grade an attempt and record the quiz's new grade. Submitting again changes nothing.

    After the deadline it counts as of the deadline; too late for its quiz it is abandoned. It is as late as it came,
    however long it waited for others.
    """
    now = clock.now()
    attempt = lock(attempt_id)
    if attempt.state == AttemptState.OPEN:
        settings = queries.taken_under(attempt.edition_id, attempt.activity_id)
        phase = timing.state_at(attempt.state, attempt.due_at, settings, now, slack())
        _finish(attempt, activity, phase, now)
    return attempt


def close_overdue(attempt_id: int) -> bool:
    """Store what the clock has made of an attempt, and say whether there was anything to store."""
    attempt, now = lock(attempt_id), clock.now()
    settings = queries.taken_under(attempt.edition_id, attempt.activity_id)
    phase = timing.state_at(attempt.state, attempt.due_at, settings, now, slack())
    if phase not in (Phase.ENDED, Phase.LOST):
        return False
    _finish(attempt, _activity_of(attempt), phase, now)
    return True


def move_deadlines(*, quiz_id: int) -> int:
    """Give a quiz's open attempts the deadline that its closing time and extensions call for now; says how many moved.

    Called when either changes. A deadline that was still to come is moved at most to this moment, so that nothing that
    somebody has answered comes after it.
    """
    now = clock.now()
    closes_at = db.session.scalar(sa.select(Quiz.closes_at).where(Quiz.id == quiz_id))
    allowances = terms.list_allowances(quiz_id)
    rows = db.session.execute(
        sa.select(Attempt, Enrolment.person_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.activity_id == quiz_id, Attempt.state == AttemptState.OPEN)
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).all()
    moved = 0
    for attempt, person_id in rows:
        settings = queries.taken_under(attempt.edition_id, attempt.activity_id)
        due_at = timing.deadline(attempt.started_at, settings, closes_at, allowances.get(person_id, Allowance()))
        if due_at is not None and (attempt.due_at is None or attempt.due_at > now):
            due_at = max(due_at, now)
        moved += due_at != attempt.due_at
        attempt.due_at = due_at
    db.session.flush()
    return moved


def _activity_of(attempt: Attempt) -> OutlineActivity:
    """The quiz in force or, where the course no longer has it, the one that the attempt was begun on."""
    in_force = db.session.scalar(
        sa.select(Course.edition_id)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(Enrolment.id == attempt.enrolment_id)
    )
    found = get_edition(in_force).by_id.get(attempt.activity_id) if in_force is not None else None
    return found or get_edition(attempt.edition_id).by_id[attempt.activity_id]


def _finish(attempt: Attempt, activity: OutlineActivity, phase: Phase, now: datetime) -> None:
    attempt.finished_at = timing.finished_at(attempt.due_at, now)
    if phase is Phase.LOST:
        attempt.state = AttemptState.ABANDONED
        _record(attempt, activity)
        return
    settings = queries.taken_under(attempt.edition_id, attempt.activity_id)
    responses = db.session.scalars(
        sa.select(Response)
        .where(Response.attempt_id == attempt.id)
        .order_by(Response.slot)
        .execution_options(populate_existing=True)
    ).all()
    contents = queries.get_versions(response.version_id for response in responses)
    for response in responses:
        if not response.locked:
            earned = behaviour.hand_in(
                contents[response.version_id][0], response.answer, response.certainty, response.tries, settings,
                attempt.language,
            )  # fmt: skip
            response.fraction, response.waits = earned.fraction, earned.waits
            response.feedback = list(earned.feedback)
    attempt.state = AttemptState.SUBMITTED
    settle(attempt, activity, responses)


def settle(attempt: Attempt, activity: OutlineActivity, responses: Sequence[Response]) -> None:
    """Count what the responses of a submitted attempt earn, and record the quiz's new grade.

    Called too when a mark changes. While one waits for a person's mark the attempt has no score.
    """
    whole = sum(response.marks for response in responses)
    earned = sum((response.fraction or 0.0) * response.marks for response in responses)
    waits = any(response.waits for response in responses)
    attempt.score = None if waits else min(1.0, max(0.0, earned / whole)) if whole else 0.0
    _record(attempt, activity)


def _record(attempt: Attempt, activity: OutlineActivity) -> None:
    """Record the grade that all attempts make now. Their enrolment is held by `lock`, so none is missed."""
    db.session.flush()
    settings = data_of(activity).settings
    made = queries.list_attempts(attempt.enrolment_id, attempt.cycle, attempt.activity_id)
    allowed = settings.attempts
    if allowed is not None and settings.completes is not Completes.PASSED:
        person_id = db.session.scalar(sa.select(Enrolment.person_id).where(Enrolment.id == attempt.enrolment_id))
        assert person_id is not None
        allowed = terms.get_terms(attempt.activity_id, person_id=person_id).allowance.allowed(allowed)
    outcome = outcome_of([Made(a.state, a.score) for a in made], settings, allowed)
    if outcome is not None:
        record(
            enrolment_id=attempt.enrolment_id, activity_id=attempt.activity_id, outcome=outcome, cycle=attempt.cycle,
            done_at=attempt.finished_at,
        )  # fmt: skip
