"""Whose an application is: who may write it, who may read it, who may submit it, as people belong to cities today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.identity import Identity
from app.auth.models import Person
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.extensions import db
from app.network.models import City

from .. import queries
from ..calls.call import Call, CallState
from ..calls.questionnaire import Questionnaire
from ..models import Application, ApplicationAnswer, ApplicationFile, ApplicationState, GrantCall

# What counts as working on an application: the audit log keeps it, so that nobody is forgotten whose words another's
# took the place of.
CREATE, WRITE = "application.create", "application.write"
ASK, ENDORSE, TAKE_BACK = "application.ask_word", "application.endorse", "application.take_back_word"
SUBMIT, WITHDRAW = "application.submit", "application.withdraw"
WORK = (CREATE, WRITE, ASK, ENDORSE, TAKE_BACK, SUBMIT, WITHDRAW)
WRITABLE = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who wrote, under the name they have today."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Access:
    """An application as one reader may have it.

    `coordinates`: the reader is a coordinator of the city. `eligible`: of those who are not, whether the city's rule is
    met by them. `worked`: they have worked on it. `writes`: they may change it while it is a draft and the call open.
    """

    call: Call
    at: datetime
    id: int
    city_id: int
    city_name: str
    state: ApplicationState
    questionnaire: Questionnaire
    currency: str
    endorsed_at: datetime | None
    endorsed_by: Author | None
    submitted_at: datetime | None
    submitted_by: Author | None
    decided_at: datetime | None
    coordinates: bool = False
    eligible: bool = False
    worked: bool = False

    @property
    def subject(self) -> str:
        return subject_of(self.id)

    @property
    def is_open(self) -> bool:
        return self.call.state_at(self.at) is CallState.OPEN

    @property
    def is_draft(self) -> bool:
        return self.state in WRITABLE

    @property
    def writes(self) -> bool:
        return self.coordinates or self.eligible or self.worked

    @property
    def may_edit(self) -> bool:
        return self.writes and self.is_draft and self.is_open

    @property
    def may_submit(self) -> bool:
        return self.coordinates or (self.eligible and self.endorsed_at is not None)

    @property
    def may_withdraw(self) -> bool:
        return self.may_submit and self.state == ApplicationState.SUBMITTED and self.is_open


def subject_of(application_id: int) -> str:
    """As what the audit log knows an application."""
    return f"application:{application_id}"


def get_access(slug: str, city_id: int, person: Identity, at: datetime) -> Access:
    """The application of a city for a call, for somebody who may read it. Three statements at most.

    Raises `NotFound`, also for a city that has none.
    """
    call = queries.get_call(slug, at)
    row = db.session.execute(_one(call.id, city_id, person.id)).one_or_none()
    if row is None:
        raise NotFound
    application: Application = row.Application
    here = person.city_id == city_id
    access = Access(
        call=call,
        at=at,
        id=application.id,
        city_id=city_id,
        city_name=row.city_name,
        state=ApplicationState(application.state),
        questionnaire=row.questionnaire,
        currency=row.currency or "",
        endorsed_at=application.endorsed_at,
        endorsed_by=_author(application.endorsed_by_id, row.endorser),
        submitted_at=application.submitted_at,
        submitted_by=_author(application.submitted_by_id, row.submitter),
        decided_at=application.decided_at,
        coordinates=city_id in person.coordinates,
        worked=here and row.worked,
    )
    if here and not access.coordinates:
        access = replace(access, eligible=is_eligible(call, person.id, at, city_id=city_id))
    if not (access.writes or person.is_administrator):
        raise NotFound
    return access


def get_writable(slug: str, city_id: int, person: Identity, at: datetime) -> Access:
    """As `get_access`, for somebody who works on it: reading alone is not enough. Raises `NotFound`."""
    access = get_access(slug, city_id, person, at)
    if not access.writes:
        raise NotFound
    return access


def is_eligible(call: Call, person_id: int, at: datetime, *, city_id: int) -> bool:
    """Whether one person meets the rule of a call for a city, as a verdict shown at `at` has it. One statement.

    A closed call keeps how things stood when it closed: who belonged to another city then was eligible for that one.
    """
    standing = queries.list_standings([call], person_id, call.judged_at(at))[0]
    return standing.is_met and standing.facts.city_id == city_id


def has_worked(person_id: Any) -> sa.ColumnElement[bool]:
    """That a person worked on `Application`: by the audit log, or by what stands of theirs.

    They began, endorsed or submitted it, wrote an answer or added a file. Never NULL, so that it can be negated.
    """
    logged = sa.exists().where(
        is_work(),
        AuditEvent.actor_id + 0 == person_id,  # no index of it: many write thousands of events, few are of one subject
    )
    answered = sa.exists().where(
        ApplicationAnswer.application_id == Application.id, ApplicationAnswer.saved_by_id == person_id
    )
    filed = sa.exists().where(
        ApplicationFile.application_id == Application.id, ApplicationFile.added_by_id == person_id
    )
    return sa.or_(
        *(
            sa.and_(column.is_not(None), column == person_id)
            for column in (Application.created_by_id, Application.endorsed_by_id, Application.submitted_by_id)
        ),
        logged.correlate_except(AuditEvent),
        answered.correlate_except(ApplicationAnswer),
        filed.correlate_except(ApplicationFile),
    )


def workers() -> tuple[tuple[Any, Any], ...]:
    """Of whom `has_worked` is true, for who begins at applications: columns of their ids, each with its tables."""
    return (
        (Application.created_by_id, Application),
        (Application.endorsed_by_id, Application),
        (Application.submitted_by_id, Application),
        (ApplicationAnswer.saved_by_id, sa.join(Application, ApplicationAnswer)),
        (ApplicationFile.added_by_id, sa.join(Application, ApplicationFile)),
        (AuditEvent.actor_id, sa.join(Application, AuditEvent, is_work())),
    )


def is_work() -> sa.ColumnElement[bool]:
    """That an `AuditEvent` is work on `Application`."""
    return sa.and_(
        AuditEvent.subject == sa.literal("application:") + sa.cast(Application.id, sa.String),
        AuditEvent.action.in_(WORK),
    )


def _author(person_id: int | None, name: str | None) -> Author | None:
    return None if person_id is None or name is None else Author(person_id, name)


def _one(call_id: int, city_id: int, person_id: int) -> sa.Select[*tuple[Any, ...]]:
    endorser, submitter = aliased(Person), aliased(Person)
    return (
        sa.select(
            Application,
            City.name.label("city_name"),
            GrantCall.questionnaire,
            GrantCall.currency,
            endorser.name.label("endorser"),
            submitter.name.label("submitter"),
            has_worked(person_id).label("worked"),
        )
        .join(City, City.id == Application.city_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .outerjoin(endorser, endorser.id == Application.endorsed_by_id)
        .outerjoin(submitter, submitter.id == Application.submitted_by_id)
        .where(Application.call_id == call_id, Application.city_id == city_id)
        .execution_options(populate_existing=True)
    )
