"""Appeals: made by a city's coordinator, answered by an administrator who did not decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.text import source_first
from app.extensions import db
from app.messages.services import Told, tell_many
from app.network.models import City

from ..decisions.services import AWARDED, Decision, begin_duties, check_amount, check_number, write_down
from ..decisions.telling import tell_the_city
from ..models import Appeal, AppealState, Application, ApplicationState, GrantCall, Occasion
from ..reviews.errors import (
    AppealAnswered,
    AppealOpen,
    ChangedElsewhere,
    NotAnOwner,
    NothingChanges,
    NotTheOwner,
    TooLateToAppeal,
)
from ..reviews.services import refuse_own
from ..trace import freezing
from .queries import find_open, list_owners, list_told
from .terms import answer_until, appeal_until


@dataclass(frozen=True, slots=True)
class Answer:
    """How an appeal is answered, with reasons; upheld, with what the city is awarded. `beyond`: as in `decide`."""

    state: AppealState
    words: str
    amount: int | None = None
    beyond: bool = False


def make(*, application_id: int, reason: str, by: int) -> Appeal:
    """Appeal against the decision in force; that `by` coordinates the city is asked before.

    Whoever of the administrators did not decide, has nothing to do with the city and has fewest appeals to answer,
    answers for it; where there is nobody, those are told who have nothing to do with the city. Raises
    `TooLateToAppeal`, `AppealOpen`.
    """
    application, call = _locked(application_id)
    now = clock.now()
    if application.decided_at is None:
        raise NotFound
    if now >= appeal_until(application.decided_at, call.time_zone):
        raise TooLateToAppeal
    if find_open(application_id) is not None:
        raise AppealOpen
    owner_id = next((person_id for person_id, _name in list_owners(application)), None)
    appeal = Appeal(
        application_id=application_id,
        reason=reason,
        made_by_id=by,
        made_at=now,
        owner_id=owner_id,
        due_at=answer_until(now, call.time_zone),
    )
    db.session.add(appeal)
    db.session.flush()
    audit.record(
        "appeal.make", f"application:{application_id}", actor_id=by, appeal=appeal.id, owner=owner_id, reason=reason
    )
    _tell_owner(call, application, appeal)
    db.session.flush()
    return appeal


def pass_on(
    *, appeal_id: int, application_id: int, owner_id: int, due_at: datetime | None, by: int, seen: str | None = None
) -> bool:
    """Another administrator answers for an open appeal, or it is to be answered by another day.

    Returns whether it is another, who is then told. `seen`: the mark (`mark_of`) of who answers and by when as it was
    shown; None for whatever stands. Raises `AppealAnswered`, `NotAnOwner`, `OwnInterest`, and `ChangedElsewhere`, with
    nothing changed, where it is another by now, and not what is asked for.
    """
    application, call = _locked(application_id)
    refuse_own(application_id, by)
    appeal = _open(appeal_id, application_id)
    if owner_id not in dict(list_owners(application)):
        raise NotAnOwner
    is_new = appeal.owner_id != owner_id
    due_at = due_at or appeal.due_at
    if not is_new and due_at == appeal.due_at:
        return False
    if seen not in (None, mark_of(appeal)):
        raise ChangedElsewhere  # the page says it beside who answers now, and by when
    appeal.owner_id, appeal.due_at = owner_id, due_at
    audit.record(
        "appeal.pass_on",
        f"application:{application_id}",
        actor_id=by,
        appeal=appeal_id,
        owner=owner_id,
        due_at=appeal.due_at.isoformat(),
    )
    if is_new:
        _tell_owner(call, application, appeal)
    db.session.flush()
    return is_new


def mark_of(appeal: Appeal) -> str:
    """Who answers for an appeal and by when, in a mark that a form carries."""
    return f"{appeal.owner_id or 0}:{appeal.due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def answer(*, appeal_id: int, application_id: int, given: Answer, by: int) -> None:
    """Answer an appeal: dismissed, the decision stays; upheld, it changes, facts are frozen anew. The city is told.

    Raises `AppealAnswered`, `NotTheOwner`, and where it is upheld `NothingChanges`, `AboveCeiling`, `AmountMissing`,
    `MoreThanGrants`.
    """
    application, call = _locked(application_id)
    appeal = _answerable(appeal_id, application, by)
    if given.state is AppealState.UPHELD:
        _change_decision(call, application, appeal_id, given, by)
    else:
        audit.record(
            "appeal.dismiss", f"application:{application_id}", actor_id=by, appeal=appeal_id, answer=given.words
        )
    appeal.state, appeal.answer = given.state, given.words
    appeal.answered_by_id, appeal.answered_at = by, clock.now()
    db.session.flush()
    tell_the_city(
        call,
        application,
        "appeal_answered",
        key=f"appeal_answered:{appeal.id}",
        upheld=given.state is AppealState.UPHELD,
    )
    db.session.flush()


def _change_decision(call: GrantCall, application: Application, appeal_id: int, given: Answer, by: int) -> None:
    """The city is awarded a grant, or another amount."""
    decision = Decision(AWARDED, given.amount, given.words)
    was_awarded = application.state == ApplicationState.AWARDED
    if was_awarded and application.amount == given.amount:
        raise NothingChanges
    check_amount(call, decision)
    more = check_number(call, 0 if was_awarded else 1, beyond=given.beyond)
    before = _in_force(application)
    now = clock.now()
    write_down(application, decision, by=by, at=now)
    db.session.flush()
    frozen = freezing.freeze(application.id, Occasion.APPEAL, at=now)
    if not was_awarded:
        begin_duties(call, application.id, now)
    audit.record(
        "appeal.uphold",
        f"application:{application.id}",
        actor_id=by,
        appeal=appeal_id,
        outcome=decision.outcome.value,
        amount=given.amount,
        reason=given.words,
        before=before,
        beyond=more,
        hash=frozen.hash,
    )


def _in_force(application: Application) -> dict[str, Any]:
    """The decision as it stands, for the log: the row keeps only the one that changes it (`trace/decision_queries`)."""
    return {
        "outcome": str(application.state),
        "amount": application.amount,
        "reason": application.decision_reason,
        "by": application.decided_by_id,
        "at": application.decided_at.isoformat() if application.decided_at else None,
    }


def _locked(application_id: int) -> tuple[Application, GrantCall]:
    """The application and its call, the call locked first, as decisions do."""
    call_id = db.session.scalar(sa.select(Application.call_id).where(Application.id == application_id))
    if call_id is None:
        raise NotFound
    call = db.session.get_one(GrantCall, call_id, with_for_update={"key_share": True}, populate_existing=True)
    application = db.session.get_one(Application, application_id, with_for_update=True, populate_existing=True)
    return application, call


def _open(appeal_id: int, application_id: int) -> Appeal:
    appeal = db.session.get(Appeal, appeal_id, with_for_update=True, populate_existing=True)
    if appeal is None or appeal.application_id != application_id:
        raise NotFound
    if appeal.state != AppealState.OPEN:
        raise AppealAnswered
    return appeal


def forget(*, person_id: int, by: int | None) -> None:
    """Give what an erased administrator has still to answer to who may and has least, or tell the others of it."""
    open_ones = sa.select(Appeal.id, Appeal.application_id).where(
        Appeal.owner_id == person_id, Appeal.state == AppealState.OPEN
    )
    for appeal_id, application_id in db.session.execute(open_ones.order_by(Appeal.id)).all():
        application, call = _locked(application_id)
        try:
            appeal = _open(appeal_id, application_id)
        except AppealAnswered:  # in the same moment
            continue
        appeal.owner_id = next((owner_id for owner_id, _name in list_owners(application)), None)
        audit.record(
            "appeal.pass_on", f"application:{application_id}", actor_id=by, appeal=appeal_id, owner=appeal.owner_id
        )
        _tell_owner(call, application, appeal)
    db.session.flush()


def _answerable(appeal_id: int, application: Application, by: int) -> Appeal:
    appeal = _open(appeal_id, application.id)
    if appeal.owner_id != by or by not in dict(list_owners(application)):
        raise NotTheOwner
    return appeal


def _tell_owner(call: GrantCall, application: Application, appeal: Appeal) -> None:
    people = [appeal.owner_id] if appeal.owner_id is not None else list_told(application)
    key = f"appeal:{appeal.id}:{clock.now().isoformat()}"  # it may come back to somebody who had it before
    values = told_of(call, application, appeal) | {"yours": appeal.owner_id is not None}
    tell_many("appeal_made", [Told(f"{key}:{person_id}", person_id, values) for person_id in people])


def told_of(call: GrantCall, application: Application, appeal: Appeal) -> dict[str, Any]:
    """What a notice of an open appeal says."""
    return {
        "slug": call.slug,
        "application_id": application.id,
        "titles": source_first(call.title, call.source_language),
        "city": db.session.get_one(City, application.city_id).name,
        "due_at": appeal.due_at.isoformat(),
        "time_zone": call.time_zone,
    }
