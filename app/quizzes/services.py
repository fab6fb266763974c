"""What practitioners do with a quiz: start an attempt, answer, submit."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.core import chance, clock
from app.core.errors import NotFound
from app.courses.editions import PublishedEdition
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.progress.models import ActivityState, Enrolment
from app.progress.services import Outcome, record

from . import queries
from .errors import AttemptClosed, NoAttemptsLeft, Overtaken, WrongShape
from .grading import grade_of, passed
from .kind import data_of
from .models import Attempt, AttemptSlot, AttemptState, Response
from .settings import QuizSettings
from .types import Answer, Content, fits, grade


def start_attempt(*, enrolment_id: int, edition: PublishedEdition, activity: OutlineActivity, language: str) -> Attempt:
    """Begin an attempt, or go on with the one that is open.

    Fixes the question versions and the order of options. Locks the enrolment first, so that a second click
    finds the attempt of the first. Raises `NoAttemptsLeft`.
    """
    enrolment = db.session.scalars(sa.select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update()).one()
    made = queries.list_attempts(enrolment.id, enrolment.cycle, activity.id)
    for attempt in made:
        if attempt.state == AttemptState.OPEN:
            return attempt
    data = data_of(activity)
    if data.settings.attempts is not None and len(made) >= data.settings.attempts:
        raise NoAttemptsLeft
    contents = queries.get_versions(slot.version_id for slot in data.slots)
    attempt = Attempt(
        enrolment_id=enrolment.id, cycle=enrolment.cycle, activity_id=activity.id, number=len(made) + 1,
        edition_id=edition.id, language=language, started_at=clock.now(),
        slots=[
            AttemptSlot(slot.version_id, slot.marks, _order(contents[slot.version_id][0], data.settings))
            for slot in data.slots
        ],
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    db.session.add_all(
        Response(
            attempt_id=attempt.id,
            slot=place,
            version_id=slot.version_id,
            marks=slot.marks,
            saved_at=attempt.started_at,
            feedback=[],
            tries=[],
        )
        for place, slot in enumerate(attempt.slots)
    )
    if activity.id not in enrolment.states:
        record(enrolment_id=enrolment.id, activity_id=activity.id, outcome=Outcome(ActivityState.STARTED))
    db.session.flush()
    return attempt


def _order(content: Content, settings: QuizSettings) -> tuple[str, ...]:
    options = list(content.options())
    if settings.shuffle:
        chance.source().shuffle(options)
    return tuple(options)


def save(*, sitting: queries.Sitting, slot: int, answer: Answer | None, flagged: bool, sequence: int) -> int:
    """Keep the answer to one question, and return its new sequence number.

    `sequence` is the number of the answer that this one was made from: if another was saved since, it is kept
    and `Overtaken` raised; sending the same again, after an acknowledgement was lost, does no harm. Raises
    `AttemptClosed`, `WrongShape`, and `NotFound` for a slot that the attempt does not have.
    """
    if not 0 <= slot < len(sitting.questions):
        raise NotFound
    asked = sitting.questions[slot]
    if answer is not None and not fits(asked.content, answer):
        raise WrongShape
    # Held until the commit, so that a submission waits, and grades what is acknowledged here.
    state = db.session.scalar(sa.select(Attempt.state).where(Attempt.id == sitting.id).with_for_update(read=True))
    if state != AttemptState.OPEN:
        raise AttemptClosed
    changed = db.session.execute(
        sa.update(Response)
        .where(Response.attempt_id == sitting.id, Response.slot == slot, Response.sequence == sequence)
        .values(answer=answer, flagged=flagged, sequence=sequence + 1, saved_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    assert isinstance(changed, sa.CursorResult)
    if changed.rowcount:
        return sequence + 1
    stored = db.session.execute(
        sa.select(Response.answer, Response.flagged, Response.sequence).where(
            Response.attempt_id == sitting.id, Response.slot == slot
        )
    ).one()
    if stored.answer == answer and stored.flagged == flagged:
        return int(stored.sequence)
    raise Overtaken


def submit(*, attempt_id: int, activity: OutlineActivity) -> Attempt:
    """Grade an attempt and record the quiz's new grade. Submitting again changes nothing."""
    attempt = db.session.scalars(
        sa.select(Attempt).where(Attempt.id == attempt_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if attempt.state != AttemptState.OPEN:
        return attempt
    responses = db.session.scalars(
        sa.select(Response).where(Response.attempt_id == attempt.id).order_by(Response.slot)
    ).all()
    contents = queries.get_versions(slot.version_id for slot in attempt.slots)
    for response, slot in zip(responses, attempt.slots, strict=True):
        result = grade(contents[slot.version_id][0], response.answer, attempt.language)
        response.fraction, response.feedback = result.fraction, list(result.feedback)
    attempt.state = AttemptState.SUBMITTED
    attempt.finished_at = clock.now()
    settle(attempt, activity, responses)
    return attempt


def settle(attempt: Attempt, activity: OutlineActivity, responses: Sequence[Response]) -> None:
    """Count what the responses of a submitted attempt earn, and record the quiz's new grade.

    Called too when a mark changes. While one waits for a person's mark the attempt has no score.
    """
    whole = sum(response.marks for response in responses)
    earned = sum((response.fraction or 0.0) * response.marks for response in responses)
    waits = any(response.waits for response in responses)
    attempt.score = None if waits else max(0.0, earned / whole) if whole else 0.0
    db.session.flush()
    settings = data_of(activity).settings
    made = queries.list_attempts(attempt.enrolment_id, attempt.cycle, attempt.activity_id)
    reached = grade_of([a.score for a in made if a.score is not None], settings.grading)
    if reached is None:
        return
    state = ActivityState.COMPLETE if passed(reached, settings) else ActivityState.FAILED
    record(enrolment_id=attempt.enrolment_id, activity_id=attempt.activity_id, outcome=Outcome(state, reached))
