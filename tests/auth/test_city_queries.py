"""Cities as administrators see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from app.auth.cities import queries
from app.auth.models import PersonState, Role, SignIn
from app.core.transactions import unit_of_work
from app.extensions import db
from app.network.models import Region
from tests.factories import a_city, a_person

SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def test_cities_come_with_their_active_people_in_one_statement(app: Flask, statements: list[str]) -> None:
    oslo, sfax = a_city("Oslo"), a_city("Sfax", region=Region.MIDDLE_EAST_NORTH_AFRICA)
    for _number in range(3):
        a_person(city=oslo)
    a_person(city=sfax, state=PersonState.LEFT)
    statements.clear()
    assert [(row.name, row.practitioners) for row in queries.list_cities()] == [("Oslo", 3), ("Sfax", 0)]
    assert len(statements) == 1
    assert [row.name for row in queries.list_cities("OSL", Region.EUROPE)] == ["Oslo"]
    assert queries.list_cities("oslo", Region.AFRICA) == []


def test_the_people_of_a_city(app: Flask) -> None:
    oslo, sfax = a_city("Oslo"), a_city("Sfax")
    kari = a_person("Kari", city=oslo, roles=(Role.COORDINATOR,))
    a_person("Ola", city=oslo)
    a_person("Sami", city=sfax, roles=(Role.COORDINATOR,))
    with unit_of_work():
        db.session.add(SignIn(person_id=kari.id, created_at=SINCE, last_used_at=SINCE + timedelta(days=5)))
    people = queries.get_city_people(oslo.id, since=SINCE + timedelta(days=4))
    assert (people.practitioners, people.signed_in_lately) == (2, 1)
    assert people.coordinators == ((kari.id, "Kari"),)
    assert queries.get_city_people(oslo.id, since=SINCE + timedelta(days=6)).signed_in_lately == 0
