"""How people and cities stand against a rule: one of them, or the whole network in one statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity, page_language
from app.auth.models import Affiliation, Person
from app.core import clock
from app.core.errors import NotFound
from app.extensions import db
from app.network.models import City, Region

from ..calls.call import Call, CityJudgement, Judgement, Standing
from ..eligibility.network_queries import get_city_standing
from ..eligibility.wording import Wording
from ..rules import Node, Problem, Surroundings, problems
from .counting import count_each
from .facts import facts, load, named_by
from .shapes import CourseFact
from .subject import belongs, is_member, network, only, practises


def judge(call: Call, at: datetime, *, person_id: int, city_id: int | None, named: bool = True) -> Judgement:
    """How a person stands against a call as of `at`, and how the practitioners of a city do.

    Two statements, one without a city, three with quizzes or a choice of courses.
    `named`: with the step that each of those near has left.
    """
    city = get_city_standing(call, at, city_id) if city_id is not None else None
    near = city.some_near if city is not None and named else ()
    known = facts([person_id, *near], at, call.rule)
    standings = {i: Standing(call, at, fact, call.judged.check(fact, at)) for i, fact in known.items()}
    mine = standings.get(person_id)
    if city is not None:
        one_step = [standings[i] for i in near if i in standings and standings[i].steps == 1]
        steps = {one.facts.person_id: one.next for one in one_step if not one.is_out_of_reach}
        city = replace(city, steps={i: leaf for i, leaf in steps.items() if i is not None and leaf is not None})
    return Judgement(mine, city)


def judge_city(call: Call, at: datetime, city_id: int) -> CityJudgement:
    """How a city stands against a call as of `at`, with each practitioner. One statement. Raises `NotFound`."""
    known = load(_of_city(city_id, at), [city_id], at, call.rule)
    alone = known.cities.get(city_id)
    if alone is None or alone.city is None:
        raise NotFound
    return CityJudgement(
        at=at,
        city=alone.city,
        facts=known.people,
        findings={i: call.judged.check(fact, at) for i, fact in known.people.items()},
        facts_alone=alone,
        alone=call.judged.check(alone, at),
    )


def is_eligible_city(call: Call, at: datetime, city_id: int) -> bool:
    """Whether a city may apply as of `at`: one of its practitioners is eligible, or it is so alone. One statement."""
    with only([city_id]):
        found = sa.select(City.id).select_from(network(at, call.judged)).where(call.judged.met(at))
    return db.session.scalar(found.limit(1)) is not None


def _of_city(city_id: int, at: datetime) -> sa.Select[Any]:
    """The practitioners of a city as of `at`."""
    return (
        sa.select(Affiliation.person_id)
        .join(Person, Person.id == Affiliation.person_id)
        .where(Affiliation.city_id == city_id, belongs(at), practises())
        .correlate(None)
    )


def list_names_for_reader(ids: Collection[int], *, city_id: int | None, reader: Identity) -> dict[int, str]:
    """Name by id, in order of name, for a reader who may know them: the city's coordinator, an administrator.

    For anyone else nothing, without a statement.
    """
    if not ids or not (reader.is_administrator or city_id in reader.coordinates):
        return {}
    rows = db.session.execute(
        sa.select(Person.id, Person.name).where(Person.id.in_(ids)).order_by(Person.name, Person.id)
    )
    return {row.id: row.name for row in rows}


def count_network(rule: Node, at: datetime) -> tuple[int, int]:
    """How many practitioners meet `rule` as of `at`, and how many cities may apply by it. One statement."""
    return count_each([rule], at)[0]


@dataclass(frozen=True, slots=True)
class CityChange:
    """A city that gains or loses by another rule, with how many of its practitioners meet the one and the other."""

    id: int
    name: str
    country: str
    region: Region
    people_before: int
    people_after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What another rule changes: who gains and who loses; the people are of the whole network."""

    gaining: tuple[CityChange, ...]
    losing: tuple[CityChange, ...]
    cities_before: int
    cities_after: int
    people_before: int
    people_after: int
    people_gaining: int
    people_losing: int


def compare(old: Node, new: Node, at: datetime) -> Comparison:
    """Who of the cities gains and who loses as of `at` when `new` takes the place of `old`. One statement."""
    before, after = sa.case((old.met(at), 1), else_=0), sa.case((new.met(at), 1), else_=0)
    each = (
        sa.select(Person.id.label("person_id"), City.id, before.label("before"), after.label("after"))
        .select_from(network(at, old, new))
        .subquery()
    )
    total = sa.func.sum
    somebody = sa.case((each.c.person_id.is_not(None), 1), else_=0)
    rows = db.session.execute(
        sa.select(
            City.id,
            City.name,
            City.country,
            City.region,
            sa.func.max(each.c.before).label("was"),
            sa.func.max(each.c.after).label("will"),
            total(each.c.before * somebody).label("people_before"),
            total(each.c.after * somebody).label("people_after"),
            total(each.c.after * (1 - each.c.before) * somebody).label("gaining"),
            total(each.c.before * (1 - each.c.after) * somebody).label("losing"),
        )
        .join(each, each.c.id == City.id)
        .where(each.c.before + each.c.after > 0)
        .group_by(City.id, City.name, City.country, City.region)
        .order_by(City.name, City.id)
    ).all()
    return Comparison(
        gaining=tuple(_change(row) for row in rows if row.will > row.was),
        losing=tuple(_change(row) for row in rows if row.will < row.was),
        cities_before=sum(row.was for row in rows),
        cities_after=sum(row.will for row in rows),
        people_before=sum(row.people_before for row in rows),
        people_after=sum(row.people_after for row in rows),
        people_gaining=sum(row.gaining for row in rows),
        people_losing=sum(row.losing for row in rows),
    )


def _change(row: Any) -> CityChange:
    return CityChange(row.id, row.name, row.country, Region(row.region), row.people_before, row.people_after)


def list_archived(rule: Node) -> list[CourseFact]:
    """The courses that a rule names, or whose quizzes it names, and that were archived since. Statements as `facts`."""
    return [course for _id, course in sorted(named_by(rule).courses.items()) if course.archived_at is not None]


def list_problems(rule: Node) -> list[Problem]:
    """What is wrong with a rule, in words, what stops it first. Two statements, and one as `facts` for editions."""
    named = named_by(rule)
    places = db.session.execute(
        sa.select(City.region, City.country, City.size_band).where(is_member(clock.now())).distinct()
    )
    around = Surroundings(named.courses, named.quizzes, {(row.region, row.country, row.size_band) for row in places})
    return problems(rule, around, Wording(named.courses, page_language(), quizzes=named.quizzes))
