"""How many steps a rule still asks of a person, in SQL: none, one, or more.

As `ways` counts them, for the whole network at once: one step is left where there is one thing that, once done, meets
the rule, with every requirement that it meets. What cannot be done now is such a thing only for whom no way leads past
it, and to wait for a membership that is long enough by the time the call closes only where nothing else would do. What
nobody can do, such as being in another region, is no step but more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

from app.courses.audience.queries import admitted
from app.courses.models import Course

from ..rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityTrained,
    Combinator,
    Completed,
    Declared,
    HasRole,
    MemberFor,
    Node,
    Passed,
    Waived,
)
from . import doable
from .findings import CityWork, OwnWord, OwnWork
from .shapes import QuizFact

MANY = 2  # steps: as far off as it matters here

Term = sa.ColumnElement[bool] | bool
Holds = Callable[[Any], Term]  # over the columns of the inner select


@dataclass(frozen=True, slots=True)
class Serves:
    """That a thing to do meets a requirement; `when`: of whom that is so; `free`: who can do it now."""

    when: Holds
    free: Holds


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement: who meets it, by which things to do others would, and who by waiting until the call closes."""

    met: Holds
    by: Mapping[Hashable, Serves] = field(default_factory=dict)
    in_time: Holds = lambda _columns: False


class Nearness:
    """What is asked of each person once (`columns`), and the number of steps that follows from it (`steps`).

    `columns` belong into a select that is computed as such, so that nothing is asked twice; `steps` reads its columns:
    0, 1, or `MANY`. Those named in `of_city` are alike for all of a city, and may be asked of cities alone. `quizzes`:
    those that the rule names, by id. `closes_at`: until when a city may wait for what time alone brings; None: it may
    not.
    """

    def __init__(
        self, rule: Node, at: datetime, quizzes: Mapping[int, QuizFact], closes_at: datetime | None = None
    ) -> None:
        self.columns: dict[str, sa.ColumnElement[bool]] = {}
        self.of_city: set[str] = set()
        self._rule = rule
        self._at = at
        self._closes_at = max(closes_at or at, at)
        self._quizzes = quizzes
        self._has_choice = _has_choice(rule)
        self._names = (f"asked_{number}" for number in count())
        self._known: dict[Hashable, Holds] = {}
        self._own = {course_id for leaf in rule.asked() for course_id in self._own_courses(leaf)}
        self._asked = {leaf: self._ask(leaf) for leaf in _leaves(rule)}

    def steps(self, columns: Any) -> sa.ColumnElement[int]:
        """The number of steps over the columns of the inner select."""
        met, near = self._read(columns, _nothing), self._is_near(columns)
        return sa.case((_sql(met), _number(0)), (_sql(near), _number(1)), else_=_number(MANY))

    def _is_near(self, columns: Any) -> Term:
        """Whether one thing would do: see the module."""

        def would(serves: Serves) -> Term:
            return serves.when(columns)

        def can(serves: Serves) -> Term:
            return _and((serves.when(columns), serves.free(columns)))

        one, waiting = self._one(columns, would), self._read(columns, lambda asked: asked.in_time(columns))
        if not self._has_choice:  # all of it is needed: whether it can be done now makes no difference
            return _or((one, waiting))
        past = self._read(columns, lambda asked: _or(can(serves) for serves in asked.by.values()))
        without = self._read(columns, lambda asked: _or(would(serves) for serves in asked.by.values()))
        return _or((self._one(columns, can), _and((_not(past), one)), _and((_not(without), waiting))))

    def _one(self, columns: Any, counts: Callable[[Serves], Term]) -> Term:
        """Whether the rule is met once any single thing is done."""
        things = dict.fromkeys(thing for asked in self._asked.values() for thing in asked.by)

        def by(thing: Hashable) -> Term:
            return self._read(columns, lambda asked: counts(asked.by[thing]) if thing in asked.by else False)

        return _or(by(thing) for thing in things)

    def _read(self, columns: Any, also: Callable[[Asked], Term]) -> Term:
        """Whether the rule is met, if a requirement is where it is already or where `also` says so."""

        def of(node: Node) -> Term:
            if isinstance(node, All):
                return _and(map(of, node.of))
            if isinstance(node, Any_):
                return _or(map(of, node.of))
            if isinstance(node, AtLeast):
                return _enough([of(part) for part in node.of], node.n)
            asked = self._asked[node]
            return _or((asked.met(columns), also(asked)))

        return of(self._rule)

    def _own_courses(self, leaf: Any) -> tuple[int, ...]:
        """The course that is the person's own work, for a requirement that nothing else meets."""
        if isinstance(leaf, Passed):
            quiz = self._quizzes.get(leaf.activity_id)
            return (quiz.course_id,) if quiz else ()
        return (leaf.course_id,) if isinstance(leaf, Completed | Certified) else ()

    def _ask(self, part: Node) -> Asked:
        leaf = part.rule if isinstance(part, Waived) else part
        of_city = all(each.of_city for each in part.leaves())
        met = self._column(part, lambda: part.met(self._at), of_city=of_city)
        match leaf:
            case Completed(course_id=course_id):
                return Asked(met, {OwnWork(course_id): Serves(_always, self._free_to_complete(leaf))})
            case Certified(course_id=course_id):
                return Asked(met, {OwnWork(course_id): Serves(_always, self._free(course_id, again=True))})
            case Passed(activity_id=activity_id):
                return Asked(met, dict.fromkeys(self._quiz_things(leaf), Serves(_always, self._free_quiz(activity_id))))
            case CityTrained():
                return Asked(met, self._by_people(leaf))
            case HasRole():
                return Asked(met, {leaf: Serves(_always, _always)})
            case Declared(key=key):
                return Asked(met, {OwnWord(key): Serves(_always, _always)})
            case MemberFor():
                return Asked(met, in_time=self._column(("then", part), lambda: part.met(self._closes_at), of_city=True))
        return Asked(met)

    def _quiz_things(self, leaf: Passed) -> list[Hashable]:
        return [OwnWork(course_id) for course_id in self._own_courses(leaf)] or [leaf]

    def _by_people(self, leaf: CityTrained) -> dict[Hashable, Serves]:
        """People of the city meet it; the person alone, who is not among those trained, where one more is enough."""
        course_id = leaf.course_id
        by: dict[Hashable, Serves] = {CityWork(course_id): Serves(_always, self._free_to_others(course_id))}
        # Where all is needed, anybody of the city does as well, unless the course is the person's own work anyhow.
        if self._has_choice or course_id in self._own:
            trained = self._done(course_id, leaf.within_months)
            short = self._column(("short", leaf), lambda: leaf.would_be_met(self._at, more=1), of_city=True)

            def is_last(columns: Any) -> Term:
                return _and((short(columns), _not(trained(columns))))

            by[OwnWork(course_id)] = Serves(is_last, self._free(course_id, again=True))
        return by

    def _free_to_complete(self, leaf: Completed) -> Holds:
        """Who can complete it now: who did lately needs no more than a better score."""
        free = self._free(leaf.course_id, again=leaf.within_months is not None)
        if leaf.min_score is None or not self._has_choice:
            return free
        lately, published = self._done(leaf.course_id, leaf.within_months), self._published(leaf.course_id)
        return lambda columns: _or((free(columns), _and((lately(columns), published(columns)))))

    def _free(self, course_id: int, *, again: bool = False) -> Holds:
        """Who can take a course now: everybody where it can be begun, and who goes on with an archived one.

        With `again` not who has to wait for that.
        """
        if not self._has_choice:
            return _always
        is_open = self._column(("open", course_id), lambda: doable.is_open(course_id, self._at))
        barred = self._column(("again", course_id), lambda: doable.is_barred(course_id, self._at)) if again else _never
        return lambda columns: _and((is_open(columns), _not(barred(columns))))

    def _published(self, course_id: int) -> Holds:
        return self._column(("published", course_id), lambda: doable.is_offered(course_id), of_city=True)

    def _free_to_others(self, course_id: int) -> Holds:
        """That whoever is not in a course can begin it."""
        if not self._has_choice:
            return _always
        begun = doable.is_offered(course_id, Course.archived_at.is_(None))
        return self._column(("begun", course_id), lambda: begun, of_city=True)

    def _free_quiz(self, activity_id: int) -> Holds:
        if not self._has_choice:
            return _always
        quiz = self._quizzes.get(activity_id)
        if quiz is None or not quiz.is_offered:
            return _never
        waits = self._column(("waits", activity_id), lambda: doable.waits_for_marks(activity_id, self._at))
        others = self._free_to_others(quiz.course_id)
        admits = self._column(("admits", quiz.course_id), lambda: admitted(quiz.course_id))
        was_in = self._column(("was in", quiz.course_id), lambda: doable.was_in(quiz.course_id, self._at))
        return lambda columns: _and(
            (_or((_and((others(columns), admits(columns))), was_in(columns))), _not(waits(columns)))
        )

    def _done(self, course_id: int, within_months: int | None) -> Holds:
        done = Completed(course_id, None, within_months)
        return self._column(done, lambda: done.met(self._at))

    def _column(self, key: Hashable, clause: Callable[[], sa.ColumnElement[bool]], *, of_city: bool = False) -> Holds:
        """What is asked of each person, or of their city, once for all who want to know."""
        if key not in self._known:
            name = next(self._names)
            self.columns[name] = clause()
            self.of_city |= {name} if of_city else set()
            self._known[key] = lambda columns: columns[name]
        return self._known[key]


def _leaves(rule: Node) -> list[Node]:
    """What the rule combines, a `not` as one."""
    if not isinstance(rule, Combinator):
        return [rule]
    return list(dict.fromkeys(leaf for part in rule.of for leaf in _leaves(part)))


def _has_choice(rule: Node) -> bool:
    """Whether it can be met without meeting all of its parts."""
    if not isinstance(rule, Combinator):
        return False
    return rule.tally(())[1] < len(rule.of) or any(_has_choice(part) for part in rule.of)


def _always(_columns: Any) -> Term:
    return True


def _never(_columns: Any) -> Term:
    return False


def _nothing(_asked: Asked) -> Term:
    return False


def _and(terms: Iterable[Term]) -> Term:
    found = [term for term in terms if term is not True]
    if any(term is False for term in found):
        return False
    return sa.and_(*(_sql(term) for term in found)) if found else True


def _or(terms: Iterable[Term]) -> Term:
    found = [term for term in terms if term is not False]
    if any(term is True for term in found):
        return True
    return sa.or_(*(_sql(term) for term in found)) if found else False


def _not(term: Term) -> Any:
    """The contrary, where unknown is no."""
    return not term if isinstance(term, bool) else sa.case((term, sa.false()), else_=sa.true())


def _enough(terms: list[Term], n: int) -> Term:
    """`n` of the terms, each written once, or it would double with every level of the rule."""
    n -= sum(term is True for term in terms)
    unsure = [_sql(term) for term in terms if not isinstance(term, bool)]
    if n <= 0 or n > len(unsure):
        return n <= 0
    total = _number(0)
    for term in unsure:
        total = total + sa.case((term, _number(1)), else_=_number(0))
    return total >= _number(n)


def _sql(term: Term) -> sa.ColumnElement[bool]:
    return (sa.true() if term else sa.false()) if isinstance(term, bool) else term


def _number(number: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(number), sa.Integer)
