"""`all`, `any` and `at_least` over other rules, in SQL's three values."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _

from app.grants.facts import Facts
from app.grants.findings import Finding, HowFar, Met, Missing, Reason, Unit, Unknown, effort

from .leaves import Certified, CityTrained, Completed, Leaf, Title

Parts = Annotated[tuple["Node", ...], msgspec.Meta(min_length=1)]


class Combinator(msgspec.Struct, frozen=True):
    """What the three have in common: parts, of which some number is needed."""

    of: Parts

    def leaves(self) -> Iterator[Leaf]:
        """Every requirement in the tree, in order."""
        for part in self.of:
            yield from part.leaves()

    def needed(self) -> Iterator[Leaf]:
        """The requirements that nobody can do without, in order."""
        if self.tally(())[1] >= len(self.of):
            for part in self.of:
                yield from part.needed()

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        """How many of the parts needed are met, and how many are needed."""
        raise NotImplementedError

    def nearest(self, parts: Sequence[Finding]) -> tuple[Finding, ...]:
        """The unmet parts that are the shortest way to meeting this rule, in the order they stand in."""
        met, needed = self.tally(parts)
        unmet = [i for i, part in enumerate(parts) if not isinstance(part, Met)]
        unmet.sort(key=lambda i: effort(parts[i]))
        return tuple(parts[i] for i in sorted(unmet[: max(needed - met, 0)]))

    def _met(self, parts: tuple[Finding, ...]) -> Met:
        return Met(self, parts=parts)  # type: ignore[arg-type]

    def _missing(self, parts: tuple[Finding, ...]) -> Missing:
        met, needed = self.tally(parts)
        how_far = HowFar(met, needed, Unit.REQUIREMENTS)
        return Missing(self, Reason.PARTS, how_far, parts=parts, todo=self._todo(parts))  # type: ignore[arg-type]

    def _unknown(self, parts: tuple[Finding, ...]) -> Unknown:
        return Unknown(self, Reason.PARTS, parts, self._todo(parts))  # type: ignore[arg-type]

    def _todo(self, parts: tuple[Finding, ...]) -> frozenset[Hashable]:
        """What is to be done on the nearest way; this rule itself where it asks for more parts than there are."""
        todo: frozenset[Hashable] = frozenset().union(*(part.todo for part in self.nearest(parts)))
        return todo | {self} if self.tally(parts)[1] > len(parts) else todo


class All(Combinator, frozen=True, tag="all"):
    """Every part."""

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.and_(sa.true(), *(part.clause(at) for part in self.of))

    def check(self, facts: Facts, at: datetime) -> Finding:
        parts = tuple(part.check(facts, at) for part in self.of)
        if any(isinstance(part, Missing) for part in parts):
            return self._missing(parts)
        return self._unknown(parts) if any(isinstance(part, Unknown) for part in parts) else self._met(parts)

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        return _met_among(parts), len(self.of)

    def sentence(self, _title: Title) -> str:
        return _("All of these:")


class Any_(Combinator, frozen=True, tag="any"):
    """One part or more."""

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(sa.false(), *(part.clause(at) for part in self.of))

    def check(self, facts: Facts, at: datetime) -> Finding:
        parts = tuple(part.check(facts, at) for part in self.of)
        if any(isinstance(part, Met) for part in parts):
            return self._met(parts)
        return self._unknown(parts) if any(isinstance(part, Unknown) for part in parts) else self._missing(parts)

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        return min(_met_among(parts), 1), 1

    def sentence(self, _title: Title) -> str:
        return _("One of these:")


class AtLeast(Combinator, frozen=True, tag="at_least"):
    """`n` parts or more: met when enough are met, missing when too few could be, else unknown."""

    n: Annotated[int, msgspec.Meta(ge=1)]

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        clauses = [part.clause(at) for part in self.of]
        met = _sum(sa.case((clause, 1), else_=0) for clause in clauses)
        possible = _sum(sa.case((sa.not_(clause), 0), else_=1) for clause in clauses)
        return sa.case((met >= self.n, sa.true()), (possible < self.n, sa.false()), else_=sa.null())

    def check(self, facts: Facts, at: datetime) -> Finding:
        parts = tuple(part.check(facts, at) for part in self.of)
        met = _met_among(parts)
        possible = met + sum(isinstance(part, Unknown) for part in parts)
        if met >= self.n:
            return self._met(parts)
        return self._missing(parts) if possible < self.n else self._unknown(parts)

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        return min(_met_among(parts), self.n), self.n

    def sentence(self, _title: Title) -> str:
        if self.n == len(self.of):
            return _("All of these:")
        return _("At least %(n)s of these %(parts)s:", n=self.n, parts=len(self.of))


def _met_among(parts: Iterable[Finding]) -> int:
    return sum(isinstance(part, Met) for part in parts)


def _sum(values: Iterable[sa.ColumnElement[int]]) -> sa.ColumnElement[int]:
    total: sa.ColumnElement[int] = sa.literal(0, sa.Integer)
    for value in values:
        total = total + value
    return total


Node = All | Any_ | AtLeast | Completed | Certified | CityTrained
