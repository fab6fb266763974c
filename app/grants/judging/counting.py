"""How many people and cities meet a rule, each part of it looked for where it is found soonest. In SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Affiliation, Person
from app.core.planning import unindexed
from app.extensions import db
from app.network.models import City

from ..rules import All, Node, Waived
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
    found = _by_person(at) if _has_sought(rule) else network(at, rule)
    return sa.select(sa.func.count(Person.id), sa.func.count(City.id.distinct())).select_from(found).where(rule.met(at))


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


def _has_sought(rule: Node) -> bool:
    """Whether nobody meets the rule without a requirement about the person: a database can begin at who meets that."""
    if isinstance(rule, All):
        return any(_has_sought(part) for part in rule.of)
    return not rule.parts and not isinstance(rule, Waived) and rule.asks_person


def _by_person(at: datetime) -> sa.FromClause:
    """Every practitioner with their city, to be looked up from the person."""
    with_stay = sa.join(Person, Affiliation, sa.and_(Affiliation.person_id == Person.id, belongs(at), practises()))
    return sa.join(with_stay, City, City.id == Affiliation.city_id)
