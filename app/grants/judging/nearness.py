"""How many steps a rule still asks of a person, in SQL: none, one, or more.

As `ways` counts them, for the whole network at once: one step is left where there is one thing that, once done, meets
the rule, with every requirement that it meets. What cannot be done now is such a thing only for whom no way leads past
it, and to wait for a membership that is long enough by the time the call closes only where nothing else would do. What
nobody can do, such as being in another region, is no step but more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

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
from .findings import CityWork, OwnWord, OwnWork
from .freedom import Freedom
from .naming import Named
from .terms import Holds, Term, always, contrary, enough, every, number, some, sql

MANY = 2  # steps: as far off as it matters here


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
    0, 1, or `MANY`. Those named in `of_city` are alike for all of a city, and may be asked of cities alone. `named`:
    what the rule names, of which courses matter where it `asks_what_is_doable`. `closes_at`: until when a city may wait
    for what time alone brings; None: it may not.
    """

    def __init__(self, rule: Node, at: datetime, named: Named, closes_at: datetime | None = None) -> None:
        self.columns: dict[str, sa.ColumnElement[bool]] = {}
        self.of_city: set[str] = set()
        self._rule = rule
        self._at = at
        self._closes_at = max(closes_at or at, at)
        self._quizzes = named.quizzes
        self._has_choice = asks_what_is_doable(rule)
        self._names = (f"asked_{number}" for number in count())
        self._known: dict[Hashable, Holds] = {}
        self._free = Freedom(named, at, self._column, matters=self._has_choice)
        self._own = {course_id for leaf in rule.asked() for course_id in self._own_courses(leaf)}
        self._asked = {leaf: self._ask(leaf) for leaf in _leaves(rule)}

    def steps(self, columns: Any) -> sa.ColumnElement[int]:
        """The number of steps over the columns of the inner select."""
        met, near = self._read(columns, _nothing), self._is_near(columns)
        return sa.case((sql(met), number(0)), (sql(near), number(1)), else_=number(MANY))

    def _is_near(self, columns: Any) -> Term:
        """Whether one thing would do: see the module."""

        def would(serves: Serves) -> Term:
            return serves.when(columns)

        def can(serves: Serves) -> Term:
            return every((serves.when(columns), serves.free(columns)))

        one, waiting = self._one(columns, would), self._read(columns, lambda asked: asked.in_time(columns))
        if not self._has_choice:  # all of it is needed: whether it can be done now makes no difference
            return some((one, waiting))
        past = self._read(columns, lambda asked: some(can(serves) for serves in asked.by.values()))
        without = self._read(columns, lambda asked: some(would(serves) for serves in asked.by.values()))
        return some((self._one(columns, can), every((contrary(past), one)), every((contrary(without), waiting))))

    def _one(self, columns: Any, counts: Callable[[Serves], Term]) -> Term:
        """Whether the rule is met once any single thing is done."""
        things = dict.fromkeys(thing for asked in self._asked.values() for thing in asked.by)

        def by(thing: Hashable) -> Term:
            return self._read(columns, lambda asked: counts(asked.by[thing]) if thing in asked.by else False)

        return some(by(thing) for thing in things)

    def _read(self, columns: Any, also: Callable[[Asked], Term]) -> Term:
        """Whether the rule is met, if a requirement is where it is already or where `also` says so."""

        def of(node: Node) -> Term:
            if isinstance(node, All):
                return every(map(of, node.of))
            if isinstance(node, Any_):
                return some(map(of, node.of))
            if isinstance(node, AtLeast):
                return enough([of(part) for part in node.of], node.n)
            asked = self._asked[node]
            return some((asked.met(columns), also(asked)))

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
                return Asked(met, {OwnWork(course_id): Serves(always, self._free.to_complete(leaf))})
            case Certified(course_id=course_id):
                return Asked(met, {OwnWork(course_id): Serves(always, self._free.to_take(course_id, again=True))})
            case Passed(activity_id=activity_id):
                return Asked(
                    met, dict.fromkeys(self._quiz_things(leaf), Serves(always, self._free.to_attempt(activity_id)))
                )
            case CityTrained():
                return Asked(met, self._by_people(leaf))
            case HasRole():
                return Asked(met, {leaf: Serves(always, always)})
            case Declared(key=key):
                return Asked(met, {OwnWord(key): Serves(always, always)})
            case MemberFor():
                return Asked(met, in_time=self._column(("then", part), lambda: part.met(self._closes_at), of_city=True))
        return Asked(met)

    def _quiz_things(self, leaf: Passed) -> list[Hashable]:
        return [OwnWork(course_id) for course_id in self._own_courses(leaf)] or [leaf]

    def _by_people(self, leaf: CityTrained) -> dict[Hashable, Serves]:
        """People of the city meet it; the person alone, who is not among those trained, where one more is enough."""
        course_id = leaf.course_id
        by: dict[Hashable, Serves] = {CityWork(course_id): Serves(always, self._free.to_begin(course_id))}
        # Where all is needed, anybody of the city does as well, unless the course is the person's own work anyhow.
        if self._has_choice or course_id in self._own:
            trained = self._free.who_did(course_id, leaf.within_months)
            short = self._column(("short", leaf), lambda: leaf.would_be_met(self._at, more=1), of_city=True)

            def is_last(columns: Any) -> Term:
                return every((short(columns), contrary(trained(columns))))

            by[OwnWork(course_id)] = Serves(is_last, self._free.to_take(course_id, again=True))
        return by

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


def asks_what_is_doable(rule: Node) -> bool:
    """Whether what can be done now makes a difference: where a rule can be met without meeting all of its parts."""
    if not isinstance(rule, Combinator):
        return False
    return rule.tally(())[1] < len(rule.of) or any(asks_what_is_doable(part) for part in rule.of)


def _nothing(_asked: Asked) -> Term:
    return False
