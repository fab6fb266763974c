"""What the committee decides: drafts that nobody else sees, awards and refusals, sent once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.formats import money
from app.extensions import db
from app.network.models import City

from ..models import Application, ApplicationState, DecisionDraft, Duty, GrantCall, Occasion
from ..reviews.conflicts import has_to_review, list_conflicts
from ..reviews.errors import (
    AboveCeiling,
    AlreadyDecided,
    AmountMissing,
    ChangedElsewhere,
    MoreThanGrants,
    OwnInterest,
    ReviewFirst,
    StillOpen,
)
from ..trace import freezing
from .telling import tell_the_city

NOTHING_SEEN: Mapping[int, int] = MappingProxyType({})
AWARDED, REFUSED = ApplicationState.AWARDED, ApplicationState.REFUSED


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of an application: an amount only with an award, in whole units of the call's currency."""

    outcome: ApplicationState
    amount: int | None
    reason: str


def save_drafts(
    *, call_id: int, decisions: Mapping[int, Decision], by: int, seen: Mapping[int, int] = NOTHING_SEEN
) -> int:
    """Write down what is about to be decided, by id of the application; returns of how many.

    `seen`: the versions of the drafts that were shown, by application, none where there was no draft. What no longer
    waits for a decision, and what `by` may not act on or has still to review, is left out. Where that leaves nothing,
    raises `AlreadyDecided`, `OwnInterest` or `ReviewFirst`. Raises `StillOpen`, `ChangedElsewhere` with nothing saved
    if another draft stands by now, `AboveCeiling`, `AmountMissing`.
    """
    call = _closed_call(call_id)
    waiting = _waiting(call_id, decisions)
    if not waiting:
        raise _already_decided(decisions)
    own = {application_id for application_id, _person in list_conflicts(waiting, [by])}
    mine = _to_review(waiting, by) - own
    ids = [one for one in waiting if one not in own | mine]
    if not ids:
        raise ReviewFirst if mine else OwnInterest
    drafts = _seen_drafts(ids, seen)
    for application_id in ids:
        decision = decisions[application_id]
        check_amount(call, decision)
        draft = drafts.get(application_id)
        if draft is None:
            draft = DecisionDraft(application_id=application_id)
            db.session.add(draft)
        draft.outcome, draft.reason = decision.outcome, decision.reason
        draft.amount = decision.amount if decision.outcome is AWARDED else None
        draft.saved_by_id, draft.saved_at = by, clock.now()
    db.session.flush()
    return len(ids)


def drop_draft(*, call_id: int, application_id: int, seen: int, by: int) -> None:
    """Take back what was about to be decided; a draft that somebody took back already stays so.

    `seen`: the version of the draft that was shown. Raises `AlreadyDecided` where the application no longer waits for a
    decision, `OwnInterest`, `ReviewFirst`, and `ChangedElsewhere`, with nothing taken back, where the draft is another
    by now.
    """
    waiting = _waiting(call_id, [application_id])
    if not waiting:
        raise AlreadyDecided
    _refuse_own(waiting, by)
    if _to_review(waiting, by):
        raise ReviewFirst
    draft = db.session.get(DecisionDraft, application_id, populate_existing=True)
    if draft is None:
        return
    if draft.version_id != seen:
        raise ChangedElsewhere  # the page says it beside the draft as it is now
    db.session.delete(draft)
    db.session.flush()


def send_drafts(*, call_id: int, seen: Mapping[int, int], by: int, beyond: bool) -> list[int]:
    """Decide applications as their drafts say, in one go; returns which. `seen`: the versions that were shown.

    Raises `ChangedElsewhere`, with nothing sent, if a draft of what still waits is another by now or was taken back,
    and as `decide`.
    """
    call = _closed_call(call_id)
    waiting = _waiting(call_id, seen)
    if not waiting:
        raise _already_decided(seen)
    _refuse_own(waiting, by)
    drafts = _drafts(waiting)
    if not _are_seen(waiting, drafts, seen):
        raise ChangedElsewhere(
            _(
                "A draft was changed or taken back since you opened this page. Nothing was sent. Look at what is"
                " drafted now, then send again."
            )
        )
    decided = {
        application_id: Decision(ApplicationState(draft.outcome), draft.amount, draft.reason)
        for application_id, draft in drafts.items()
    }
    for application_id, decision in decided.items():
        _check_named(call, waiting[application_id], decision)
    return decide(call_id=call_id, decisions=decided, by=by, beyond=beyond, seen=seen)


def decide(
    *,
    call_id: int,
    decisions: Mapping[int, Decision],
    by: int,
    beyond: bool = False,
    seen: Mapping[int, int] = NOTHING_SEEN,
) -> list[int]:
    """Award or refuse, for good: facts frozen, duties begun, the city told. Returns which were decided.

    All of them or none. `beyond`: the committee means to give more grants than the call announced. `seen`: as in
    `save_drafts`. Raises `StillOpen`, `AlreadyDecided` if none of them waits for a decision (any more; those alone are
    left out otherwise), `OwnInterest`, `ReviewFirst`, `ChangedElsewhere`, `AboveCeiling`, `AmountMissing` and
    `MoreThanGrants`.
    """
    call = _closed_call(call_id)
    waiting = _waiting(call_id, decisions)
    if not waiting:
        raise AlreadyDecided
    _refuse_own(waiting, by)
    if _to_review(waiting, by):
        raise ReviewFirst
    _seen_drafts(waiting, seen)
    for application_id in waiting:
        check_amount(call, decisions[application_id])
    more = check_number(call, sum(decisions[i].outcome is AWARDED for i in waiting), beyond=beyond)
    now = clock.now()
    for application in waiting.values():
        _decide(call, application, decisions[application.id], by=by, at=now, beyond=more)
    db.session.execute(sa.delete(DecisionDraft).where(DecisionDraft.application_id.in_(waiting)))
    db.session.flush()
    return list(waiting)


def _decide(
    call: GrantCall, application: Application, decision: Decision, *, by: int, at: datetime, beyond: bool
) -> None:
    write_down(application, decision, by=by, at=at)
    db.session.flush()
    audit.record(
        "application.decide",
        f"application:{application.id}",
        actor_id=by,
        hash=freezing.freeze(application.id, Occasion.DECISION, at=at).hash,
        outcome=decision.outcome.value,
        amount=application.amount,
        reason=decision.reason,
        beyond=beyond,
    )
    if decision.outcome is AWARDED:
        begin_duties(call, application.id, at)
    tell_the_city(call, application, "grant_decided", key=f"decided:{application.id}:{at.isoformat()}")


def write_down(application: Application, decision: Decision, *, by: int, at: datetime) -> None:
    """The decision in force of an application."""
    application.state = decision.outcome
    application.amount = decision.amount if decision.outcome is AWARDED else None
    application.decision_reason = decision.reason
    application.decided_at, application.decided_by_id = at, by


def begin_duties(call: GrantCall, application_id: int, at: datetime) -> None:
    """What a city owes from now on, each due so many months after the day of the award by the call's clocks."""
    day = at.astimezone(ZoneInfo(call.time_zone))
    for report in call.questionnaire.reports:
        due = clock.months_after(day, report.months).date()
        db.session.add(Duty(application_id=application_id, key=report.key, title=report.title, due_on=due))
    db.session.flush()


def check_amount(call: GrantCall, decision: Decision) -> None:
    """Raises `AmountMissing` for an award that says no amount where the call has a currency, and `AboveCeiling`."""
    if decision.outcome is not AWARDED:
        return
    if decision.amount is None and call.currency is not None:
        raise AmountMissing
    if decision.amount is not None and call.ceiling is not None and decision.amount > call.ceiling:
        most = money(call.ceiling, call.currency)
        raise AboveCeiling(_("The call gives at most %(most)s to one city. Write that or less.", most=most))


def _check_named(call: GrantCall, application: Application, decision: Decision) -> None:
    """As `check_amount`, with the city named: what a call gives may have changed since the decision was drafted."""
    try:
        check_amount(call, decision)
    except (AboveCeiling, AmountMissing) as refused:
        city = db.session.get_one(City, application.city_id).name
        raise type(refused)(_("Nothing was sent. %(city)s: %(why)s", city=city, why=refused)) from None


def check_number(call: GrantCall, new: int, *, beyond: bool) -> bool:
    """Whether `new` more awards are more grants than announced. Raises `MoreThanGrants` if nobody said so."""
    if call.grants is None or not new:
        return False
    awarded = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Application)
        .where(Application.call_id == call.id, Application.state == AWARDED)
    )
    over = (awarded or 0) + new - call.grants
    if over > 0 and not beyond:
        announced = ngettext("The call announced %(num)s grant.", "The call announced %(num)s grants.", call.grants)
        more = ngettext(
            "This would be %(num)s more. Nothing was sent. Tick that the committee means it, then send again.",
            "This would be %(num)s more. Nothing was sent. Tick that the committee means it, then send again.",
            over,
        )
        raise MoreThanGrants(f"{announced} {more}")
    return over > 0


def _closed_call(call_id: int) -> GrantCall:
    """The call, locked, so that grants are counted by one at a time. Raises `StillOpen`."""
    call = db.session.get(GrantCall, call_id, with_for_update={"key_share": True}, populate_existing=True)
    if call is None:
        raise NotFound
    if clock.now() < call.closes_at:
        raise StillOpen(call.closes_at, call.time_zone)
    return call


def _waiting(call_id: int, ids: Collection[int]) -> dict[int, Application]:
    """Those of these applications that wait for a decision, by id, locked in order."""
    rows = db.session.scalars(
        sa.select(Application)
        .where(Application.id.in_(ids), Application.call_id == call_id)
        .order_by(Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows if row.state == ApplicationState.SUBMITTED}


def _seen_drafts(applications: Iterable[int], seen: Mapping[int, int]) -> dict[int, DecisionDraft]:
    """The drafts of applications, which are locked. Raises `ChangedElsewhere` unless they are those that were shown."""
    ids = list(applications)
    drafts = _drafts(ids)
    if not _are_seen(ids, drafts, seen):
        raise ChangedElsewhere(
            _(
                "Another administrator changed a draft since you opened this page. Nothing was saved. Look at the list,"
                " then try again."
            )
        )
    return drafts


def _already_decided(applications: Collection[int]) -> AlreadyDecided:
    """That none of these applications waits for a decision any more."""
    if len(applications) == 1:
        return AlreadyDecided()
    return AlreadyDecided(
        _("None of these applications waits for a decision any more. Nothing was changed. Look at how they stand.")
    )


def _drafts(applications: Collection[int]) -> dict[int, DecisionDraft]:
    """The drafts of these applications that there are, by application."""
    rows = db.session.scalars(
        sa.select(DecisionDraft)
        .where(DecisionDraft.application_id.in_(applications))
        .execution_options(populate_existing=True)
    )
    return {draft.application_id: draft for draft in rows}


def _are_seen(applications: Iterable[int], drafts: Mapping[int, DecisionDraft], seen: Mapping[int, int]) -> bool:
    """Whether the drafts of these applications are those that were shown, none included."""
    return all(seen.get(one, 0) == (drafts[one].version_id if one in drafts else 0) for one in applications)


def _to_review(applications: Collection[int], person_id: int) -> set[int]:
    """Those of these applications that the person has still to review."""
    mine = sa.select(Application.id).where(Application.id.in_(applications), has_to_review(person_id))
    return set(db.session.scalars(mine))


def _refuse_own(applications: Collection[int], person_id: int) -> None:
    if list_conflicts(applications, [person_id]):
        raise OwnInterest
