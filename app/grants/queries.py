"""What is read of grant calls: the calls, how people stand, who in the network is eligible."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity, page_language
from app.auth.models import Affiliation, Person, PersonState
from app.core.errors import NotFound
from app.core.text import Text
from app.extensions import db
from app.network.models import City, Region

from .calls import Call, CallState, CityStanding, Judgement, Standing
from .facts import facts
from .findings import next_leaf, shortest_way
from .models import GrantCall, Rule
from .rules import Any_, read
from .subject import belongs, city_at
from .wording import Wording, counts_as, moment_there

_CALLS = (
    sa.select(
        GrantCall.id,
        GrantCall.slug,
        GrantCall.source_language,
        GrantCall.title,
        GrantCall.summary,
        GrantCall.grants,
        GrantCall.time_zone,
        GrantCall.opens_at,
        GrantCall.closes_at,
        Rule.tree,
        Rule.number,
        Rule.approved_by,
        Rule.approved_on,
    )
    .join(Rule, Rule.id == GrantCall.rule_id)
    .where(GrantCall.published_at <= sa.bindparam("at"))
    .order_by(GrantCall.closes_at, GrantCall.id)
)
_ONE = _CALLS.where(GrantCall.slug == sa.bindparam("slug"))
_NOT_CLOSED = _CALLS.where(GrantCall.closes_at > sa.bindparam("at"))


def list_calls(at: datetime) -> list[Call]:
    """The calls published by `at`, by when they close."""
    return [_call(row) for row in db.session.execute(_CALLS, {"at": at})]


def list_coming_and_open(at: datetime) -> list[Call]:
    """As `list_calls`, without those that have closed."""
    return [_call(row) for row in db.session.execute(_NOT_CLOSED, {"at": at})]


def get_call(slug: str, at: datetime) -> Call:
    """The call at `slug`, published by `at`. Raises `NotFound`."""
    row = db.session.execute(_ONE, {"slug": slug, "at": at}).one_or_none()
    if row is None:
        raise NotFound
    return _call(row)


def _call(row: Any) -> Call:
    return Call(
        id=row.id,
        slug=row.slug,
        source_language=row.source_language,
        title=row.title,
        summary=row.summary,
        grants=row.grants,
        time_zone=row.time_zone,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        rule=read(row.tree),
        rule_number=row.number,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
    )


def list_standings(calls: Sequence[Call], person_id: int, at: datetime) -> list[Standing]:
    """How a person stands against each call as of `at`, in the calls' order. One statement for all."""
    if not calls:
        return []
    known = facts([person_id], at, Any_(of=tuple(call.rule for call in calls)))[person_id]
    return [Standing(call, at, known, call.rule.check(known, at)) for call in calls]


@dataclass(frozen=True, slots=True)
class NearestCall:
    """The call a card on home shows: how many requirements are met, and what is next, in words."""

    slug: str
    title: Text
    source_language: str
    met: int
    total: int
    is_met: bool
    sentence: str
    opens: str | None
    closes: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An open call that asks for a course, and until when."""

    slug: str
    title: Text
    source_language: str
    closes: str


@dataclass(frozen=True, slots=True)
class ForHome:
    """What home shows of grants: the nearest call, and by course id which open call it would bring nearer."""

    nearest: NearestCall | None
    asked: dict[int, Asked]


def for_home(person: Identity, at: datetime) -> ForHome:
    """The call that the person is nearest to, and the courses that open calls still ask of them; two statements.

    Nearest: fewest steps first, then what is open before what is coming, then what closes soonest. Courses are those
    on the shortest way to each open call, which the person has not completed; the call that closes first names them.
    They count for the person's city: who belongs to none is asked for nothing.
    """
    standings = list_standings(list_coming_and_open(at), person.id, at)
    if not standings:
        return ForHome(None, {})
    asked: dict[int, Asked] = {}
    for standing in standings if person.city_id is not None else ():
        call = standing.call
        for leaf in shortest_way(standing.finding) if standing.state is CallState.OPEN else ():
            course_id = getattr(leaf.rule, "course_id", None)
            if course_id is not None and course_id not in standing.facts.completions:
                closes = moment_there(call.closes_at, call.time_zone)
                asked.setdefault(course_id, Asked(call.slug, call.title, call.source_language, closes))
    nearest = min(standings, key=lambda s: (s.steps, s.state is not CallState.OPEN, s.call.closes_at, s.call.id))
    return ForHome(_nearest(nearest), asked)


def _nearest(nearest: Standing) -> NearestCall:
    call = nearest.call
    return NearestCall(
        slug=call.slug,
        title=call.title,
        source_language=call.source_language,
        met=nearest.met,
        total=nearest.total,
        is_met=nearest.is_met,
        sentence=Wording(nearest.facts.courses, page_language()).in_short(nearest),
        opens=moment_there(call.opens_at, call.time_zone) if nearest.state is CallState.COMING else None,
        closes=moment_there(call.closes_at, call.time_zone),
    )


def judge(call: Call, at: datetime, *, person_id: int, city_id: int | None) -> Judgement:
    """How a person stands against a call as of `at`, and how the practitioners of a city do. One statement."""
    subjects: Any = [person_id]
    if city_id is not None:
        there = sa.select(Affiliation.person_id).where(Affiliation.city_id == city_id, belongs(at)).correlate(None)
        practitioners = sa.and_(Person.id.in_(there), Person.state == PersonState.ACTIVE)
        subjects = sa.select(Person.id).where(sa.or_(Person.id == person_id, practitioners)).correlate(None)
    known = facts(subjects, at, call.rule)
    findings = {i: call.rule.check(fact, at) for i, fact in known.items()}
    mine = Standing(call, at, known[person_id], findings[person_id]) if person_id in known else None
    in_city = [i for i, fact in known.items() if city_id is not None and fact.city_id == city_id]
    if city_id is None or not in_city:
        return Judgement(mine, None)
    city = CityStanding(
        city_id=city_id,
        name=known[in_city[0]].city_name or "",
        practitioners=len(in_city),
        eligible=tuple(i for i in in_city if findings[i].steps == 0),
        one_step=tuple(
            (i, leaf) for i in in_city if findings[i].steps == 1 and (leaf := next_leaf(findings[i])) is not None
        ),
    )
    return Judgement(mine, city)


def list_names(ids: Collection[int], *, city_id: int | None, reader: Identity) -> dict[int, str]:
    """Name by id, in order of name, for a reader who may know them: the city's coordinator, an administrator.

    For anyone else nothing, without a statement.
    """
    if not ids or not (reader.is_administrator or city_id in reader.coordinates):
        return {}
    rows = db.session.execute(
        sa.select(Person.id, Person.name).where(Person.id.in_(ids)).order_by(Person.name, Person.id)
    )
    return {row.id: row.name for row in rows}


@dataclass(frozen=True, slots=True)
class EligiblePerson:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class EligibleCity:
    """A city that may apply, and who in it is eligible."""

    id: int
    name: str
    country: str
    region: Region
    people: tuple[EligiblePerson, ...]


def list_eligible(call: Call, at: datetime, *, region: Region | None = None) -> list[EligibleCity]:
    """The cities of the network with an active practitioner who is eligible as of `at`, by name. One statement."""
    statement = (
        sa.select(
            City.id.label("city_id"),
            City.name.label("city"),
            City.country,
            City.region,
            Person.id,
            Person.name,
        )
        .select_from(Person)
        .join(City, City.id == city_at(at))
        .where(Person.state == PersonState.ACTIVE, call.rule.clause(at))
        .order_by(City.name, City.id, Person.name, Person.id)
    )
    if region is not None:
        statement = statement.where(City.region == region)
    cities: dict[int, tuple[Any, list[EligiblePerson]]] = {}
    for row in db.session.execute(statement):
        cities.setdefault(row.city_id, (row, []))[1].append(EligiblePerson(row.id, row.name))
    return [
        EligibleCity(row.city_id, row.city, row.country, Region(row.region), tuple(people))
        for row, people in cities.values()
    ]


@dataclass(frozen=True, slots=True)
class CountsTowards:
    """A call that a course counts towards, and as what, in words."""

    slug: str
    title: Text
    source_language: str
    words: tuple[str, ...]


def list_counts_towards(course_ids: Iterable[int], at: datetime) -> dict[int, list[CountsTowards]]:
    """For each course, the open and coming calls whose rule names it, by when they close. One statement."""
    wanted = set(course_ids)
    found: dict[int, list[CountsTowards]] = {}
    for call in list_coming_and_open(at) if wanted else ():
        needed = set(call.rule.needed())
        words: dict[int, list[str]] = {}
        for leaf in call.rule.leaves():
            if leaf.course_id in wanted:
                words.setdefault(leaf.course_id, []).append(counts_as(leaf, required=leaf in needed))
        for course_id, said in words.items():
            entry = CountsTowards(call.slug, call.title, call.source_language, tuple(dict.fromkeys(said)))
            found.setdefault(course_id, []).append(entry)
    return found
