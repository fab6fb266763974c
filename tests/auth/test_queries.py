"""Where an address places its owner, and where a person is signed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.auth import queries, services
from app.core import clock
from app.core.transactions import unit_of_work
from tests.factories import a_city, a_person


@pytest.mark.parametrize("address", ["x@city.example", "x@a.b.city.example", "X@CITY.example"])
def test_an_address_in_or_below_a_domain_places_its_owner(app: Flask, address: str) -> None:
    city = a_city(domain="city.example")
    a_city(domain="other.example")
    assert queries.find_city_for(address) == city.id


@pytest.mark.parametrize("address", ["x@notcity.example", "x@example", "x@city.example.org", "x", ""])
def test_other_addresses_place_nobody(app: Flask, address: str) -> None:
    a_city(domain="city.example")
    assert queries.find_city_for(address) is None


def test_the_most_specific_domain_wins(app: Flask) -> None:
    region = a_city(domain="region.example")
    town = a_city(domain="town.region.example")
    assert queries.find_city_for("x@hall.town.region.example") == town.id
    assert queries.find_city_for("x@village.region.example") == region.id


def test_a_tie_places_nobody(app: Flask) -> None:
    a_city(domain="shared.example")
    a_city(domain="Shared.example")
    a_city(domain="example.org")
    assert queries.find_city_for("x@shared.example") is None


def test_a_tie_is_not_settled_by_a_broader_domain(app: Flask) -> None:
    a_city(domain="hall.region.example")
    a_city(domain="Hall.region.example")
    a_city(domain="region.example")
    assert queries.find_city_for("x@hall.region.example") is None


def test_a_city_that_has_left_places_nobody(app: Flask) -> None:
    a_city(domain="gone.example", left_on=date(2020, 1, 1))
    staying = a_city(domain="going.example", left_on=date(2999, 1, 1))
    assert queries.find_city_for("x@gone.example") is None
    assert queries.find_city_for("x@going.example") == staying.id


def test_devices_are_the_open_sign_ins_newest_first(app: Flask) -> None:
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    amina, noor = a_person().id, a_person().id
    with unit_of_work():
        for hours, name in enumerate(["Firefox, Windows", "Safari, iPhone", "Chrome, Android"]):
            with clock.at(noon + timedelta(hours=hours)):
                ended = services.open_sign_in(person_id=amina, device=name)
        services.open_sign_in(person_id=noor, device="Edge, Windows")
        services.end_sign_in(sign_in_id=ended)
    assert [device.name for device in queries.list_devices(amina)] == ["Safari, iPhone", "Firefox, Windows"]
