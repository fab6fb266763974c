"""How the whole network stands against a call: its cities and its practitioners, by how near they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person
from app.extensions import db
from app.network.models import City, Region, SizeBand
from app.progress.models import Completion, Enrolment, EnrolmentState

from ..calls.call import Call, CityStanding
from ..judging.facts import Named, named_by
from ..judging.nearness import Nearness, asks_what_is_doable
from ..judging.subject import is_member, network, only, person_among
from .standings import Counts, Network, NetworkCity

MOST_NAMED = 20  # people of a city on one page


@dataclass(frozen=True, slots=True)
class Near:
    """Somebody who is eligible (no step) or one step away."""

    id: int
    name: str
    city_id: int
    steps: int


def get_network(call: Call, at: datetime) -> Network:
    """Every member city with how its practitioners stand as of `at`, by name.

    Two statements, three with quizzes or a choice of courses. One judges everybody; what is grouped here is a row for
    each city and language.
    """
    judged = _judged(call, at)
    person = judged.c.id.is_not(None)
    rows = db.session.execute(
        sa.select(
            judged.c.city_id,
            judged.c.language,
            sa.func.count(judged.c.id).label("people"),
            _count(person, judged.c.reached).label("reached"),
            _count(person, judged.c.steps == 0).label("eligible"),
            _count(person, judged.c.steps == 1).label("near"),
            _count(judged.c.id.is_(None), judged.c.steps == 0).label("alone"),
        ).group_by(judged.c.city_id, judged.c.language)
    ).all()
    by_city: dict[int, dict[str, Counts]] = {}
    alone = {row.city_id for row in rows if row.alone}
    for row in rows:
        if row.people:
            found = Counts(row.people, int(row.reached), int(row.eligible), int(row.near))
            by_city.setdefault(row.city_id, {})[row.language] = found
    return Network(tuple(_city(row, by_city.get(row.id, {}), row.id in alone) for row in _members(at)))


def list_near(call: Call, at: datetime, cities: Collection[int]) -> dict[int, list[Near]]:
    """By city, who is eligible and who is one step away, `MOST_NAMED` at most of each city, by name. One statement."""
    if not cities:
        return {}
    judged = _judged(call, at, cities)
    place = sa.func.row_number().over(
        partition_by=judged.c.city_id, order_by=(judged.c.steps, Person.name, judged.c.id)
    )
    ranked = (
        sa.select(judged.c.id, Person.name, judged.c.city_id, judged.c.steps, place.label("place"))
        .join(Person, Person.id == judged.c.id)
        .where(judged.c.steps <= 1)
        .subquery()
    )
    found: dict[int, list[Near]] = {}
    for row in db.session.execute(
        sa.select(ranked).where(ranked.c.place <= MOST_NAMED).order_by(ranked.c.city_id, ranked.c.place)
    ):
        found.setdefault(row.city_id, []).append(Near(row.id, row.name, row.city_id, row.steps))
    return found


def get_city_standing(call: Call, at: datetime, city_id: int) -> CityStanding | None:
    """How a member city's practitioners stand as of `at`; None where it has none.

    One statement, two with quizzes or a choice of courses.
    """
    judged = _judged(call, at, [city_id])

    def whole(condition: Any) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((condition, 1), else_=0)).over()

    rows = db.session.execute(
        sa.select(
            judged.c.id,
            judged.c.steps,
            City.name,
            sa.func.count(judged.c.id).over().label("people"),
            whole(judged.c.steps == 0).label("eligible"),
            whole(judged.c.steps == 1).label("near"),
            sa.func.row_number().over(partition_by=judged.c.steps, order_by=judged.c.id).label("place"),
        )
        .join(City, City.id == judged.c.city_id)
        .where(judged.c.id.is_not(None))
        .order_by("place", judged.c.steps)
        .limit(3 * MOST_NAMED)
    ).all()
    if not rows:
        return None
    named = [row for row in rows if row.place <= MOST_NAMED]
    return CityStanding(
        city_id=city_id,
        name=rows[0].name,
        practitioners=rows[0].people,
        eligible=int(rows[0].eligible),
        near=int(rows[0].near),
        some_eligible=tuple(sorted(row.id for row in named if row.steps == 0)),
        some_near=tuple(sorted(row.id for row in named if row.steps == 1)),
    )


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0))


def _city(row: Any, counts: dict[str, Counts], alone: bool) -> NetworkCity:
    return NetworkCity(row.id, row.name, row.country, Region(row.region), SizeBand(row.size_band), counts, alone)


def _members(at: datetime) -> list[Any]:
    return list(
        db.session.execute(
            sa.select(City.id, City.name, City.country, City.region, City.size_band)
            .where(is_member(at))
            .order_by(City.name, City.country, City.id)
        )
    )


def _judged(call: Call, at: datetime, cities: Collection[int] | None = None) -> Any:
    """A row for each practitioner of a member city, and one without a person where there is none: how far off it is."""
    named = _named(call)
    courses = {course_id for leaf in call.rule.asked() for course_id in leaf.course_ids} | {
        quiz.course_id for quiz in named.quizzes.values()
    }
    begun = sa.select(Enrolment.person_id).where(Enrolment.course_id.in_(courses), _has_begun(at))
    with only(cities):
        nearness = Nearness(call.judged, at, named, call.last_moment)
        # What is asked of a city is asked of it once, not of each of its people.
        of_city = [clause.label(name) for name, clause in nearness.columns.items() if name in nearness.of_city]
        of_person = [clause.label(name) for name, clause in nearness.columns.items() if name not in nearness.of_city]
        here = sa.select(City.id, *of_city).where(is_member(at))
        asked = sa.select(
            Person.id, Person.language, City.id.label("city_id"), person_among(begun).label("reached"), *of_person
        ).select_from(network(at, call.judged))
    if cities is not None:
        here = here.where(City.id.in_(cities))
    city = here.cte("here").prefix_with("MATERIALIZED")
    each = asked.cte("asked").prefix_with("MATERIALIZED")
    columns = {name: (city if name in nearness.of_city else each).c[name] for name in nearness.columns}
    return (
        sa.select(each.c.id, each.c.language, each.c.city_id, each.c.reached, nearness.steps(columns).label("steps"))
        .select_from(sa.join(each, city, city.c.id == each.c.city_id))
        .cte("judged")
    )


def _has_begun(at: datetime) -> sa.ColumnElement[bool]:
    """That an enrolment counts as begun by `at`, whichever time through it is of.

    Who left the course counts if they had completed it by then: they stay eligible. `ix_enrolment_course` answers it
    of all but who began a time through after `at`, whose rows are read, and who left, whose completions are looked up.
    """
    completed = sa.exists().where(
        Completion.person_id == Enrolment.person_id,
        Completion.course_id == Enrolment.course_id,
        Completion.completed_at <= at,
    )
    began = sa.or_(Enrolment.enrolled_at <= at, Enrolment.first_enrolled_at <= at)
    has_left = Enrolment.state == EnrolmentState.WITHDRAWN
    return sa.or_(sa.and_(~has_left, began), sa.and_(has_left, completed.correlate(Enrolment)))


def _named(call: Call) -> Named:
    """What the rule names, if it names quizzes or leaves a choice of courses. Statements as `facts`, or none."""
    leaves = list(call.rule.leaves())
    has_quizzes, has_courses = (any(leaf.activity_ids for leaf in leaves), any(leaf.course_ids for leaf in leaves))
    return named_by(call.rule) if has_quizzes or (has_courses and asks_what_is_doable(call.rule)) else Named()
