"""What administrators do with the rule of a call: write its draft, put it in force or propose it, decide on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.text import Text, source_first
from app.extensions import db
from app.messages.services import Told, tell_many

from ..models import CallChange, ChangeKind, GrantCall, Rule, RuleDraft
from ..rules import Node, read, write
from . import queries
from .errors import (
    AlreadyDecided,
    CallHasClosed,
    CallHasOpened,
    DraftChanged,
    NothingNew,
    NothingToUndo,
    NotYourProposal,
    OwnProposal,
    ProposalWaits,
    ReasonNeeded,
    RuleHasFaults,
)
from .versions import Ruled


def change_draft(*, call_id: int, seen: str, alter: Callable[[Node], Node], by: int, what: str) -> Ruled:
    """Change the draft by `alter`, a pure function of the rule; the first change begins one from the rule in force.

    `what` names the change in the audit log, from where it can be taken back. Raises `DraftChanged` where the draft is
    not the one that was `seen`, and what `alter` raises.
    """
    call = _locked_as_seen(call_id, seen)
    return _write(call, alter(call.rule), by, queries.CHANGED, what)


def start_from(*, call_id: int, number: int, seen: str, by: int) -> Ruled:
    """Take an old version as the draft. Raises `DraftChanged` and `NotFound`."""
    call = _locked_as_seen(call_id, seen)
    version = queries.get_version(call, number)
    return _write(call, version.rule, by, queries.CHANGED, f"start from {number}")


def undo(*, call_id: int, seen: str, by: int) -> Ruled:
    """Take the last change of the draft back; done twice, it is there again. Raises `DraftChanged`, `NothingToUndo`."""
    call = _locked_as_seen(call_id, seen)
    event = queries.find_last_change(call)
    if event is None:
        raise NothingToUndo
    return _write(call, read(event.details["before"]), by, queries.UNDONE, event.details["what"])


def discard(*, call_id: int, seen: str, by: int) -> None:
    """Let the draft go, so that the rule in force stands there again. Raises `DraftChanged`, `NotFound`."""
    call = _locked_as_seen(call_id, seen)
    if call.draft is None:
        raise NotFound
    _end_draft(call)
    audit.record(
        queries.DISCARDED,
        f"grant_call:{call.id}",
        actor_id=by,
        what="discard",
        before=write(call.draft.rule),
        version=0,
    )
    db.session.flush()


def put_in_force(
    *, call_id: int, seen: str, by: int, reason: str, approved_by: Text | None = None, approved_on: date | None = None
) -> Rule:
    """Make the draft the rule in force at once, as long as the call has not opened; once it was published, say why.

    Raises `CallHasOpened`, `CallHasClosed`, `ReasonNeeded`, `DraftChanged`, `ProposalWaits`, `NothingNew` and
    `RuleHasFaults`.
    """
    call, now = _locked_as_seen(call_id, seen), clock.now()
    _check_ready(call)
    if call.has_opened(now):
        raise CallHasOpened
    if call.ever_published and not reason.strip():
        raise ReasonNeeded
    version = _new_version(call, by, reason, approved_by, approved_on)
    _enforce(call, version)
    audit.record("rule.put_in_force", f"grant_call:{call.id}", actor_id=by, number=version.number)
    db.session.flush()
    return version


def propose(
    *, call_id: int, seen: str, by: int, reason: str, approved_by: Text | None = None, approved_on: date | None = None
) -> Rule:
    """Let the draft wait for a second person, and tell the other administrators.

    Raises `ReasonNeeded`, `CallHasClosed`, `DraftChanged`, `ProposalWaits`, `NothingNew` and `RuleHasFaults`.
    """
    call = _locked_as_seen(call_id, seen)
    _check_ready(call)
    if not reason.strip():
        raise ReasonNeeded
    version = _new_version(call, by, reason, approved_by, approved_on)
    audit.record("rule.propose", f"grant_call:{call.id}", actor_id=by, number=version.number)
    told = [
        Told(f"rule_waits:{version.id}", person_id, _values(call, version))
        for person_id in queries.list_administrators(but=by)
    ]
    tell_many("rule_waits", told)
    db.session.flush()
    return version


def approve(*, call_id: int, number: int, by: int) -> Rule:
    """Put a proposed rule in force, as the second person, and tell its author.

    Raises as `_to_decide`, `CallHasClosed` and `RuleHasFaults`.
    """
    call, version = _to_decide(call_id, number, by)
    _check_not_closed(call)
    _check_sound(call, read(version.tree))
    version.approved_by_id = by
    _enforce(call, version)
    audit.record("rule.approve", f"grant_call:{call.id}", actor_id=by, number=number)
    _tell_author(call, version, outcome="approved")
    db.session.flush()
    return version


def dismiss(*, call_id: int, number: int, by: int, why: str) -> Rule:
    """Let a proposed rule go, as the second person, with the reason, and tell its author; also once the call closed.

    Raises as `_to_decide`, and `ReasonNeeded`.
    """
    call, version = _to_decide(call_id, number, by)
    if not why.strip():
        raise ReasonNeeded(field="why")
    _let_go(version, by, why.strip())
    audit.record("rule.dismiss", f"grant_call:{call.id}", actor_id=by, number=number)
    _tell_author(call, version, outcome="dismissed")
    db.session.flush()
    return version


def take_back(*, call_id: int, number: int, by: int) -> Rule:
    """Let go what one proposed oneself, while nobody has decided; it stays on record, as what is dismissed does.

    Raises `NotFound`, `AlreadyDecided` and `NotYourProposal`.
    """
    call, version = _waiting(call_id, number)
    if version.written_by_id != by:
        raise NotYourProposal
    _let_go(version, by, None)
    audit.record("rule.take_back", f"grant_call:{call.id}", actor_id=by, number=number)
    db.session.flush()
    return version


def _let_go(version: Rule, by: int, why: str | None) -> None:
    version.dismissed_at = clock.now()
    version.dismissed_by_id = by
    version.dismissed_why = why


def _tell_author(call: Ruled, version: Rule, *, outcome: str) -> None:
    if version.written_by_id is not None:
        values = {**_values(call, version), "outcome": outcome, "why": version.dismissed_why or ""}
        tell_many("rule_decided", [Told(f"rule_decided:{version.id}", version.written_by_id, values)])


def _values(call: Ruled, version: Rule) -> dict[str, Any]:
    """What a notice about a version needs."""
    return {"slug": call.slug, "number": version.number, "titles": source_first(call.title, call.source_language)}


def _to_decide(call_id: int, number: int, by: int) -> tuple[Ruled, Rule]:
    """As `_waiting`, for a second person. Raises `OwnProposal` besides."""
    call, version = _waiting(call_id, number)
    if version.written_by_id == by:
        raise OwnProposal
    return call, version


def _waiting(call_id: int, number: int) -> tuple[Ruled, Rule]:
    """A proposed version, under the call's lock. Raises `NotFound` and `AlreadyDecided`."""
    call = _locked(call_id)
    version = db.session.scalars(
        sa.select(Rule).where(Rule.call_id == call_id, Rule.number == number).execution_options(populate_existing=True)
    ).one_or_none()
    if version is None:
        raise NotFound
    if version.in_force_at is not None or version.dismissed_at is not None:
        raise AlreadyDecided
    return call, version


def _locked_as_seen(call_id: int, seen: str) -> Ruled:
    call = _locked(call_id)
    if call.seen != seen:
        raise DraftChanged
    return call


def _locked(call_id: int) -> Ruled:
    """Whoever changes anything of a call's rules holds the call first, so that two come one after the other."""
    db.session.execute(sa.select(GrantCall.id).where(GrantCall.id == call_id).with_for_update()).one()
    return queries.get_ruled_by_id(call_id)


def _write(call: Ruled, rule: Node, by: int, action: str, what: str) -> Ruled:
    draft = db.session.get(RuleDraft, call.id, populate_existing=True)
    if draft is None:
        draft = RuleDraft(call_id=call.id)
        db.session.add(draft)
    draft.tree = write(rule)
    draft.saved_by_id = by
    draft.saved_at = clock.now()
    db.session.flush()
    audit.record(
        action,
        f"grant_call:{call.id}",
        actor_id=by,
        what=what,
        before=write(call.rule),
        version=draft.version_id,
    )
    db.session.flush()
    return queries.get_ruled_by_id(call.id)


def _end_draft(call: Ruled) -> None:
    db.session.execute(sa.delete(RuleDraft).where(RuleDraft.call_id == call.id))


def _check_ready(call: Ruled) -> None:
    _check_not_closed(call)
    if call.waiting is not None:
        raise ProposalWaits
    if not call.changed:
        raise NothingNew
    _check_sound(call, call.rule)


def _check_not_closed(call: Ruled) -> None:
    if call.has_closed(clock.now()):
        raise CallHasClosed


def _check_sound(call: Ruled, rule: Node) -> None:
    if any(problem.blocks for problem in queries.list_faults(call, rule)):
        raise RuleHasFaults


def _new_version(call: Ruled, by: int, reason: str, approved_by: Text | None, approved_on: date | None) -> Rule:
    """The draft as the next version, neither in force nor dismissed yet; the draft is done with."""
    newest = db.session.scalar(sa.select(sa.func.max(Rule.number)).where(Rule.call_id == call.id)) or 0
    version = Rule(
        call_id=call.id,
        number=newest + 1,
        tree=write(call.rule),
        written_by_id=by,
        approved_by=approved_by,
        approved_on=approved_on,
        reason=reason.strip(),
        created_at=clock.now(),
    )
    db.session.add(version)
    _end_draft(call)
    db.session.flush()
    return version


def _enforce(call: Ruled, version: Rule) -> None:
    """From now on `version` decides; a call that everybody could ever read says so in its change log."""
    now = clock.now()
    version.in_force_at = now
    # Beside the mapper: a new rule is no conflict for who edits the call's texts.
    db.session.execute(sa.update(GrantCall).where(GrantCall.id == call.id).values(rule_id=version.id))
    if call.ever_published:
        former = call.in_force.number if call.in_force else None
        db.session.add(
            CallChange(
                call_id=call.id,
                at=now,
                person_id=version.written_by_id,
                kind=ChangeKind.RULE,
                why=version.reason,
                values={"number": version.number, "former": former},
            )
        )
