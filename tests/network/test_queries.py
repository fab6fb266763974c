"""Cities are found by name and domain, in a fixed order."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from app.core.errors import NotFound
from app.extensions import db
from app.network import labels, queries
from app.network.models import Region
from tests.factories import a_city


def _names(search: str = "", region: Region | None = None) -> list[str]:
    return [city.name for city in db.session.scalars(queries.matching(search, region))]


def test_a_search_folds_accents_and_takes_every_word(app: Flask) -> None:
    a_city("São Paulo", country="BR", region=Region.AMERICAS)
    a_city("Saint-Paul", country="RE", region=Region.AFRICA)
    assert _names("SAO paulo") == ["São Paulo"]
    assert _names("paul") == ["Saint-Paul", "São Paulo"]
    assert _names("paul", Region.AFRICA) == ["Saint-Paul"]
    assert _names("paul lisboa") == []


def test_a_search_finds_a_domain(app: Flask) -> None:
    a_city("Oslo", domain="oslo.kommune.example")
    a_city("Bergen", domain="bergen.example")
    assert _names("kommune") == ["Oslo"]


def test_signs_of_patterns_are_only_signs(app: Flask) -> None:
    a_city("Oslo")
    assert _names("%") == [] == _names("_slo")


def test_members_stand_first_then_by_name_without_accents(app: Flask) -> None:
    a_city("Zagreb")
    a_city("Aarhus", left_on=date(2020, 1, 1))
    a_city("Évora")
    a_city("Faro")
    assert _names() == ["Évora", "Faro", "Zagreb", "Aarhus"]


def test_choices_leave_out_who_left_unless_asked(app: Flask) -> None:
    gone = a_city("Aarhus", left_on=date(2020, 1, 1))
    oslo = a_city("Oslo")
    leaving = a_city("Zadar", left_on=date(2999, 1, 1))
    assert queries.list_choices() == [(oslo.id, "Oslo, Norway"), (leaving.id, "Zadar, Norway")]
    assert [city_id for city_id, _label in queries.list_choices(with_left=True)] == [oslo.id, leaving.id, gone.id]
    assert [city_id for city_id, _label in queries.list_choices(among=frozenset({oslo.id, gone.id}))] == [oslo.id]
    assert queries.list_choices(among=frozenset()) == []


def test_a_city_that_there_is_not(app: Flask) -> None:
    with pytest.raises(NotFound):
        queries.get_city(77)


def test_every_country_is_named_in_the_language_of_the_page(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        countries = labels.countries()
        assert labels.country_name("DE") == "Allemagne"
        assert labels.country_name("??") == "??"
    codes = [code for code, _name in countries]
    assert len(codes) == len(set(codes)) == 250  # ISO 3166-1 has 249, and Kosovo
    assert not {"EU", "UN", "ZZ"} & set(codes)
    assert codes.index("EG") > codes.index("DE")  # Allemagne before Égypte
    assert codes.index("EG") < codes.index("FR")  # Égypte before France
