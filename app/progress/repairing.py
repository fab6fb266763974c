"""Putting right what `checking` found: by the doors, from the facts. A completion is never taken back."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.auth.models import Person
from app.courses.editions import get_edition
from app.extensions import db

from . import holding, services
from .checking import Difference
from .models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from .outcomes import Outcome


def repair(enrolment_id: int, differences: Sequence[Difference]) -> None:
    """Record what activities' own records say, agree with the completions there are, and count anew."""
    enrolment = holding.lock(enrolment_id)
    _agree(enrolment)
    for difference in differences:
        if difference.outcome is not None:
            cycle, activity_id, recorded = difference.outcome
            outcome = Outcome(ActivityState(recorded.state), recorded.score, passed=recorded.passed)
            services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=outcome, cycle=cycle)
    _date(enrolment)
    services.recount(enrolment_id=enrolment_id)


def _agree(enrolment: Enrolment) -> None:
    """The completion of the cycle decides whether it is completed; each has its certificate."""
    completions = db.session.scalars(sa.select(Completion).where(Completion.enrolment_id == enrolment.id)).all()
    of_cycle = next((one for one in completions if one.cycle == enrolment.cycle), None)
    enrolment.completed_at = of_cycle.completed_at if of_cycle else None
    if of_cycle is None:
        enrolment.city_id = db.session.get_one(Person, enrolment.person_id).city_id
    if enrolment.state != EnrolmentState.WITHDRAWN:
        enrolment.state = EnrolmentState.COMPLETED if of_cycle else EnrolmentState.OPEN
    for completion in completions:
        held = sa.select(Certificate.id).where(Certificate.completion_id == completion.id)
        if db.session.scalar(held) is None:
            person = db.session.get_one(Person, completion.person_id)
            services.certify(completion, person, enrolment.language, get_edition(completion.edition_id))
    db.session.flush()


def _date(enrolment: Enrolment) -> None:
    """What is done and says not when, was done when it was begun at the latest known."""
    done = (ActivityState.COMPLETE, ActivityState.EXCUSED)
    db.session.execute(
        sa.update(ActivityProgress)
        .where(
            ActivityProgress.enrolment_id == enrolment.id,
            ActivityProgress.state.in_(done),
            ActivityProgress.completed_at.is_(None),
        )
        .values(completed_at=ActivityProgress.first_at)
        .execution_options(synchronize_session=False)
    )
