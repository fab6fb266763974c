"""One application as the committee's secretariat sees it: answers, reviewers, decisions, appeals and duties."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person, PersonState
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.extensions import db

from ..models import (
    Appeal,
    Application,
    ApplicationFile,
    Duty,
    GrantCall,
    Review,
    ReviewState,
)
from ..reviews.answers import Answered, list_answers
from ..reviews.conflicts import Conflict, conflict
from ..reviews.queries import GivenReview, list_given
from ..reviews.ranking import score
from .list_queries import SHOWN, Line, list_entries, list_lines

DECISIONS = ("application.decide", "appeal.uphold", "appeal.dismiss")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A reviewer of an application. `conflict`: what has come between them since; `score` once they handed in.

    `has_left`: their account is closed.
    """

    id: int
    person_id: int
    name: str
    state: ReviewState
    conflict: Conflict | None
    declined_why: str | None
    submitted_at: datetime | None
    score: Fraction | None
    has_left: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What was decided of an application, when and by whom, as the audit log has it."""

    at: datetime
    by: str | None
    action: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """All that administrators see of one application."""

    line: Line
    application: Application
    answers: tuple[Answered, ...]
    assignments: tuple[Assignment, ...]
    given: tuple[GivenReview, ...]
    appeals: tuple[Appeal, ...]
    owners: dict[int, str]
    duties: tuple[Duty, ...]
    steps: tuple[Step, ...]


def get_call(slug: str) -> GrantCall:
    """The call at `slug`, for administrators. Raises `NotFound`."""
    call = db.session.scalars(sa.select(GrantCall).where(GrantCall.slug == slug)).one_or_none()
    if call is None:
        raise NotFound
    return call


def get_application(call: GrantCall, application_id: int, reader: Identity) -> ApplicationPage:
    """One application of the call. Raises `NotFound`, also for one that was never handed in."""
    entry = next((entry for entry in list_entries(call, reader) if entry.id == application_id), None)
    if entry is None:
        raise NotFound
    [line] = list_lines(call, [entry])
    application = db.session.get_one(Application, application_id, populate_existing=True)
    appeals = list_appeals(application_id)
    return ApplicationPage(
        line=line,
        application=application,
        answers=list_answers(application_id, call.questionnaire),
        assignments=() if line.is_kept else tuple(_assignments(call, application_id)),
        given=() if line.is_kept else tuple(list_given([application_id])),
        appeals=appeals,
        owners=_names({appeal.owner_id for appeal in appeals if appeal.owner_id is not None}),
        duties=list_duties(application_id),
        steps=tuple(_steps(application_id)),
    )


def get_file(call: GrantCall, application_id: int, file_id: int) -> ApplicationFile:
    """A file of an application of the call that was handed in. Raises `NotFound`."""
    found: ApplicationFile | None = db.session.scalars(
        sa.select(ApplicationFile)
        .join(Application, Application.id == ApplicationFile.application_id)
        .where(
            ApplicationFile.id == file_id,
            ApplicationFile.application_id == application_id,
            ApplicationFile.removed_at.is_(None),
            Application.call_id == call.id,
            Application.state.in_(SHOWN),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_appeals(application_id: int) -> tuple[Appeal, ...]:
    """The appeals of an application, the latest first."""
    return tuple(
        db.session.scalars(
            sa.select(Appeal)
            .where(Appeal.application_id == application_id)
            .order_by(Appeal.made_at.desc(), Appeal.id.desc())
        )
    )


def list_duties(application_id: int) -> tuple[Duty, ...]:
    """What a city owes for an application, by when it is due."""
    return tuple(
        db.session.scalars(sa.select(Duty).where(Duty.application_id == application_id).order_by(Duty.due_on, Duty.id))
    )


def _assignments(call: GrantCall, application_id: int) -> Iterable[Assignment]:
    rows = db.session.execute(
        sa.select(Review, Person.name, Person.state.label("account"), conflict(Review.person_id).label("conflict"))
        .join(Person, Person.id == Review.person_id)
        .join(Application, Application.id == Review.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(Review.application_id == application_id)
        .order_by(Review.assigned_at, Review.id)
    )
    for row in rows:
        review: Review = row.Review
        state = ReviewState(review.state)
        handed_in = state is ReviewState.SUBMITTED
        yield Assignment(
            review.id,
            review.person_id,
            row.name,
            state,
            Conflict(row.conflict) if row.conflict else None,
            review.declined_why,
            review.submitted_at,
            score(call.questionnaire.criteria, review.scores) if handed_in else None,
            row.account != PersonState.ACTIVE,
        )


def _steps(application_id: int) -> Iterable[Step]:
    rows = db.session.execute(
        sa.select(AuditEvent.at, AuditEvent.action, AuditEvent.details, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == f"application:{application_id}", AuditEvent.action.in_(DECISIONS))
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    steps = [Step(row.at, row.name, row.action, row.details) for row in rows]
    upheld = [place for place, step in enumerate(steps) if step.action == "appeal.uphold"]
    for step in steps[: upheld[-1]] if upheld else ():
        step.details["changed"] = step.action != "appeal.dismiss"  # by an appeal, as the page says beside it
    return steps


def _names(people: Collection[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(people)))
    return {row.id: row.name for row in rows}
