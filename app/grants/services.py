"""What administrators do with grant calls and their rules."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import available_timezones

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import audit, clock
from app.core.text import Text
from app.extensions import db

from .errors import InvalidRule, NoRule, NotApproved
from .judging.queries import list_problems
from .models import CallChange, ChangeKind, GrantCall, Rule
from .rules import Node, read, write


def create_call(
    *,
    slug: str,
    source_language: str,
    title: Text,
    summary: Text,
    opens_at: datetime,
    closes_at: datetime,
    time_zone: str,
    grants: int | None = None,
    by: int | None,
) -> GrantCall:
    """Write a new call, unpublished and without a rule. `by` is the person's id, None for the system.

    Raises `ValueError` for a time zone that does not exist; the database refuses a call that closes before it opens.
    """
    if time_zone not in available_timezones():
        raise ValueError(f"no time zone {time_zone}")
    call = GrantCall(
        slug=slug,
        source_language=source_language,
        title=title,
        summary=summary,
        grants=grants,
        time_zone=time_zone,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    db.session.add(call)
    db.session.flush()
    audit.record("grant_call.create", f"grant_call:{call.id}", actor_id=by)
    return call


def set_rule(
    *,
    call_id: int,
    rule: Node,
    by: int | None,
    approved_by: Text | None = None,
    approved_on: date | None = None,
    reason: str = "",
) -> Rule:
    """Put the next version of a call's rule in force, past the pages on which a second person approves it.

    Earlier versions stay. Cities count on the rule of a published call, so a new one says who approved it, when and
    why, and stands in the call's change log. Raises `InvalidRule` and, where that is not said, `NotApproved`.
    """
    tree = _checked(rule)
    call = _locked(call_id)
    if call.published_at is not None and not (approved_by and approved_on and reason.strip()):
        raise NotApproved
    newest = db.session.scalar(sa.select(sa.func.max(Rule.number)).where(Rule.call_id == call.id)) or 0
    version = Rule(
        call_id=call.id,
        number=newest + 1,
        tree=tree,
        written_by_id=by,
        approved_by=approved_by,
        approved_on=approved_on,
        reason=reason,
        created_at=clock.now(),
        in_force_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    if call.published_at is not None:
        former = db.session.get(Rule, call.rule_id)
        db.session.add(
            CallChange(
                call_id=call.id,
                at=clock.now(),
                person_id=by,
                kind=ChangeKind.RULE,
                why=reason,
                values={"number": version.number, "former": former.number if former else None},
            )
        )
    call.rule_id = version.id
    audit.record("grant_call.set_rule", f"grant_call:{call.id}", actor_id=by, number=version.number)
    db.session.flush()
    return version


def publish_call(*, call_id: int, by: int | None) -> GrantCall:
    """Show a call to everyone, from now on; it opens and closes by its dates. Raises `NoRule`."""
    call = _locked(call_id)
    if call.rule_id is None:
        raise NoRule
    if call.published_at is None:
        call.published_at = clock.now()
        audit.record("grant_call.publish", f"grant_call:{call.id}", actor_id=by)
        db.session.flush()
    return call


def _locked(call_id: int) -> GrantCall:
    return db.session.execute(sa.select(GrantCall).where(GrantCall.id == call_id).with_for_update()).scalar_one()


def _checked(rule: Node) -> dict[str, object]:
    tree = write(rule)
    try:
        rule = read(tree)
    except msgspec.ValidationError as error:
        raise InvalidRule(_("This rule cannot be judged: %(fault)s", fault=str(error))) from error
    for problem in list_problems(rule):
        if problem.blocks:
            raise InvalidRule(problem.words)
    return tree
