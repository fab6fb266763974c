"""What the settings page of a call says, as plain values."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, datetime

import msgspec

from app.core import merging
from app.quizzes.local_times import is_zone

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
    return facts if facts and _can_be_shown(facts) else None


def _can_be_shown(facts: CallFacts) -> bool:
    """Whether the clocks of the place can show both moments."""
    moments = (facts.opens_at, facts.closes_at)
    return is_zone(facts.time_zone) and all(at.tzinfo and MINYEAR < at.year < MAXYEAR for at in moments)
