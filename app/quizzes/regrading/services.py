"""Regrading: what was seen in the preview is done, in transactions of few attempts, however many there are.

While a regrade is under way, its row says in `responses` how many marks it is to change and in `attempts` how many
scores it has; at the end, how many it changed. So it is over once it has as many marks.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.core import audit, clock, jobs
from app.core.transactions import after_commit
from app.courses.models import Activity
from app.extensions import db
from app.progress.models import Enrolment

from .. import queries
from ..marking.errors import PreviewOutdated
from ..marking.marks import TINY
from ..marking.queries import MarkedQuiz, get_published_quiz, get_quiz
from ..marking.services import settle_again
from ..models import Attempt, AttemptState, Mark, MarkCause, QuestionVersion, Regrade, Response
from ..types import Content
from . import queries as regrade_queries
from .grading import Plan, earned
from .queries import Standing, taken

JOB = "quizzes.regrade"
BATCH = 10  # attempts a transaction
MOST_AT_ONCE = 100  # answers that are graded while the trainer waits; more are a job


def regrade(
    *, quiz: MarkedQuiz, question_id: int, planned: tuple[Standing, Plan], reason: str, seen: str, by: int
) -> int:
    """Grade the answers to a question of a quiz by the key of a version; the id of the regrade.

    `planned` is how the quiz's marks stood, read before the plan, which takes its time; it is made again where they
    stand otherwise by now. `seen` is `Plan.seen` of the preview. Raises `PreviewOutdated` where the preview would be
    another now, or changes nothing.
    """
    # One after the other, so that who comes second sees what the first did. Attempts that begin meanwhile, which hold
    # their enrolment, need not wait.
    held = sa.select(Activity.__table__.c.id).where(Activity.__table__.c.id == quiz.id)
    db.session.execute(held.with_for_update(key_share=True))
    standing, plan = planned
    version_id = plan.version_id
    if regrade_queries.get_standing(quiz.id) != standing:
        content = queries.get_versions([version_id])[version_id][0]
        plan = regrade_queries.make_plan(quiz, question_id, version_id, content)
    if plan.seen != seen or not plan.changes:
        raise PreviewOutdated
    row = Regrade(
        quiz_id=quiz.id, question_id=question_id, version_id=version_id, by_id=by, at=clock.now(), reason=reason,
        responses=len(plan.changes), attempts=0,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    regrade_id = row.id
    audit.record(
        "quiz.regrade", f"activity:{quiz.id}", actor_id=by, regrade=regrade_id, question=question_id,
        version=version_id, marks=len(plan.changes),
    )  # fmt: skip
    if len(plan.changes) + plan.same <= MOST_AT_ONCE:
        carry_on(regrade_id=regrade_id, attempt_ids=list_to_do(regrade_id))
        finish(regrade_id=regrade_id)
    else:
        after_commit(lambda: jobs.enqueue(JOB, regrade_id=regrade_id))
    return regrade_id


def list_to_do(regrade_id: int) -> list[int]:
    """The attempts that a regrade still has to look at: last those whose mark changes, so that once all of these are
    done, all is."""
    row, quiz, content = _of(regrade_id)
    found = regrade_queries.list_taken(row.quiz_id, row.question_id, until=row.at)
    keyed = set(
        db.session.scalars(
            sa.select(Response.attempt_id)
            .join(Attempt, Attempt.id == Response.attempt_id)
            .where(
                Attempt.activity_id == row.quiz_id,
                sa.func.coalesce(Response.graded_version_id, Response.version_id) == row.version_id,
            )
        )
    )
    stays, changes = [], []
    for one in found:
        if one.by_hand or one.waits:
            continue
        result = earned(content, one.answered, one.under or quiz.settings, one.language)
        if result is None or result.waits:
            continue
        if abs(result.fraction - one.fraction) > TINY:
            changes.append(one.attempt_id)
        elif one.attempt_id not in keyed:
            stays.append(one.attempt_id)
    return [*dict.fromkeys((*stays, *changes))]


def carry_on(*, regrade_id: int, attempt_ids: Sequence[int]) -> None:
    """Grade the answers of these attempts by the regrade's key. What is done already is left as it is."""
    row, quiz, content = _of(regrade_id)
    # All rows are held before any is changed, and in one order, so that nobody waits in a circle.
    # Enrolments before attempts, as everywhere.
    goers = sa.select(Attempt.enrolment_id).where(Attempt.id.in_(attempt_ids))
    db.session.execute(sa.select(Enrolment.id).where(Enrolment.id.in_(goers)).order_by(Enrolment.id).with_for_update())
    attempts = db.session.scalars(
        sa.select(Attempt)
        .where(Attempt.id.in_(attempt_ids), Attempt.state == AttemptState.SUBMITTED)
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    versions = set(
        db.session.scalars(sa.select(QuestionVersion.id).where(QuestionVersion.question_id == row.question_id))
    )
    responses: dict[int, list[Response]] = {}
    for response in db.session.scalars(
        sa.select(Response)
        .where(Response.attempt_id.in_(attempt_ids))
        .order_by(Response.attempt_id, Response.slot)
        .execution_options(populate_existing=True)
    ):
        responses.setdefault(response.attempt_id, []).append(response)
    scored = 0
    for attempt in attempts:
        own = responses[attempt.id]
        asked = [response for response in own if response.version_id in versions]
        changed = [response for response in asked if _regrade(row, quiz, content, attempt, response)]
        if changed:
            before = attempt.score
            settle_again(attempt, get_published_quiz(quiz.course_id, quiz.id, attempt.edition_id), own)
            scored += attempt.score != before
    db.session.execute(sa.update(Regrade).where(Regrade.id == row.id).values(attempts=Regrade.attempts + scored))


def finish(*, regrade_id: int) -> None:
    """Write down how many marks a regrade changed: a person may have marked some of those it was to change."""
    row = db.session.get_one(Regrade, regrade_id, with_for_update=True, populate_existing=True)
    row.responses = db.session.scalar(sa.select(sa.func.count()).where(Mark.regrade_id == regrade_id)) or 0
    db.session.flush()


def _of(regrade_id: int) -> tuple[Regrade, MarkedQuiz, Content]:
    row = db.session.get_one(Regrade, regrade_id)
    course_id = db.session.scalar(sa.select(Activity.course_id).where(Activity.id == row.quiz_id))
    assert course_id is not None
    return row, get_quiz(course_id, row.quiz_id), queries.get_versions([row.version_id])[row.version_id][0]


def _regrade(row: Regrade, quiz: MarkedQuiz, content: Content, attempt: Attempt, response: Response) -> bool:
    """Grade one answer by the regrade's key, and say whether its mark is another now."""
    one = taken(response, attempt.language, queries.taken_under(attempt.edition_id, attempt.activity_id))
    if one.by_hand or one.waits:
        return False
    result = earned(content, one.answered, one.under or quiz.settings, one.language)
    if result is None or result.waits:
        return False
    response.graded_version_id = row.version_id if row.version_id != response.version_id else None
    response.feedback = list(result.feedback)
    if abs(result.fraction - one.fraction) <= TINY:
        return False
    db.session.add(
        Mark(
            attempt_id=attempt.id, slot=response.slot, cause=MarkCause.REGRADED, by_id=row.by_id, at=clock.now(),
            before=one.fraction, after=result.fraction, levels={}, comment=None, regrade_id=row.id,
        )
    )  # fmt: skip
    response.fraction = result.fraction
    return True
