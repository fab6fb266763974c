"""How one city stands, each of its people looked up, is how it stands among the whole network."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonState, Role
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import queries
from app.grants.eligibility import network_queries
from app.grants.judging.subject import network, only
from app.grants.models import Declaration
from app.grants.rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    HasRole,
    Node,
    Passed,
)
from app.network.models import City
from tests.factories import a_choice_question, a_city, a_course, a_person, text
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion


@pytest.mark.parametrize("share", [None, 50.0])
def test_one_city_is_counted_as_among_all(app: Flask, share: float | None) -> None:
    city, other = a_city("Sfax"), a_city("Gabès")
    one, two = a_course(questions=[a_choice_question()]), a_course()
    quiz = one.modules[-1].activities[-1].id
    people = [a_person(city=city) for _each in range(5)] + [a_person(city=other) for _each in range(3)]
    a_person(city=city, state=PersonState.LEFT)
    lead = a_person(city=city, roles=(Role.COORDINATOR,))
    for number, person in enumerate([*people, lead]):
        if number % 2:
            a_completion(person, one, at=NOW - DAY, score=0.4 + 0.1 * number)
        if number % 3:
            a_certificate(person, two, at=NOW - DAY)
    with unit_of_work():
        db.session.add_all(
            Declaration(person_id=person.id, key="word", holds=bool(number % 4), at=NOW - DAY)
            for number, person in enumerate(people)
        )
    trained = CityTrained(one.id, people=None if share else 2, share=share)
    leaves: tuple[Node, ...] = (
        Completed(one.id, 60.0), Certified(two.id), Passed(quiz, 50.0), trained, HasRole(Role.COORDINATOR),
        Declared("word", text("So it is"), "en"),
    )  # fmt: skip
    for rule in (*leaves, All(of=leaves[:4]), Any_(of=leaves), AtLeast(of=leaves, n=3)):
        call = queries.get_call(a_call(rule).slug, NOW)
        network = {found.id: found.counts for found in network_queries.get_network(call, NOW).cities}
        for place in (city, other):
            found = network_queries.get_city_standing(call, NOW, place.id)
            counts = network[place.id]
            assert found is not None
            assert (found.practitioners, found.eligible, found.near) == (counts.people, counts.eligible, counts.near)


def test_of_a_few_cities_are_the_same_rows_as_of_all(app: Flask) -> None:
    city, empty, never, other = a_city("Sfax"), a_city("Gabès"), a_city("Tunis"), a_city("Ghent")
    people = [a_person(city=city), a_person(city=city)]
    for place in (city, never):
        for state in (PersonState.INVITED, PersonState.LEFT):
            a_person(city=place, state=state)
    a_person(city=other)
    trained = All(of=(CityTrained(1, 1), CityIn()))
    asked = sa.select(Person.id, City.id)

    def rows(whom: sa.FromClause) -> list[tuple[int | None, int]]:
        few = asked.select_from(whom).where(City.id != other.id)
        return sorted(map(tuple, db.session.execute(few)), key=repr)

    everybody = [(None, empty.id), (None, never.id), *((person.id, city.id) for person in people)]
    for rules, expected in (((), everybody), ((trained,), everybody), ((Completed(1),), everybody[2:])):
        with only([city.id, empty.id, never.id]):
            whom = network(NOW, *rules)
        assert rows(whom) == rows(network(NOW, *rules)) == sorted(expected, key=repr)
        found = db.session.scalars(sa.select(City.id).select_from(whom))
        assert other.id not in set(found)


def test_each_person_of_a_few_cities_is_looked_up(app: Flask) -> None:
    leaves: tuple[Node, ...] = (
        Completed(1, 60.0), Certified(2), Passed(3, 50.0), Passed(3), HasRole(Role.TRAINER),
        Declared("word", text("So it is"), "en"),
    )  # fmt: skip
    for leaf in leaves:
        assert "person.id IN (SELECT" in str(leaf.clause(NOW)), leaf
        with only([1]):
            assert "person.id IN (SELECT" not in str(leaf.clause(NOW)), leaf


def test_a_city_without_people_has_no_figures(app: Flask) -> None:
    city = a_city("Sfax")
    call = queries.get_call(a_call(Completed(a_course().id)).slug, NOW)
    assert network_queries.get_city_standing(call, NOW, city.id) is None
