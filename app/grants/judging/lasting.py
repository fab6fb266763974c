"""Whether what holds today will still hold when a call closes, if nobody does anything. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..calls.call import CallState, Standing, outlook
from ..rules import Not
from .findings import Finding, Met, WaiverEvidence
from .shapes import Facts


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement that time alone changes before the call closes; `on`: when it is met no longer, if known."""

    before: Finding
    after: Finding
    on: datetime | None

    @property
    def is_loss(self) -> bool:
        return isinstance(self.before, Met)


@dataclass(frozen=True, slots=True)
class Lasting:
    """What the verdict will be when the call closes, and which requirements change until then."""

    finding: Finding
    changes: tuple[Change, ...]

    def of(self, finding: Finding) -> Change | None:
        """What becomes of one of today's findings."""
        return next((change for change in self.changes if change.before is finding), None)

    @property
    def holds(self) -> bool:
        return isinstance(self.finding, Met)


def until_close(standing: Standing) -> Lasting:
    """How a person will stand when the call closes; of a closed call as it was."""
    if standing.state is CallState.CLOSED:
        return Lasting(standing.finding, ())
    closes_at = standing.call.last_moment
    after = standing.call.judged.check(standing.facts, closes_at)
    found = _changes(standing.finding, after, standing.facts, standing.at, closes_at)
    return Lasting(after, tuple(found))


def _changes(before: Finding, after: Finding, facts: Facts, at: datetime, closes_at: datetime) -> Iterator[Change]:
    if before.parts and len(before.parts) == len(after.parts) and not isinstance(before.rule, Not):
        for was, will in zip(before.parts, after.parts, strict=True):
            yield from _changes(was, will, facts, at, closes_at)
    elif isinstance(before, Met) != isinstance(after, Met):
        yield Change(before, after, _until(before, facts, at, closes_at))


def _until(before: Finding, facts: Facts, at: datetime, closes_at: datetime) -> datetime | None:
    """The first moment that what is met is so no longer."""
    if isinstance(before, Met) and isinstance(before.evidence, WaiverEvidence):
        return before.evidence.expires_at
    return outlook(before.rule, facts, at, closes_at).holds_until
