"""All that is known of one application, for administrators: what its dossier and its trace say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from app.auth.models import Person, PersonState
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.extensions import db
from app.network.models import City

from ..applications.access import WITHDRAW
from ..models import (
    Appeal,
    Application,
    ApplicationAnswer,
    ApplicationFile,
    Duty,
    GrantCall,
    Review,
    Waiver,
)
from ..reviews.conflicts import list_kept
from . import freezing
from .decision_queries import FormerDecision, list_former
from .frozen_queries import Kept, list_frozen

Row = TypeVar("Row", Review, Appeal, Duty, ApplicationFile)
_PEOPLE = ("created_by_id", "endorsed_by_id", "submitted_by_id", "decided_by_id")


@dataclass(frozen=True, slots=True)
class Dossier:
    """An application with everything beside it, each in order of time.

    `withdrawals`: when what was submitted was withdrawn, and by whom. `former`: decisions that an appeal changed.
    `names`: of everybody it speaks of, by id. `reviews_kept`: that its reviews are not for this reader.
    """

    application: Application
    call: GrantCall
    city: City
    answers: dict[str, ApplicationAnswer]
    files: Sequence[ApplicationFile]
    frozen: Sequence[Kept]
    withdrawals: Sequence[tuple[datetime, int | None]]
    reviews: Sequence[Review]
    reviews_kept: bool
    former: Sequence[FormerDecision]
    appeals: Sequence[Appeal]
    duties: Sequence[Duty]
    waivers: Sequence[Waiver]
    names: dict[int, str]


def get_dossier(application_id: int, *, reader_id: int) -> Dossier:
    """Everything about an application, in twelve statements; without its reviews for whom they are kept from.

    Raises `NotFound`.
    """
    row = db.session.execute(
        sa.select(Application, GrantCall, City)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(City, City.id == Application.city_id)
        .where(Application.id == application_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    application, call, city = row
    kept = application_id in list_kept(call.id, reader_id)
    reviews = () if kept else _of(Review, application_id)
    former, appeals = list_former(application_id), list_appeals(application_id)
    duties = _of(Duty, application_id)
    waivers = list_waivers(call.id, city.id)
    answers = db.session.scalars(
        sa.select(ApplicationAnswer).where(ApplicationAnswer.application_id == application_id)
    ).all()
    frozen = list_frozen(application_id)
    withdrawals = _withdrawals(application_id)
    people = {
        *(someone for row in frozen for someone in freezing.list_people(row)),
        *(getattr(application, name) for name in _PEOPLE if getattr(application, name) is not None),
        *(review.person_id for review in reviews),
        *(decision.by_id for decision in former),
        *people_of(appeals),
        *(duty.done_by_id for duty in duties),
        *(someone for waiver in waivers for someone in (waiver.owner_id, waiver.revoked_by_id)),
        *(answer.saved_by_id for answer in answers),
        *(by_id for _at, by_id in withdrawals),
    }
    return Dossier(
        application=application,
        call=call,
        city=city,
        answers={answer.key: answer for answer in answers},
        files=[file for file in _of(ApplicationFile, application_id) if file.removed_at is None],
        frozen=frozen,
        withdrawals=withdrawals,
        reviews=reviews,
        reviews_kept=kept,
        former=former,
        appeals=appeals,
        duties=duties,
        waivers=waivers,
        names=list_names(someone for someone in people if someone is not None),
    )


def _withdrawals(application_id: int) -> Sequence[tuple[datetime, int | None]]:
    rows = db.session.execute(
        sa.select(AuditEvent.at, AuditEvent.actor_id)
        .where(AuditEvent.subject == f"application:{application_id}", AuditEvent.action == WITHDRAW)
        .order_by(AuditEvent.id)
    )
    return [(row.at, row.actor_id) for row in rows]


def list_waivers(call_id: int, city_id: int) -> Sequence[Waiver]:
    """Every waiver that a city ever had in a call, ended ones too, in order of time. One statement."""
    return db.session.scalars(
        sa.select(Waiver).where(Waiver.call_id == call_id, Waiver.city_id == city_id).order_by(Waiver.id)
    ).all()


def list_appeals(application_id: int) -> Sequence[Appeal]:
    """The appeals of an application, in order of time. One statement."""
    return _of(Appeal, application_id)


def people_of(appeals: Iterable[Appeal]) -> set[int]:
    """Who made them, answers for them and answered them, by id."""
    found = (who for one in appeals for who in (one.made_by_id, one.owner_id, one.answered_by_id))
    return {who for who in found if who is not None}


def list_names(ids: Iterable[int]) -> dict[int, str]:
    """Names by id, in order of name; who was erased has none."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name)
        .where(Person.id.in_(sorted(set(ids))), Person.state != PersonState.ERASED)
        .order_by(Person.name, Person.id)
    )
    return {row.id: row.name for row in rows}


def _of(table: type[Row], application_id: int) -> Sequence[Row]:
    return db.session.scalars(sa.select(table).where(table.application_id == application_id).order_by(table.id)).all()
