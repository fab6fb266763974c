"""What a trainer says for a practitioner: excused from an activity, or done with it; and taken back."""

from __future__ import annotations

from app.auth.models import Person
from app.core import audit, clock
from app.core.text import source_first
from app.courses.editions import get_edition
from app.courses.models import Activity, Course
from app.extensions import db
from app.messages.services import tell

from .. import holding, services
from ..errors import CompletedAlready, CompletionRests, HasWithdrawn, NotGiven
from ..models import ActivityProgress, ActivityState, Enrolment, EnrolmentState
from ..services import TAKEN_BACK, Outcome

ACTIONS = {ActivityState.EXCUSED: "progress.excuse", ActivityState.COMPLETE: "progress.complete"}


def give(*, enrolment_id: int, activity_id: int, state: ActivityState, reason: str, by: int) -> Enrolment:
    """Excuse a practitioner from an activity (EXCUSED), or complete it for them (COMPLETE). It may complete the course.

    The same given twice is given once. Raises `CompletedAlready` where they did it themselves, `HasWithdrawn`,
    `ActivityGone`.
    """
    enrolment, row = _lock(enrolment_id, activity_id)
    if row is not None and row.by_id is None and row.state == ActivityState.COMPLETE:
        raise CompletedAlready
    if row is not None and row.by_id is not None and (row.state, row.reason) == (state, reason):
        return enrolment
    audit.record(ACTIONS[state], f"enrolment:{enrolment_id}", actor_id=by, activity=activity_id, reason=reason)
    outcome = Outcome(state, by_id=by, reason=reason)
    enrolment = services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=outcome)
    _tell(enrolment, activity_id, by, reason, given=state)
    return enrolment


def take_back(*, enrolment_id: int, activity_id: int, reason: str, by: int) -> Enrolment:
    """Let what was given hold no longer: what the practitioner did by themselves counts again.

    Raises `NotGiven`, `HasWithdrawn`, and `CompletionRests` once the course is completed by it.
    """
    enrolment, row = _lock(enrolment_id, activity_id)
    if row is None or row.by_id is None:
        raise NotGiven
    given_at = row.completed_at or row.first_at
    if enrolment.completed_at is not None and given_at <= enrolment.completed_at:
        raise CompletionRests
    audit.record(
        "progress.take_back",
        f"enrolment:{enrolment_id}",
        actor_id=by,
        activity=activity_id,
        was=row.state,
        reason=reason,
    )
    was = row.state
    enrolment = services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=TAKEN_BACK)
    _tell(enrolment, activity_id, by, reason, taken=was)
    return enrolment


def _tell(
    enrolment: Enrolment, activity_id: int, by: int, reason: str, *, given: str | None = None, taken: str | None = None
) -> None:
    """Tell the practitioner who said what for them, and why; the link leads to the activity while it is there."""
    if by == enrolment.person_id:
        return
    course, edition = db.session.get_one(Course, enrolment.course_id), get_edition(enrolment.counted_edition_id)
    key = f"said:{enrolment.id}:{enrolment.cycle}:{activity_id}:{given or 'back'}:{clock.now().isoformat()}"
    tell(
        key=key,
        kind="said_for_you",
        person_id=enrolment.person_id,
        by=db.session.get_one(Person, by).name,
        by_id=by,
        given=given,
        taken=taken,
        reason=reason,
        slug=course.slug,
        activity=edition.by_id[activity_id].key if activity_id in edition.by_id else None,
        what=source_first(db.session.get_one(Activity, activity_id).title, course.source_language),
        titles=source_first(edition.outline.title, edition.outline.source_language),
    )


def _lock(enrolment_id: int, activity_id: int) -> tuple[Enrolment, ActivityProgress | None]:
    enrolment = holding.lock(enrolment_id)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        raise HasWithdrawn
    key = (enrolment_id, enrolment.cycle, activity_id)
    return enrolment, db.session.get(ActivityProgress, key, populate_existing=True)
