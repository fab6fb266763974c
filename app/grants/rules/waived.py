"""A rule as it is judged where requirements of it are waived for a city."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from app.grants.judging.findings import Finding, Met, WaiverEvidence
from app.grants.judging.shapes import Facts
from app.grants.judging.subject import is_member
from app.network.models import City

from .combinators import Combinator, Leaf, Node, Not
from .requirement import Names
from .trees import mark_of


class Pardon(msgspec.Struct, frozen=True):
    """A waiver: that one city's people need not meet the requirement with this mark, from a moment to a moment."""

    waiver_id: int
    city_id: int
    mark: str
    reason: str
    owner_id: int
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def holds_at(self, at: datetime) -> bool:
        """From the moment it is granted up to, not including, the one when it ends."""
        return self.granted_at <= at < self.ends_at

    @property
    def ends_at(self) -> datetime:
        return self.expires_at if self.revoked_at is None else min(self.expires_at, self.revoked_at)


class Waived(msgspec.Struct, frozen=True):
    """A requirement that some cities need not meet: never stored, and a leaf to whoever walks the tree.

    What is met by itself says so; the waiver is the evidence only where it decides.
    """

    rule: Leaf | Not
    pardons: tuple[Pardon, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return ()

    @property
    def asks_person(self) -> bool:
        """No: a city that need not meet it needs nobody for it."""
        return False

    def leaves(self) -> Iterator[Leaf]:
        yield from self.rule.leaves()

    def asked(self) -> Iterator[Leaf]:
        yield from self.rule.asked()

    def needed(self) -> Iterator[Leaf]:
        yield from self.rule.needed()

    def turns(self, facts: Facts) -> Iterator[datetime]:
        yield from self.rule.turns(facts)
        yield from (pardon.ends_at for pardon in self.pardons if pardon.city_id == facts.city_id)

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(self._is_waived(at), self.rule.clause(at))

    def met(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(self._is_waived(at), self.rule.met(at))

    def met_by(self, _at: datetime) -> None:
        """Whom it is asked of depends on the city."""

    def possible(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(self._is_waived(at), self.rule.possible(at))

    def _is_waived(self, at: datetime) -> sa.ColumnElement[bool]:
        ids = {pardon.city_id for pardon in self.pardons if pardon.holds_at(at)}
        return sa.and_(City.id.is_not(None), is_member(at), City.id.in_(sorted(ids)))

    def check(self, facts: Facts, at: datetime) -> Finding:
        finding = self.rule.check(facts, at)
        if isinstance(finding, Met) or facts.city is None or not facts.city.is_member_at(at):
            return finding
        holding = [p for p in self.pardons if p.city_id == facts.city.id and p.holds_at(at)]
        if not holding:
            return finding
        last = max(holding, key=lambda pardon: (pardon.ends_at, pardon.waiver_id))
        return Met(self.rule, WaiverEvidence(last.waiver_id, last.reason, last.owner_id, last.expires_at))

    def sentence(self, say: Names) -> str:
        return self.rule.sentence(say)


def waivable(rule: Node) -> Iterator[Leaf | Not]:
    """What of the rule can be waived: leaves, and a `not` as a whole, never what it denies."""
    if isinstance(rule, Combinator):
        for part in rule.of:
            yield from waivable(part)
    else:
        yield rule


def waive(rule: Node, pardons: Sequence[Pardon]) -> Node:
    """The rule with what is waived wrapped, its shape unchanged: what is `waivable`, by its mark."""
    if not pardons:
        return rule
    if isinstance(rule, Combinator):
        return cast(Node, msgspec.structs.replace(rule, of=tuple(waive(part, pardons) for part in rule.of)))
    mark = mark_of(rule)
    mine = tuple(pardon for pardon in pardons if pardon.mark == mark)
    wrapped: Any = Waived(rule, mine) if mine else rule
    return cast(Node, wrapped)
