"""A world of networks and rules, the two readings of it, and what is said where they disagree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import chain
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.auth.models import Affiliation, Person
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.judging.facts import Facts, Known, load
from app.grants.judging.findings import Finding, Met, Missing
from app.grants.judging.subject import belongs, network, only
from app.grants.rules import Node, depth, waive, walk
from app.network.models import City

from .drawn_rules import DENIALS, LEAVES, pardons, rules
from .networks import BYTES, MODELS, MOMENTS, Grounds, Rows, cities_of, insert, rows_of

# No statement over many rules comes a second time, so none is kept, which would take half a gigabyte.
ONCE = {"compiled_cache": None}

# A person by id, with the city they belong to; or a city alone.
Subject = tuple[int | None, int | None]
Verdicts = dict[Subject, list[bool | None]]


def people_with_city(at: datetime) -> sa.FromClause:
    """Every person, joined with the city they belong to as of `at`, if any: what a rule's `clause` speaks of."""
    with_stay = sa.outerjoin(Person, Affiliation, sa.and_(Affiliation.person_id == Person.id, belongs(at)))
    return sa.outerjoin(with_stay, City, City.id == Affiliation.city_id)


@dataclass(frozen=True)
class World:
    """Networks by number, and the rules that all are judged by as of a moment; the last waives of the one before."""

    at: datetime
    networks: dict[int, bytes]
    rules: tuple[Node, ...]

    def __repr__(self) -> str:
        return f"World({self.at}, {len(self.networks)} networks, {len(self.rules)} rules)"

    @property
    def cities(self) -> list[int]:
        return list(chain.from_iterable(map(cities_of, self.networks)))

    def rows(self, grounds: Grounds) -> list[Rows]:
        """The rows of each network, by its number."""
        return [rows_of(number, self.at, data, grounds) for number, data in self.networks.items()]


def a_world(chance: Random, grounds: Grounds, networks: int) -> World:
    at = chance.choice(MOMENTS)
    drawn = rules(chance, grounds, at)
    cities = list(chain.from_iterable(map(cities_of, range(networks))))
    some = drawn[chance.randrange(LEAVES + DENIALS)]
    waived = [waive(rule, pardons(rule, cities, at, chance.randbytes(BYTES))) for rule in (some, drawn[-1])]
    found = {number: chance.randbytes(BYTES) for number in range(networks)}
    return World(at, found, (*drawn[:-1], waived[0], drawn[-1], waived[1]))


@contextmanager
def laid_out(networks: Sequence[Rows]) -> Iterator[None]:
    """The networks stand in the database for the block.

    PostgreSQL counts them before it plans: what it knows of a table may be from a moment when the networks before
    had been taken back, and for tables without rows it plans statements that take hours of these.
    """
    with unit_of_work():
        savepoint = db.session.begin_nested()
        insert(networks)
        if db.engine.dialect.name == "postgresql":
            db.session.execute(sa.text("ANALYZE"))
        yield
        savepoint.rollback()


def by_database(judged: Sequence[Node], at: datetime) -> Verdicts:
    """The verdicts on everybody with their city, and on each city alone, by all the rules. One statement."""
    verdicts = [rule.clause(at).label(f"rule_{i}") for i, rule in enumerate(judged)]
    people = sa.select(Person.id.label("person_id"), City.id.label("city_id")).select_from(people_with_city(at))
    alone = sa.select(sa.cast(sa.null(), sa.Integer), City.id)
    each = sa.union_all(people, alone).subquery()
    subjects = each.outerjoin(Person, Person.id == each.c.person_id).outerjoin(City, City.id == each.c.city_id)
    asked = sa.select(each.c.person_id, each.c.city_id, *verdicts).select_from(subjects)
    rows = db.session.execute(asked, execution_options=ONCE).all()
    found = {(row[0], row[1]): list(row[2:]) for row in rows}
    assert len(found) == len(rows)
    return found


def by_check(judged: Sequence[Node], at: datetime, known: Known) -> dict[Subject, list[Finding]]:
    subjects = chain(known.people.values(), known.cities.values())
    return {(facts.person_id, facts.city_id): [rule.check(facts, at) for rule in judged] for facts in subjects}


def verdict_of(finding: Finding) -> bool | None:
    assert (finding.steps == 0) == isinstance(finding, Met)
    return True if isinstance(finding, Met) else False if isinstance(finding, Missing) else None


def for_one_city(city_id: int, judged: Sequence[Node], at: datetime) -> Verdicts:
    """As `by_database`, as a page asks about one city: it, or each of its practitioners. One statement."""
    with only([city_id]):
        verdicts = [rule.clause(at).label(f"rule_{i}") for i, rule in enumerate(judged)]
        whom = network(at)
    asked = sa.select(Person.id, City.id, *verdicts).select_from(whom).where(City.id == city_id)
    return {(row[0], row[1]): list(row[2:]) for row in db.session.execute(asked, execution_options=ONCE)}


@dataclass(frozen=True)
class Disagreement:
    """A rule that the readings disagree on, and all that decides it."""

    rule: Node
    at: datetime
    said: bool | None
    finding: Finding
    facts: Facts
    rows: Rows

    def __str__(self) -> str:
        known = ((each.name, getattr(self.facts, each.name)) for each in fields(Facts))
        return "\n".join(
            [
                f"{self.rule!r}",
                f"as of {self.at} of person {self.facts.person_id}, city {self.facts.city_id}:",
                f"the database says {self.said}, and `check` finds {self.finding!r}",
                *(f"  knows {name}: {value}" for name, value in known if value and name not in ("courses", "quizzes")),
                *(f"  {model.__tablename__}: {_short(row)}" for model, rows in self.rows.items() for row in rows),
            ]
        )


def _short(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value not in (None, "x"))


def disagreement(rules: Sequence[Node], rows: Rows, at: datetime) -> Disagreement | None:
    """What the readings disagree on in a network, the rules taken in order."""
    with laid_out([rows]):
        said = by_database(rules, at)
        for place, rule in enumerate(rules):
            known = load(sa.select(Person.id), [city["id"] for city in rows[City]], at, rule)
            for subject, (finding,) in by_check([rule], at, known).items():
                if verdict_of(finding) != said[subject][place]:
                    person_id, city_id = subject
                    facts = known.cities[city_id or 0] if person_id is None else known.people[person_id]
                    return Disagreement(rule, at, said[subject][place], finding, facts, rows)
    return None


def smallest(rule: Node, rows: Rows, at: datetime) -> Disagreement | None:
    """A disagreement on the least part of the rule that has one, in a network of no more rows than it takes.

    None where there is none once the network stands alone.
    """
    found = disagreement(sorted((node for _path, node in walk(rule)), key=depth), rows, at)
    for model in reversed(MODELS) if found else ():
        for row in list(rows.get(model, ())):
            less = {**rows, model: [other for other in rows[model] if other is not row]}
            with suppress(IntegrityError):  # what others refer to stays
                smaller = found and disagreement([found.rule], less, at)
                found, rows = (smaller, less) if smaller else (found, rows)
    return found
