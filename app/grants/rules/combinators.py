"""`all`, `any`, `at_least` and `not` over other rules, in SQL's three values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _

from app.grants.judging.findings import (
    Finding,
    HowFar,
    Met,
    Missing,
    OutOfReach,
    Reason,
    Unit,
    Unknown,
)
from app.grants.judging.shapes import Facts
from app.grants.judging.subject import is_member
from app.grants.judging.ways import shortest
from app.network.models import City

from .cities import CityIn, CityTrained, MemberFor
from .courses import Certified, Completed
from .people import Declared, HasRole
from .quizzes import Passed
from .requirement import Names


class Combinator(msgspec.Struct, frozen=True):
    """What the three have in common: parts, of which some number is needed."""

    of: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.of

    def leaves(self) -> Iterator[Leaf]:
        """Every requirement in the tree, in order."""
        for part in self.of:
            yield from part.leaves()

    def asked(self) -> Iterator[Leaf]:
        """Every requirement that brings somebody nearer when it is met, in order: none that must not be."""
        for part in self.of:
            yield from part.asked()

    def needed(self) -> Iterator[Leaf]:
        """The requirements that nobody can do without, in order."""
        if self.tally(())[1] >= len(self.of):
            for part in self.of:
                yield from part.needed()

    @property
    def asks_person(self) -> bool:
        """Whether a city without practitioners cannot meet it."""
        raise NotImplementedError

    def met_by(self, at: datetime) -> sa.Select[int] | None:
        """Who meets it; see `Requirement.met_by`."""
        return None

    def turns(self, facts: Facts) -> Iterator[datetime]:
        """Moments at which the verdict may become another; see `Requirement.turns`."""
        for part in self.of:
            yield from part.turns(facts)

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        """How many of the parts needed are met, and how many are needed."""
        raise NotImplementedError

    def _met(self, parts: tuple[Finding, ...]) -> Met:
        return Met(self, parts=parts)  # type: ignore[arg-type]

    def _missing(self, parts: tuple[Finding, ...]) -> Missing:
        met, needed = self.tally(parts)
        way = shortest(parts, needed - met, self)
        return Missing(
            self,  # type: ignore[arg-type]
            Reason.PARTS,
            HowFar(met, needed, Unit.REQUIREMENTS),
            parts=parts,
            todo=frozenset(way.work),
            way=way.leaves,
            needs=needed - met,
        )

    def _unknown(self, parts: tuple[Finding, ...]) -> Unknown:
        met, needed = self.tally(parts)
        way = shortest(parts, needed - met, self)
        return Unknown(self, Reason.PARTS, parts, frozenset(way.work), way.leaves, needed - met)  # type: ignore[arg-type]


class All(Combinator, frozen=True, tag="all"):
    """Every part."""

    @property
    def asks_person(self) -> bool:
        return any(part.asks_person for part in self.of)

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.and_(sa.true(), *(part.clause(at) for part in self.of))

    def met_by(self, at: datetime) -> sa.Select[int] | None:
        return _together(sa.intersect, self.of, at)

    def met(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.and_(sa.true(), *(part.met(at) for part in self.of))

    def possible(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.and_(sa.true(), *(part.possible(at) for part in self.of))

    def check(self, facts: Facts, at: datetime) -> Finding:
        parts = tuple(part.check(facts, at) for part in self.of)
        if any(isinstance(part, Missing) for part in parts):
            return self._missing(parts)
        return self._unknown(parts) if any(isinstance(part, Unknown) for part in parts) else self._met(parts)

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        return _met_among(parts), len(self.of)

    def sentence(self, _say: Names) -> str:
        return _("All of these:")


class Any_(Combinator, frozen=True, tag="any"):
    """One part or more."""

    @property
    def asks_person(self) -> bool:
        return all(part.asks_person for part in self.of)

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(sa.false(), *(part.clause(at) for part in self.of))

    def met_by(self, at: datetime) -> sa.Select[int] | None:
        return _together(sa.union, self.of, at)

    def met(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(sa.false(), *(part.met(at) for part in self.of))

    def possible(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(sa.false(), *(part.possible(at) for part in self.of))

    def check(self, facts: Facts, at: datetime) -> Finding:
        parts = tuple(part.check(facts, at) for part in self.of)
        if any(isinstance(part, Met) for part in parts):
            return self._met(parts)
        return self._unknown(parts) if any(isinstance(part, Unknown) for part in parts) else self._missing(parts)

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        return min(_met_among(parts), 1), 1

    def sentence(self, _say: Names) -> str:
        return _("One of these:")


class AtLeast(Combinator, frozen=True, tag="at_least"):
    """`n` parts or more: met when enough are met, missing when too few could be, else unknown."""

    n: Annotated[int, msgspec.Meta(ge=1)]

    @property
    def asks_person(self) -> bool:
        return sum(not part.asks_person for part in self.of) < self.n

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.case((self.met(at), sa.true()), (sa.not_(self.possible(at)), sa.false()), else_=sa.null())

    def met(self, at: datetime) -> sa.ColumnElement[bool]:
        return _sum(sa.case((part.met(at), 1), else_=0) for part in self.of) >= self.n

    def possible(self, at: datetime) -> sa.ColumnElement[bool]:
        return _sum(sa.case((part.possible(at), 1), else_=0) for part in self.of) >= self.n

    def check(self, facts: Facts, at: datetime) -> Finding:
        parts = tuple(part.check(facts, at) for part in self.of)
        met = _met_among(parts)
        possible = met + sum(isinstance(part, Unknown) for part in parts)
        if met >= self.n:
            return self._met(parts)
        return self._missing(parts) if possible < self.n else self._unknown(parts)

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        return min(_met_among(parts), self.n), self.n

    def sentence(self, _say: Names) -> str:
        if self.n == len(self.of):
            return _("All of these:")
        return _("At least %(n)s of these %(parts)s:", n=self.n, parts=len(self.of))


class Not(msgspec.Struct, frozen=True, tag="not"):
    """What the city must not be: over facts about the city alone, as nobody should be asked to undo what they did."""

    of: Node

    @property
    def asks_person(self) -> bool:
        return False

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.of,)

    def leaves(self) -> Iterator[Leaf]:
        """Every requirement in the tree, in order."""
        yield from self.of.leaves()

    def asked(self) -> Iterator[Leaf]:
        """None: it asks for nothing to be met."""
        yield from ()

    def needed(self) -> Iterator[Leaf]:
        """None: nobody needs what must not be."""
        yield from ()

    def turns(self, facts: Facts) -> Iterator[datetime]:
        """As what it denies."""
        yield from self.of.turns(facts)

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.case((City.id.is_(None), sa.null()), else_=sa.and_(is_member(at), sa.not_(self.of.clause(at))))

    def met(self, at: datetime) -> sa.ColumnElement[bool]:
        return sa.and_(City.id.is_not(None), is_member(at), sa.not_(self.of.possible(at)))

    def met_by(self, _at: datetime) -> None:
        """It asks about the city."""

    def possible(self, at: datetime) -> sa.ColumnElement[bool]:
        is_met = sa.func.coalesce(self.of.met(at), sa.false())
        return sa.or_(City.id.is_(None), sa.and_(is_member(at), sa.not_(is_met)))

    def check(self, facts: Facts, at: datetime) -> Finding:
        """Not met for a city that is not a member of the network, whatever it denies; unknown without a city."""
        if facts.city is None:
            return Unknown(self, Reason.NO_CITY, todo=frozenset({Reason.NO_CITY}))
        if not facts.city.is_member_at(at):
            return Missing(self, Reason.NOT_MEMBER, todo=frozenset({OutOfReach(Reason.NOT_MEMBER)}))
        part = self.of.check(facts, at)
        if isinstance(part, Missing):
            return Met(self, part.evidence, (part,))
        if isinstance(part, Unknown):
            return Unknown(self, part.reason, (part,), part.todo)
        return Missing(self, Reason.EXCLUDED, evidence=part.evidence, parts=(part,), todo=frozenset({OutOfReach(self)}))

    def tally(self, parts: Sequence[Finding]) -> tuple[int, int]:
        """It counts as one requirement."""
        return int(isinstance(parts[0], Missing)), 1

    def sentence(self, _say: Names) -> str:
        return _("Not this:")


def _together(how: Callable[..., sa.CompoundSelect[int]], parts: Sequence[Node], at: datetime) -> sa.Select[int] | None:
    """The ids of the people who meet all the parts, or one of them, where it is known who meets each."""
    found = [part.met_by(at) for part in parts]
    known = [people for people in found if people is not None]
    if not known or len(known) < len(found):
        return None
    # SQLite takes no compound within another, but a select from it.
    return sa.select(how(*known).subquery().c[0]) if len(known) > 1 else known[0]


def _met_among(parts: Iterable[Finding]) -> int:
    return sum(isinstance(part, Met) for part in parts)


def _sum(values: Iterable[sa.ColumnElement[int]]) -> sa.ColumnElement[int]:
    total: sa.ColumnElement[int] = sa.literal(0, sa.Integer)
    for value in values:
        total = total + value
    return total


Leaf = Completed | Certified | Passed | CityTrained | MemberFor | CityIn | HasRole | Declared
Node = All | Any_ | AtLeast | Not | Leaf
