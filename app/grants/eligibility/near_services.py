"""Reminding those of a city who are one step away: by who may know who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from app.auth.identity import Identity
from app.core import audit, clock
from app.core.text import source_first
from app.extensions import db
from app.messages.models import Notice
from app.messages.services import Told, tell_many

from ..calls.call import Call, CallState, CityJudgement
from ..errors import CallIsClosed
from ..judging.findings import Finding, Met, is_barred, next_leaf
from ..models import GrantCall

KIND = "grant_step"
AGAIN = timedelta(days=7)  # after a reminder somebody may be reminded anew


def remind_near(call: Call, city: CityJudgement, *, by: Identity) -> int:
    """Tell each of a city's practitioners who have one step left, and can take it, that `by` reminds them of it.

    Returns to how many a reminder goes: whom anybody reminded in the seven days before is left. Raises `CallIsClosed`.
    """
    now = clock.now()
    if call.state_at(now) is CallState.CLOSED:
        raise CallIsClosed
    near = [person_id for person_id, finding in city.findings.items() if is_near(finding) and person_id != by.id]
    year, week, _day = now.isocalendar()
    told = set(
        db.session.scalars(
            sa.select(Notice.person_id).where(
                Notice.person_id.in_(near),
                Notice.kind == KIND,
                Notice.key.startswith(f"{KIND}:{call.id}:", autoescape=True),
                Notice.created_at > now - AGAIN,
            )
        )
    )
    values = {
        "slug": call.slug,
        "titles": source_first(call.title, call.source_language),
        "closes_at": call.closes_at.isoformat(),
        "by": by.name,
        "by_id": by.id,
    }
    # The key keeps two who press in the same moment from reminding twice; seven days later it is another week’s.
    new = [Told(f"{KIND}:{call.id}:{one}:{year}-{week}", one, values) for one in near if one not in told]
    tell_many(KIND, new)
    audit.record("grant_call.remind_near", f"grant_call:{call.id}", actor_id=by.id, city=city.city.id, people=len(new))
    return len(new)


def is_near(finding: Finding) -> bool:
    """Whether one step is left that can be taken now."""
    leaf = next_leaf(finding)
    if isinstance(finding, Met) or leaf is None:
        return False
    return finding.steps == 1 and not finding.is_out_of_reach and not is_barred(leaf)


def still_open(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices whose call closes when they say, and has not closed. One statement."""
    slugs = {notice.values["slug"] for notice in notices}
    rows = db.session.execute(
        sa.select(GrantCall.slug, GrantCall.closes_at).where(
            GrantCall.slug.in_(slugs), GrantCall.published_at.is_not(None), GrantCall.closes_at > clock.now()
        )
    )
    closings = {(row.slug, row.closes_at.isoformat()) for row in rows}
    return {notice.id for notice in notices if (notice.values["slug"], notice.values["closes_at"]) in closings}
