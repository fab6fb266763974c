"""What the settings page of a call says, as plain values, and how two people's changes of it are brought together."""

from __future__ import annotations

from datetime import datetime

import msgspec

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


def changed(before: CallFacts, after: CallFacts) -> frozenset[str]:
    """The names of the fields in which two differ."""
    return frozenset(name for name in NAMES if getattr(before, name) != getattr(after, name))


def taking(mine: CallFacts, theirs: CallFacts, fields: frozenset[str]) -> CallFacts:
    """`mine`, but for these fields `theirs`."""
    return msgspec.structs.replace(mine, **{name: getattr(theirs, name) for name in fields})


def disputed(before: CallFacts, mine: CallFacts, theirs: CallFacts) -> frozenset[str]:
    """The fields that two people changed from what both saw, and not to the same."""
    return changed(before, mine) & changed(before, theirs) & changed(mine, theirs)


def merged(before: CallFacts, mine: CallFacts, theirs: CallFacts) -> CallFacts:
    """`mine`, with what the other changed and `mine` did not."""
    return taking(mine, theirs, changed(before, theirs) - changed(before, mine))


def encode(facts: CallFacts) -> str:
    """As a form carries them, to tell later what its writer saw."""
    return msgspec.json.encode(facts).decode()


def decode(carried: str) -> CallFacts | None:
    """What a form carried; None for anything else."""
    try:
        facts = msgspec.json.decode(carried, type=CallFacts)
    except msgspec.DecodeError:
        return None
    return facts if facts.opens_at.tzinfo and facts.closes_at.tzinfo else None
