"""A call as its rule is written: the version in force, the draft of the next, and the one that waits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from app.core.text import Text

from ..rules import Node, Pardon, waive, write
from ..rules.moments import TICK
from .shaping import NOTHING


class VersionState(StrEnum):
    IN_FORCE = "in force"
    FORMER = "former"
    PROPOSED = "proposed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a call's rule; the people by name, None where nobody or the system did it."""

    id: int
    number: int
    rule: Node
    state: VersionState
    created_at: datetime
    in_force_at: datetime | None
    dismissed_at: datetime | None
    reason: str
    dismissed_why: str | None
    written_by_id: int | None
    written_by: str | None
    approved_by_name: str | None
    dismissed_by_id: int | None
    dismissed_by: str | None
    approved_by: Text | None
    approved_on: date | None

    @property
    def is_taken_back(self) -> bool:
        """Whether its author let it go before anybody decided."""
        return self.dismissed_by_id is not None and self.dismissed_by_id == self.written_by_id

    @property
    def decided_by(self) -> str | None:
        """The second person, whichever way they decided."""
        return self.approved_by_name or (None if self.is_taken_back else self.dismissed_by)


@dataclass(frozen=True, slots=True)
class Draft:
    """The next rule while it is written, who saved it last and when."""

    rule: Node
    saved_by_id: int
    saved_by: str
    saved_at: datetime
    version_id: int


@dataclass(frozen=True, slots=True)
class InForce:
    """The rule that decides today."""

    id: int
    number: int
    rule: Node


@dataclass(frozen=True, slots=True)
class Ruled:
    """A call, published or not, with the rule in force and the next one, and what is waived for some cities.

    `waiting`: the number of the proposed one. `ever_published`: whether people could see the call at any time.
    """

    id: int
    slug: str
    title: Text
    source_language: str
    time_zone: str
    published_at: datetime | None
    ever_published: bool
    opens_at: datetime
    closes_at: datetime
    in_force: InForce | None
    draft: Draft | None
    waiting: int | None
    waivers: tuple[Pardon, ...] = ()

    @property
    def rule(self) -> Node:
        """What the editor shows: the draft, else the rule in force, else nothing yet."""
        if self.draft:
            return self.draft.rule
        return self.in_force.rule if self.in_force else NOTHING

    @property
    def seen(self) -> str:
        """The mark of what a page showed, which a change carries back: another draft has another."""
        return mark(self.rule, self.draft.version_id if self.draft else 0)

    @property
    def changed(self) -> bool:
        """Whether the draft says something else than the rule in force."""
        return self.draft is not None and (self.in_force is None or self.draft.rule != self.in_force.rule)

    @property
    def last_moment(self) -> datetime:
        """The last moment at which it is open, as of which it is judged once it has closed."""
        return self.closes_at - TICK

    def judged(self, rule: Node) -> Node:
        """`rule` as the call would judge by it: with what is waived for some cities met for them."""
        return waive(rule, self.waivers)

    def waives(self, rule: Node, at: datetime) -> bool:
        """Whether the call judges by `rule` otherwise than it reads, since something of it is waived at `at`."""
        return waive(rule, [pardon for pardon in self.waivers if pardon.holds_at(at)]) != rule

    def is_published(self, at: datetime) -> bool:
        return self.published_at is not None and self.published_at <= at

    def has_opened(self, at: datetime) -> bool:
        """From then on a change needs a second person."""
        return self.is_published(at) and self.opens_at <= at

    def has_closed(self, at: datetime) -> bool:
        """From then on the rule stays."""
        return self.is_published(at) and self.closes_at <= at


def mark(rule: Node, version_id: int) -> str:
    """What tells one state of a draft from another: how often it was saved, and what it says."""
    return f"{version_id}-{hashlib.sha256(msgspec.json.encode(write(rule), order='sorted')).hexdigest()[:16]}"
