"""Test subjects: people and cities to look at a rule with, chosen by their name or proposed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from app.auth.models import Affiliation, Person, PersonState
from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.extensions import db
from app.network.models import City

from ..judging.effort import effort
from ..judging.facts import load, named_by
from ..judging.findings import Finding
from ..judging.nearness import MANY, Nearness
from ..judging.subject import belongs, is_member, network, practises
from ..rules import Node

MOST_FOUND = 10
LOOKED_AT = 20  # of whom one is proposed, of each sort


class Stand(StrEnum):
    """What a proposed example is an example of; who gains or loses does so by a draft, against the rule in force."""

    MEETS = "meets"
    GAINS = "gains"
    LOSES = "loses"
    ONE_STEP = "one step"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody to look at, with the city they belong to; or a city that nobody belongs to."""

    id: int
    name: str
    city: str | None
    is_city: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """How somebody stands against a rule."""

    subject: Subject
    finding: Finding


@dataclass(frozen=True, slots=True)
class LookedCity:
    """A city, how its practitioners stand, those nearest to the rule first, and how it stands without any."""

    id: int
    name: str
    country: str
    people: tuple[Looked, ...]
    alone: Looked

    @property
    def eligible(self) -> int:
        return sum(looked.finding.steps == 0 for looked in self.people)


def find_people(words: str) -> list[Subject]:
    """Active people whose name or address has these words in it, by name."""
    pattern = f"%{_escaped(folded(words))}%"
    named = sa.or_(fold(Person.name).like(pattern, escape="\\"), fold(Person.email).like(pattern, escape="\\"))
    rows = db.session.execute(_people().where(named).order_by(fold(Person.name), Person.id).limit(MOST_FOUND))
    return [Subject(row.id, row.name, row.city) for row in rows]


def find_cities(words: str) -> list[tuple[int, str, str]]:
    """Id, name and country of the cities with these words in their name, by name."""
    named = fold(City.name).like(f"%{_escaped(folded(words))}%", escape="\\")
    rows = db.session.execute(
        sa.select(City.id, City.name, City.country).where(named).order_by(fold(City.name), City.id).limit(MOST_FOUND)
    )
    return [(row.id, row.name, row.country) for row in rows]


def look_at_person(rule: Node, person_id: int, at: datetime) -> Looked:
    """How an active person stands. Raises `NotFound`. Two statements."""
    row = db.session.execute(_people().where(Person.id == person_id)).one_or_none()
    if row is None:
        raise NotFound
    return _look(rule, [Subject(row.id, row.name, row.city)], at)[0]


def look_at_city(rule: Node, city_id: int, at: datetime) -> LookedCity:
    """How a city and its practitioners stand, as of `at`. Raises `NotFound`. Three statements."""
    city = db.session.get(City, city_id)
    if city is None:
        raise NotFound
    rows = db.session.execute(
        sa.select(Person.id, Person.name)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.city_id == city_id, belongs(at), practises())
        .order_by(Person.name, Person.id)
    ).all()
    known = load([row.id for row in rows], [city_id], at, rule)
    people = [Looked(Subject(r.id, r.name, city.name), rule.check(known.people[r.id], at)) for r in rows]
    people.sort(key=lambda one: effort(one.finding))
    alone = Looked(Subject(city.id, city.name, None), rule.check(known.cities[city_id], at))
    return LookedCity(city.id, city.name, city.country, tuple(people), alone)


def propose(rule: Node, at: datetime, former: Node | None = None) -> dict[Stand, Looked]:
    """Who shows what a rule does, each of them once, where there is somebody: practitioners of member cities.

    `former`: the rule in force, where `rule` is another; then also who gains and who loses, and who meets `rule` met
    that one too. A city without practitioners stands in where a rule asks about cities and shows it with nobody else.
    Three statements, and those of `facts` for editions.
    """
    groups = _candidates(rule, at, former)
    looked = {one.subject: one for one in _look(rule, [one for group in groups.values() for one in group], at)}
    taken: set[Subject] = set()

    def pick(*among: tuple[int, bool], fits: Callable[[Finding], bool]) -> Looked | None:
        found = [looked[one] for group in among for one in groups.get(group, ()) if one not in taken]
        # Of those far off, the farthest; who cannot do anything about it shows the least.
        fitting = sorted((one for one in found if fits(one.finding)), key=_tells_least)
        taken.update(one.subject for one in fitting[:1])
        return fitting[0] if fitting else None

    changed = former is not None
    proposed = {
        # Those whom fewest are like choose first.
        Stand.GAINS: pick((0, False), fits=_is_met) if changed else None,
        Stand.LOSES: pick((1, True), (MANY, True), fits=lambda finding: not _is_met(finding)),
        Stand.MEETS: pick((0, changed), fits=_is_met),
        Stand.ONE_STEP: pick((1, False), (1, True), fits=_is_one_step),
        Stand.FAR: pick(
            (MANY, False), (MANY, True), fits=lambda finding: not (_is_met(finding) or _is_one_step(finding))
        ),
    }
    return {stand: one for stand in Stand if (one := proposed[stand]) is not None}


def _candidates(rule: Node, at: datetime, former: Node | None) -> dict[tuple[int, bool], list[Subject]]:
    """Some of the network by how many steps they are away from the rule and whether they meet the former one.

    People before cities without any. Two statements; one judges everybody.
    """
    near = Nearness(rule, at, named_by(rule))
    was = sa.case((former.met(at), 1), else_=0) if former else sa.literal_column("0", sa.Integer)
    each = (
        sa.select(
            Person.id,
            Person.name,
            City.id.label("city_id"),
            City.name.label("city"),
            was.label("was"),
            *(clause.label(name) for name, clause in near.columns.items()),
        )
        .select_from(network(at, rule, *((former,) if former else ())))
        .where(is_member(at), sa.or_(Person.id.is_(None), Person.state == PersonState.ACTIVE))
        .cte("asked")
        .prefix_with("MATERIALIZED")
    )
    judged = sa.select(each, near.steps(each.c).label("steps")).subquery()
    nobody = sa.case((judged.c.id.is_(None), 1), else_=0)
    turn = sa.func.row_number().over(
        partition_by=[judged.c.steps, judged.c.was], order_by=[nobody, judged.c.id, judged.c.city_id]
    )
    ranked = sa.select(judged, turn.label("turn")).subquery()
    found: dict[tuple[int, bool], list[Subject]] = defaultdict(list)
    for row in db.session.execute(sa.select(ranked).where(ranked.c.turn <= LOOKED_AT).order_by(ranked.c.turn)):
        alone = row.id is None
        subject = Subject(row.city_id, row.city, None, is_city=True) if alone else Subject(row.id, row.name, row.city)
        found[row.steps, bool(row.was)].append(subject)
    return found


def _is_met(finding: Finding) -> bool:
    return finding.steps == 0


def _is_one_step(finding: Finding) -> bool:
    return finding.steps == 1 and not finding.is_out_of_reach


def _tells_least(looked: Looked) -> tuple[bool, bool, int]:
    """For sorting: people before cities, who can do something about it first, the most steps first."""
    finding = looked.finding
    return looked.subject.is_city, finding.is_out_of_reach, -finding.steps


def _people() -> sa.Select[int, str, str]:
    return (
        sa.select(Person.id, Person.name, City.name.label("city"))
        .outerjoin(City, City.id == Person.city_id)
        .where(Person.state == PersonState.ACTIVE)
    )


def _look(rule: Node, subjects: Collection[Subject], at: datetime) -> list[Looked]:
    if not subjects:
        return []
    people, cities = ([one.id for one in subjects if one.is_city is is_city] for is_city in (False, True))
    known = load(people, cities, at, rule)
    return [Looked(one, rule.check((known.cities if one.is_city else known.people)[one.id], at)) for one in subjects]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
