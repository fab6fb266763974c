"""Taking cities in and changing them."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from msgspec.structs import replace

from app.core.errors import NotFound
from app.core.merging import decode, encode
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.network import queries, services
from app.network.errors import CityTaken, Disputed, DomainTaken, LeavesTooEarly
from app.network.facts import CityFacts, facts_of
from app.network.models import City, CityDomain, Region, SizeBand
from tests.at_once import at_once
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
    assert facts_of(queries.get_city(city_id)) == OSLO
    (event,) = _events()
    assert (event.action, event.subject, event.actor_id) == ("city.add", f"city:{city_id}", by)
    assert event.details["domains"] == ["oslo.example", "oslo.kommune.example"]


def test_an_edit_writes_down_only_what_changed(app: Flask) -> None:
    by = a_person().id
    with unit_of_work():
        city_id = services.add_city(OSLO, by=by).id
    changed = replace(OSLO, left_on=date(2025, 1, 1), domains=("oslo.example", "byen.example"))
    with unit_of_work():
        services.edit_city(city_id, changed, before=OSLO, by=by)
    assert facts_of(queries.get_city(city_id)) == replace(changed, domains=("byen.example", "oslo.example"))
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
        services.edit_city(city_id, OSLO, before=OSLO, by=by)
    assert [event.action for event in _events()] == ["city.add"]


def test_a_domain_kept_stays_the_same_row(app: Flask) -> None:
    by = a_person().id
    with unit_of_work():
        city_id = services.add_city(OSLO, by=by).id
    kept = db.session.scalar(sa.select(CityDomain.id).where(CityDomain.domain == "oslo.example"))
    db.session.rollback()
    with unit_of_work():
        services.edit_city(city_id, replace(OSLO, domains=("oslo.example",)), before=OSLO, by=by)
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
    services.edit_city(city.id, replace(OSLO, name="OSLO"), before=OSLO, by=1)
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
        services.edit_city(77, OSLO, before=OSLO, by=1)


def _edit(city_id: int, facts: CityFacts, *, before: CityFacts | None = OSLO) -> CityFacts:
    with unit_of_work():
        services.edit_city(city_id, facts, before=before, by=1)
    stands = facts_of(queries.get_city(city_id))
    db.session.rollback()
    return stands


@pytest.fixture
def oslo(app: Flask) -> int:
    """The id of a city that several people edit at once."""
    by = a_person().id
    with unit_of_work():
        return services.add_city(OSLO, by=by).id


def test_what_only_a_colleague_changed_stays(oslo: int) -> None:
    theirs = replace(OSLO, figures_public=False, domains=("oslo.example",), left_on=date(2026, 1, 1))
    _edit(oslo, theirs)
    assert _edit(oslo, replace(OSLO, name="Oslo kommune", figures_public=False)) == replace(theirs, name="Oslo kommune")
    assert _events()[-1].details == {"name": ["Oslo", "Oslo kommune"]}


def test_what_two_changed_differently_is_refused_and_nothing_is_written(oslo: int) -> None:
    theirs = replace(OSLO, domains=("byen.example",), figures_public=False)
    _edit(oslo, theirs)
    mine = replace(OSLO, domains=("oslo.example",), name="Oslo kommune")
    with pytest.raises(Disputed) as refused:
        _edit(oslo, mine)
    assert refused.value.names == {"domains"}
    assert (refused.value.theirs, refused.value.mine) == (theirs, replace(mine, figures_public=False))
    assert facts_of(queries.get_city(oslo)) == theirs
    db.session.rollback()
    assert _edit(oslo, refused.value.mine, before=theirs) == refused.value.mine


def test_of_whom_nobody_knows_what_they_saw_every_difference_is_refused(oslo: int) -> None:
    assert _edit(oslo, OSLO, before=None) == OSLO
    with pytest.raises(Disputed):
        _edit(oslo, replace(OSLO, figures_public=False), before=None)


def test_two_days_that_two_people_wrote_must_follow(oslo: int) -> None:
    _edit(oslo, replace(OSLO, joined_on=date(2020, 3, 1)))
    with pytest.raises(LeavesTooEarly, match=r"join on 1 March 2020 and leave on 31 May 2019") as refused:
        _edit(oslo, replace(OSLO, left_on=date(2019, 5, 31)))
    assert refused.value.field == "left_on"


def test_of_two_who_save_in_the_same_moment_neither_is_lost(app: Flask, oslo: int) -> None:
    def save(**changes: object) -> None:
        with app.app_context():
            _edit(oslo, replace(OSLO, **changes))  # type: ignore[arg-type]

    at_once([lambda: save(figures_public=False), lambda: save(domains=()), lambda: save(size_band=SizeBand.LARGE)])
    wanted = replace(OSLO, figures_public=False, domains=(), size_band=SizeBand.LARGE)
    assert facts_of(queries.get_city(oslo)) == wanted


@pytest.mark.parametrize(
    "carried", ["", "{}", "null", "[1]", encode(OSLO).replace("europe", "moon"), '{"x":' + "[" * 9000]
)
def test_what_no_form_carries_is_nothing(carried: str) -> None:
    assert decode(encode(OSLO), CityFacts) == OSLO
    assert decode(carried, CityFacts) is None
