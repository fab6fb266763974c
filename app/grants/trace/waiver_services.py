"""Waivers: a requirement that one city's people need not meet, granted and revoked by administrators."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import audit, clock
from app.core.errors import NotFound
from app.extensions import db
from app.network.models import City

from .. import rules
from ..errors import NotWaivable
from ..models import GrantCall, Rule, Waiver
from ..reviews.conflicts import find_conflict
from ..reviews.errors import OwnInterest, TooLateToWaive


def grant(*, call_id: int, city_id: int, leaf: str, reason: str, expires_at: datetime, by: int) -> Waiver:
    """Count a requirement as met for a city up to, not including, `expires_at`; `leaf` is its mark.

    Whoever grants it answers for it, is of another city and has no conflict in its application. Raises `OwnInterest`;
    `TooLateToWaive` once the call has closed; `NotWaivable` where the rule in force does not ask for it, where it is
    waived already, or where the end is over; `NotFound` where there is no such city.
    """
    now = clock.now()
    row = db.session.execute(
        sa.select(Rule.tree, GrantCall.opens_at, GrantCall.closes_at)
        .join(GrantCall, GrantCall.rule_id == Rule.id)
        .where(GrantCall.id == call_id)
        .with_for_update(of=GrantCall)
    ).one_or_none()
    if row is None or db.session.get(City, city_id) is None:
        raise NotFound
    if find_conflict(by, call_id=call_id, city_id=city_id, since=row.opens_at):
        raise OwnInterest
    if row.closes_at <= now:
        raise TooLateToWaive
    if leaf not in {rules.mark_of(asked) for asked in rules.waivable(rules.read(row.tree))}:
        raise NotWaivable(_("The rule in force does not ask for this any more. Look at the rule, then choose again."))
    if expires_at <= now:
        raise NotWaivable(_("This day is over. Choose one that is still to come."), field="until")
    held = sa.select(Waiver.id).where(
        Waiver.call_id == call_id, Waiver.city_id == city_id, Waiver.leaf == leaf, in_force(now)
    )
    if db.session.scalar(held) is not None:
        raise NotWaivable(_("This requirement is waived for this city already. Revoke that first, to change it."))
    waiver = Waiver(
        call_id=call_id, city_id=city_id, leaf=leaf, reason=reason, owner_id=by, granted_at=now, expires_at=expires_at
    )
    db.session.add(waiver)
    db.session.flush()
    audit.record("waiver.grant", f"grant_call:{call_id}", actor_id=by, waiver=waiver.id, city=city_id)
    return waiver


def revoke(*, waiver_id: int, why: str, by: int) -> None:
    """End a waiver now, with a reason; one that has ended stays as it is. Raises `OwnInterest`."""
    call_id = db.session.scalar(sa.select(Waiver.call_id).where(Waiver.id == waiver_id))
    if call_id is None:
        raise NotFound
    opens_at = db.session.execute(
        sa.select(GrantCall.opens_at).where(GrantCall.id == call_id).with_for_update()
    ).scalar_one()
    waiver = db.session.get_one(Waiver, waiver_id, with_for_update=True, populate_existing=True)
    if find_conflict(by, call_id=call_id, city_id=waiver.city_id, since=opens_at):
        raise OwnInterest
    now = clock.now()
    if waiver.revoked_at is not None or waiver.expires_at <= now:
        return
    waiver.revoked_at, waiver.revoked_by_id, waiver.revoked_why = now, by, why
    audit.record("waiver.revoke", f"grant_call:{waiver.call_id}", actor_id=by, waiver=waiver.id, city=waiver.city_id)
    db.session.flush()


def in_force(at: datetime) -> sa.ColumnElement[bool]:
    """That a waiver counts at `at`: from its first moment up to, not including, its end."""
    return sa.and_(
        Waiver.granted_at <= at,
        Waiver.expires_at > at,
        sa.or_(Waiver.revoked_at.is_(None), Waiver.revoked_at > at),
    )
