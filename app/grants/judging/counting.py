"""How many people and cities meet a rule, each part of it looked for where it is found soonest. In SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Affiliation, Person
from app.core.planning import unindexed
from app.extensions import db
from app.network.models import City

from ..rules import All, Node
from .subject import belongs, is_member, network, practises


def count_each(rules: Sequence[Node], at: datetime) -> list[tuple[int, int]]:
    """How many practitioners meet each of the rules as of `at`, and how many cities may apply by it, in their order.

    One statement.
    """
    practitioners = _practitioners(at)
    counts = [
        _counted(rule, at, practitioners).add_columns(sa.literal(place, sa.Integer).label("place"))
        for place, rule in enumerate(rules)
    ]
    found = db.session.execute(sa.union_all(*counts).order_by("place"))
    return [(int(people), cities) for people, cities, _place in found]


def _counted(rule: Node, at: datetime, practitioners: sa.CTE) -> sa.Select[int, int]:
    """The number of people and of cities."""
    if all(leaf.of_city for leaf in rule.leaves()):
        # What is asked of the city alone, all of its people meet or none.
        met = sa.outerjoin(City, practitioners, practitioners.c.city_id == City.id)
        people = sa.func.coalesce(sa.func.sum(practitioners.c.people), 0)
        return sa.select(people, sa.func.count(City.id)).select_from(met).where(rule.met(at), is_member(at))
    sought, others = _sought(rule, at)
    found = _by_person(at) if sought else network(at, rule)
    counted = sa.select(sa.func.count(Person.id), sa.func.count(City.id.distinct())).select_from(found)
    if sought:
        counted = counted.where(Person.id.in_(_in_all(sought)), is_member(at))
    return counted.where(*(part.met(at) for part in others))


def _practitioners(at: datetime) -> sa.CTE:
    """How many practitioners each city has, where it has any."""
    return (
        sa.select(Affiliation.city_id, sa.func.count().label("people"))
        .join(Person, Person.id == unindexed(Affiliation.person_id))
        .where(belongs(at), practises())
        .group_by(unindexed(Affiliation.city_id))
        .cte("practitioners")
        .prefix_with("MATERIALIZED")
    )


def _sought(rule: Node, at: datetime) -> tuple[list[sa.Select[int]], list[Node]]:
    """What nobody meets the rule without: who meets those parts of which that is known, and the other parts.

    A database begins at the people who meet all of the former, and asks the rest of these few only.
    """
    people = rule.met_by(at)
    if people is not None:
        return [people], []
    if not isinstance(rule, All):
        return [], [rule]
    of_parts = [_sought(part, at) for part in rule.of]
    return [one for known, _others in of_parts for one in known], [one for _known, others in of_parts for one in others]


def _in_all(people: Sequence[sa.Select[int]]) -> sa.SelectBase:
    return people[0] if len(people) == 1 else sa.intersect(*people)


def _by_person(at: datetime) -> sa.FromClause:
    """Every practitioner with their city, to be looked up from the person."""
    with_stay = sa.join(Person, Affiliation, sa.and_(Affiliation.person_id == Person.id, belongs(at), practises()))
    return sa.join(with_stay, City, City.id == Affiliation.city_id)
