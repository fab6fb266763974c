"""What every leaf of a rule has in common, and what its sentence may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol, Self

import msgspec
import sqlalchemy as sa
from babel.units import format_unit
from flask_babel import get_locale

from app.auth.models import Person
from app.core.text import Text
from app.grants.judging.findings import Finding, Missing, OutOfReach, Reason, Unknown
from app.grants.judging.shapes import Facts
from app.grants.judging.subject import is_member
from app.network.models import City
from app.progress.standing import ROUNDING

from .moments import start_of

if TYPE_CHECKING:
    from .combinators import Node

Months = Annotated[int, msgspec.Meta(ge=1, le=1200)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Names(Protocol):
    """What things are called in the reader's language."""

    def title(self, course_id: int) -> str:
        """A course's title."""

    def quiz(self, activity_id: int) -> str:
        """A quiz's title."""

    def text(self, text: Text, source_language: str) -> str:
        """A text in the reader's language, or its own."""


class Requirement(msgspec.Struct, frozen=True):
    """A leaf: one requirement, its SQL, its check and its sentence side by side.

    `of_city`: that it asks about the city, whoever of it is judged; such alone may stand under `not`.
    """

    of_city: ClassVar[bool] = False

    @property
    def course_ids(self) -> tuple[int, ...]:
        """The courses it names."""
        return ()

    @property
    def activity_ids(self) -> tuple[int, ...]:
        """The quizzes it names."""
        return ()

    @property
    def declaration_keys(self) -> tuple[str, ...]:
        """The statements it asks for."""
        return ()

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles it asks for."""
        return ()

    @property
    def asks_colleagues(self) -> bool:
        """Whether it asks who else of the city completed the courses it names."""
        return False

    @property
    def asks_person(self) -> bool:
        """Whether a city without practitioners cannot meet it."""
        return not self.of_city

    @property
    def parts(self) -> tuple[Node, ...]:
        """None: a leaf ends the tree."""
        return ()

    def leaves(self) -> Iterator[Self]:
        """Itself: what a combinator gives of all its parts."""
        yield self

    def asked(self) -> Iterator[Self]:
        """Itself: what a combinator gives of all its parts, and a `not` of none."""
        yield self

    def needed(self) -> Iterator[Self]:
        """Itself, as nobody can do without it where it stands alone."""
        yield self

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        """The verdict on `Person` and `City` as of `at`, in SQL: NULL for unknown.

        Nothing is met for a city that is not a member of the network that day, nor what asks a person by a city
        alone; what asks about the city is unknown without one.
        """
        if self.of_city:
            return sa.case((City.id.is_(None), sa.null()), else_=sa.and_(is_member(at), self._clause(at)))
        return sa.and_(Person.id.is_not(None), sa.or_(City.id.is_(None), is_member(at)), self._clause(at))

    def met(self, at: datetime) -> sa.ColumnElement[bool]:
        """That the verdict is met, for a `WHERE`: else false or NULL."""
        return self.clause(at)

    def met_by(self, at: datetime) -> sa.Select[int] | None:
        """The ids of the people who meet it, each in whichever city, were that a member; None: it takes more to say.

        Where this is known, a database finds them far sooner than it judges everybody.
        """
        return None

    def possible(self, at: datetime) -> sa.ColumnElement[bool]:
        """That the verdict is met or unknown; never NULL."""
        return sa.func.coalesce(self.clause(at), sa.true())

    def check(self, facts: Facts, at: datetime) -> Finding:
        """The verdict on the subject of `facts` as of `at`, with its reason; see `clause`.

        `at` may be later than the facts were loaded for: then it is how things will stand if nothing else happens.
        """
        rule: Any = self
        if facts.city is None and self.of_city:
            return Unknown(rule, Reason.NO_CITY, todo=frozenset({Reason.NO_CITY}))
        if facts.city is not None and not facts.city.is_member_at(at):
            return Missing(rule, Reason.NOT_MEMBER, todo=frozenset({OutOfReach(Reason.NOT_MEMBER)}))
        if facts.person_id is None and not self.of_city:
            return Missing(rule, Reason.NO_PRACTITIONER, todo=frozenset({Reason.NO_PRACTITIONER}))
        return self._check(facts, at)

    def turns(self, facts: Facts) -> Iterator[datetime]:
        """Moments at which the verdict may become another if nothing else happens, in any order.

        A verdict holds from such a moment on, up to the next.
        """
        city = facts.city
        if city is not None:
            yield start_of(city.joined_on)
            if city.left_on is not None:
                yield start_of(city.left_on)
        yield from self._turns(facts)

    def _turns(self, facts: Facts) -> Iterator[datetime]:
        """Those moments that are the leaf's own."""
        yield from ()

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        """The verdict in SQL, on a person or a city that it can be asked of."""
        raise NotImplementedError

    def _check(self, facts: Facts, at: datetime) -> Finding:
        """The verdict with its reason, on a subject that it can be asked of."""
        raise NotImplementedError

    def sentence(self, say: Names) -> str:
        """The requirement in words."""
        raise NotImplementedError


def threshold(percent: float | None) -> float | None:
    """The score that is enough for so many percent, 0 to 1; None: any."""
    return None if percent is None else (percent - ROUNDING) / 100


def period_of(months: int) -> str:
    """`24 months`, in the page's language."""
    return format_unit(months, "duration-month", length="long", locale=get_locale() or "en")
