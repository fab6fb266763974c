"""What trainers do with answers: give them a mark, with its history."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.core import clock
from app.core.errors import NotFound
from app.core.text import source_first
from app.courses.models import Activity, Course
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.messages.services import tell
from app.progress.models import Enrolment

from .. import queries
from ..models import Attempt, AttemptState, Mark, MarkCause, Response
from ..services import lock, settle
from .errors import MarkedMeanwhile, NotHandedIn
from .marks import Given, feedback_of, rubric_of
from .queries import get_published_quiz


def mark(*, course_id: int, attempt_id: int, slot: int, given: Given, seen: int, by: int) -> None:
    """Give the answer in a slot a mark, and count its attempt anew. The mark that stands already changes nothing.

    `seen` is the id of the answer's last mark as the page showed it, 0 for none. When nothing of the attempt waits
    any more, whoever made it is told. Raises `NotFound`, `NotHandedIn`, and `MarkedMeanwhile` where another mark
    was given since.
    """
    attempt, responses = _held(course_id, attempt_id)
    if attempt.state != AttemptState.SUBMITTED:
        raise NotHandedIn
    response = next((response for response in responses if response.slot == slot), None)
    if response is None:
        raise NotFound
    last = db.session.scalars(
        sa.select(Mark)
        .where(Mark.attempt_id == attempt_id, Mark.slot == slot)
        .order_by(Mark.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()
    stands = last is not None and last.cause == MarkCause.MARKED and last.by_id == by
    if stands and last is not None and given.says(response.fraction, last.levels, response.comment):
        return  # sent again
    if last is not None and seen != last.id:
        raise MarkedMeanwhile
    waited = response.waits
    content = queries.get_versions([response.version_id])[response.version_id][0]
    db.session.add(
        Mark(
            attempt_id=attempt_id, slot=slot, cause=MarkCause.MARKED, by_id=by, at=clock.now(),
            before=None if waited else response.fraction, after=given.fraction, levels=dict(given.levels),
            comment=given.comment,
        )
    )  # fmt: skip
    response.fraction, response.comment, response.marked_by_id = given.fraction, given.comment, by
    response.waits = False
    if rubric := rubric_of(content):
        response.feedback = feedback_of(rubric, given.levels)
    settle_again(attempt, get_published_quiz(course_id, attempt.activity_id, attempt.edition_id), responses)
    if waited and not any(other.waits for other in responses):
        _tell(course_id, attempt)


def settle_again(attempt: Attempt, activity: OutlineActivity, responses: Sequence[Response]) -> None:
    """Count an attempt of which a mark changed; its row is held already.

    The enrolment is held before the other attempts are read, so that of two changes at once the later one sees both.
    """
    db.session.execute(sa.select(Enrolment.id).where(Enrolment.id == attempt.enrolment_id).with_for_update())
    settle(attempt, activity, responses)
    db.session.flush()


def _held(course_id: int, attempt_id: int) -> tuple[Attempt, Sequence[Response]]:
    """An attempt at a quiz of a course, held until the commit, with its responses. Raises `NotFound`."""
    of_course = sa.select(Activity.course_id).join(Attempt, Attempt.activity_id == Activity.id)
    if db.session.scalar(of_course.where(Attempt.id == attempt_id)) != course_id:
        raise NotFound
    attempt = lock(attempt_id)
    responses = db.session.scalars(
        sa.select(Response)
        .where(Response.attempt_id == attempt_id)
        .order_by(Response.slot)
        .execution_options(populate_existing=True)
    ).all()
    return attempt, responses


def _tell(course_id: int, attempt: Attempt) -> None:
    """Tell whoever made an attempt that its answers are marked, once."""
    about = db.session.execute(
        sa.select(Enrolment.person_id, Activity.title, Course.title.label("course"), Course.source_language)
        .select_from(Enrolment)
        .join(Course, Course.id == course_id)
        .join(Activity, Activity.id == attempt.activity_id)
        .where(Enrolment.id == attempt.enrolment_id)
    ).one()
    tell(
        key=f"attempt_marked:{attempt.id}",
        kind="marked",
        person_id=about.person_id,
        attempt_id=attempt.id,
        quiz=source_first(about.title, about.source_language),
        titles=source_first(about.course, about.source_language),
    )
