"""What is read of the rules of a call by those who write them. Only administrators come here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person, PersonRole, PersonState, Role
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.extensions import db

from ..calls.queries import EVER_PUBLISHED
from ..eligibility.certificate_queries import list_untimely
from ..judging.queries import list_problems
from ..models import GrantCall, Rule, RuleDraft, Waiver
from ..queries import PARDON, pardon_of
from ..rules import Node, Problem, read
from .versions import Draft, InForce, Ruled, Version, VersionState
from .words import says

# What changes a draft, as the audit log says it; the last of these is what Undo takes back.
CHANGED, UNDONE, DISCARDED = "rule_draft.change", "rule_draft.undo", "rule_draft.discard"
ENDED = ("rule.put_in_force", "rule.propose")

_waiting = (
    sa.select(Rule.number)
    .where(Rule.call_id == GrantCall.id, Rule.in_force_at.is_(None), Rule.dismissed_at.is_(None))
    .correlate(GrantCall)
    .scalar_subquery()
)
_RULED = (
    sa.select(
        GrantCall.id,
        GrantCall.slug,
        GrantCall.title,
        GrantCall.source_language,
        GrantCall.time_zone,
        GrantCall.published_at,
        EVER_PUBLISHED.label("ever_published"),
        GrantCall.opens_at,
        GrantCall.closes_at,
        Rule.id.label("rule_id"),
        Rule.number,
        Rule.tree,
        RuleDraft.tree.label("draft"),
        RuleDraft.saved_by_id,
        Person.name.label("saved_by"),
        RuleDraft.saved_at,
        RuleDraft.version_id,
        _waiting.label("waiting"),
        *PARDON,
    )
    .outerjoin(Rule, Rule.id == GrantCall.rule_id)
    .outerjoin(RuleDraft, RuleDraft.call_id == GrantCall.id)
    .outerjoin(Person, Person.id == RuleDraft.saved_by_id)
    .outerjoin(Waiver, Waiver.call_id == GrantCall.id)
    .order_by(Waiver.id)
)


def get_ruled(slug: str) -> Ruled:
    """The call at `slug` with its rule, its draft and what is waived. One statement. Raises `NotFound`."""
    rows = db.session.execute(_RULED.where(GrantCall.slug == slug)).all()
    if not rows:
        raise NotFound
    return _ruled(rows)


def get_ruled_by_id(call_id: int) -> Ruled:
    """As `get_ruled`, for a service that holds the call's lock."""
    return _ruled(db.session.execute(_RULED.where(GrantCall.id == call_id)).all())


def _ruled(rows: Sequence[Any]) -> Ruled:
    """The call of rows that differ in the waiver alone."""
    row = rows[0]
    return Ruled(
        id=row.id,
        slug=row.slug,
        title=row.title,
        source_language=row.source_language,
        time_zone=row.time_zone,
        published_at=row.published_at,
        ever_published=row.ever_published,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        in_force=InForce(row.rule_id, row.number, read(row.tree)) if row.rule_id else None,
        draft=Draft(read(row.draft), row.saved_by_id, row.saved_by, row.saved_at, row.version_id)
        if row.draft is not None
        else None,
        waiting=row.waiting,
        waivers=tuple(pardon_of(each) for each in rows if each.waiver_id is not None),
    )


def list_faults(call: Ruled, rule: Node) -> list[Problem]:
    """What is wrong with a rule of this call, in words, what stops it first.

    Statements as `list_problems`; where it asks for certificates on a day, two more, and those of `named_by`.
    """
    found = list_problems(rule) + list_untimely(rule, says, opens_at=call.opens_at, closes_at=call.closes_at)
    return sorted(found, key=lambda problem: not problem.blocks)


def list_versions(call: Ruled) -> list[Version]:
    """Every version of the call's rule, the newest first. One statement."""
    return [_version(row, call) for row in db.session.execute(_versions(call).order_by(Rule.number.desc()))]


def get_version(call: Ruled, number: int) -> Version:
    """One version. Raises `NotFound`."""
    row = db.session.execute(_versions(call).where(Rule.number == number)).one_or_none()
    if row is None:
        raise NotFound
    return _version(row, call)


def _versions(call: Ruled) -> sa.Select[Rule, str, str, str]:
    author, approver, dismisser = (sa.orm.aliased(Person) for _each in range(3))
    return (
        sa.select(
            Rule,
            author.name.label("author"),
            approver.name.label("approver"),
            dismisser.name.label("dismisser"),
        )
        .outerjoin(author, author.id == Rule.written_by_id)
        .outerjoin(approver, approver.id == Rule.approved_by_id)
        .outerjoin(dismisser, dismisser.id == Rule.dismissed_by_id)
        .where(Rule.call_id == call.id)
    )


def _version(row: Any, call: Ruled) -> Version:
    rule: Rule = row.Rule
    return Version(
        id=rule.id,
        number=rule.number,
        rule=read(rule.tree),
        state=_state(rule, call),
        created_at=rule.created_at,
        in_force_at=rule.in_force_at,
        dismissed_at=rule.dismissed_at,
        reason=rule.reason,
        dismissed_why=rule.dismissed_why,
        written_by_id=rule.written_by_id,
        written_by=row.author,
        approved_by_name=row.approver,
        dismissed_by_id=rule.dismissed_by_id,
        dismissed_by=row.dismisser,
        approved_by=rule.approved_by,
        approved_on=rule.approved_on,
    )


def _state(rule: Rule, call: Ruled) -> VersionState:
    if rule.dismissed_at is not None:
        return VersionState.DISMISSED
    if rule.in_force_at is None:
        return VersionState.PROPOSED
    in_force = call.in_force is not None and rule.id == call.in_force.id
    return VersionState.IN_FORCE if in_force else VersionState.FORMER


def find_last_change(call: Ruled) -> AuditEvent | None:
    """The last change of the draft, where it can still be taken back."""
    event = db.session.scalars(
        sa.select(AuditEvent)
        .where(
            AuditEvent.subject == f"grant_call:{call.id}",
            AuditEvent.action.in_((CHANGED, UNDONE, DISCARDED, *ENDED)),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if event is None or event.action in ENDED:
        return None
    return event if event.details["version"] == (call.draft.version_id if call.draft else 0) else None


def list_administrators(*, but: int) -> list[int]:
    """The ids of the active administrators without `but`, in order."""
    return list(
        db.session.scalars(
            sa.select(Person.id)
            .join(PersonRole, PersonRole.person_id == Person.id)
            .where(
                PersonRole.role == Role.ADMINISTRATOR,
                PersonRole.to_at.is_(None),
                Person.state == PersonState.ACTIVE,
                Person.id != but,
            )
            .distinct()
            .order_by(Person.id)
        )
    )
