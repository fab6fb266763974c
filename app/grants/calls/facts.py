"""What the settings page of a call says, as plain values."""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.core import merging

from ..models import GrantCall


class CallFacts(msgspec.Struct, frozen=True):
    """Title and summary in the call's own language; moments in UTC; `ceiling`: the most of a grant, in whole units."""

    title: str
    summary: str
    slug: str
    time_zone: str
    opens_at: datetime
    closes_at: datetime
    grants: int | None = None
    currency: str | None = None
    ceiling: int | None = None


NAMES = CallFacts.__struct_fields__
DATES = ("time_zone", "opens_at", "closes_at")


def facts_of(call: GrantCall) -> CallFacts:
    """The settings of a call as they stand."""
    source = call.source_language
    rest = {name: getattr(call, name) for name in NAMES if name not in ("title", "summary")}
    return CallFacts(title=call.title.best(source, source), summary=call.summary.best(source, source), **rest)


def decode(carried: str) -> CallFacts | None:
    """What a form carried; None for anything else."""
    facts = merging.decode(carried, CallFacts)
    return facts if facts and facts.opens_at.tzinfo and facts.closes_at.tzinfo else None
