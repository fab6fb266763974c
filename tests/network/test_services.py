"""Taking cities in and changing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.network import queries, services
from app.network.errors import CityTaken, DomainTaken
from app.network.models import City, CityDomain, Region, SizeBand
from app.network.services import CityFacts
from tests.factories import a_city, a_person

OSLO = CityFacts(
    name="Oslo", country="NO", region=Region.EUROPE, size_band=SizeBand.MEDIUM, joined_on=date(2015, 9, 29),
    left_on=None, figures_public=True, domains=("oslo.example", "oslo.kommune.example"),
)  # fmt: skip


def _events() -> list[AuditEvent]:
    return list(db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)))


def test_a_city_is_added_and_audited(app: Flask) -> None:
    by = a_person().id
    with unit_of_work():
        city_id = services.add_city(OSLO, by=by).id
    assert services.facts_of(queries.get_city(city_id)) == OSLO
    (event,) = _events()
    assert (event.action, event.subject, event.actor_id) == ("city.add", f"city:{city_id}", by)
    assert event.details["domains"] == ["oslo.example", "oslo.kommune.example"]


def test_an_edit_writes_down_only_what_changed(app: Flask) -> None:
    by = a_person().id
    with unit_of_work():
        city_id = services.add_city(OSLO, by=by).id
    changed = replace(OSLO, left_on=date(2025, 1, 1), domains=("oslo.example", "byen.example"))
    with unit_of_work():
        services.edit_city(city_id, changed, by=by)
    assert services.facts_of(queries.get_city(city_id)) == replace(changed, domains=("byen.example", "oslo.example"))
    event = _events()[-1]
    assert event.action == "city.edit"
    assert event.details == {
        "left_on": [None, "2025-01-01"],
        "domains": [["oslo.example", "oslo.kommune.example"], ["byen.example", "oslo.example"]],
    }


def test_saving_the_same_again_is_no_event(app: Flask) -> None:
    by = a_person().id
    with unit_of_work():
        city_id = services.add_city(OSLO, by=by).id
    with unit_of_work():
        services.edit_city(city_id, OSLO, by=by)
    assert [event.action for event in _events()] == ["city.add"]


def test_a_domain_kept_stays_the_same_row(app: Flask) -> None:
    by = a_person().id
    with unit_of_work():
        city_id = services.add_city(OSLO, by=by).id
    kept = db.session.scalar(sa.select(CityDomain.id).where(CityDomain.domain == "oslo.example"))
    db.session.rollback()
    with unit_of_work():
        services.edit_city(city_id, replace(OSLO, domains=("oslo.example",)), by=by)
    assert db.session.scalars(sa.select(CityDomain.id)).all() == [kept]


def test_a_namesake_in_the_same_country_is_refused(app: Flask, work: None) -> None:
    a_city("São Paulo", country="BR")
    with pytest.raises(CityTaken, match="São Paulo") as refused:
        services.add_city(replace(OSLO, name="SAO PAULO", country="BR"), by=1)
    assert refused.value.field == "name"
    services.add_city(replace(OSLO, name="São Paulo", country="PT"), by=1)


def test_a_domain_of_another_city_is_refused_and_the_city_named(app: Flask, work: None) -> None:
    a_city("Bergen", domain="oslo.example")
    with pytest.raises(DomainTaken, match=r"oslo\.example already belongs to Bergen\.") as refused:
        services.add_city(OSLO, by=1)
    assert refused.value.field == "domains"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(City)) == 1


def test_a_city_keeps_its_own_name_and_domains(app: Flask, work: None) -> None:
    city = services.add_city(OSLO, by=1)
    services.edit_city(city.id, replace(OSLO, name="OSLO"), by=1)
    assert city.name == "OSLO"


@pytest.mark.parametrize(
    ("facts", "error"),
    [(replace(OSLO, domains=()), CityTaken), (replace(OSLO, name="Bergen"), DomainTaken)],
)
def test_what_another_request_took_meanwhile_is_found_by_the_database(
    app: Flask, work: None, monkeypatch: pytest.MonkeyPatch, facts: CityFacts, error: type[Exception]
) -> None:
    services.add_city(OSLO, by=1)
    # The look that comes first saw neither: the other request had not committed yet.
    monkeypatch.setattr(services, "_check_free", lambda *_args, **_kwargs: None)
    with pytest.raises(error):
        services.add_city(facts, by=1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(City)) == 1


def test_editing_a_city_that_there_is_not(app: Flask, work: None) -> None:
    with pytest.raises(NotFound):
        services.edit_city(77, OSLO, by=1)
