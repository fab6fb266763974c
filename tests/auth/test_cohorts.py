"""Cohorts: the rule in two readings, who is listed, and the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.auth.cohorts.pasted import no_emails
from app.auth.cohorts.queries import cohort_members
from app.auth.cohorts.rules import CohortRule, Known, finds
from app.auth.models import Cohort, CohortMember, Person, PersonRole, PersonState, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.network.models import City, Region, SizeBand
from tests.factories import a_city, a_person, signed_in

DAYS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(4)]
STATES = (PersonState.ACTIVE, PersonState.ACTIVE, PersonState.WAITING, PersonState.INVITED, PersonState.LEFT)
REGIONS, SIZES, COUNTRIES = (Region.AFRICA, Region.EUROPE), (SizeBand.SMALL, SizeBand.LARGE), ("TN", "BE")


def some(values: object) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)  # type: ignore[arg-type]


RULES = st.builds(
    CohortRule, cities=some([1, 2, 3, 4, 9]), regions=some(REGIONS), countries=some(COUNTRIES), sizes=some(SIZES),
    roles=some(list(Role)), joined_from=st.none() | st.sampled_from(DAYS),
    joined_before=st.none() | st.sampled_from(DAYS),
)  # fmt: skip


@pytest.fixture
def people(app: Flask) -> None:
    """Four cities, unlike each other, and people of all states and roles in each and in none."""
    cities: list[City | None] = [
        a_city(region=REGIONS[n % 2], size_band=SIZES[n // 2], country=COUNTRIES[n // 2]) for n in range(4)
    ]
    for n, city in enumerate([*cities, None] * 6):
        roles = (Role.TRAINER, Role.COORDINATOR) if n % 4 == 0 and city else (Role.ADMINISTRATOR,) if n % 4 == 1 else ()
        person = a_person(city=city, state=STATES[n % 5 if n % 7 else 0], roles=roles, since=DAYS[n % 4])
        if n % 8 == 0:
            with unit_of_work():
                db.session.execute(
                    sa.update(PersonRole).where(PersonRole.person_id == person.id).values(to_at=clock.now())
                )


def known() -> dict[int, Known]:
    rows = db.session.execute(
        sa.select(Person, City).outerjoin(City, City.id == Person.city_id).execution_options(populate_existing=True)
    ).all()
    held = db.session.execute(sa.select(PersonRole.person_id, PersonRole.role).where(PersonRole.to_at.is_(None))).all()
    return {
        person.id: Known(
            person.state == PersonState.ACTIVE, person.city_id, *(
                (city.region, city.country, city.size_band) if city else (None, None, None)
            ),
            [role for person_id, role in held if person_id == person.id], person.created_at,
        )
        for person, city in rows
    }  # fmt: skip


@pytest.mark.usefixtures("people")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=RULES)
def test_both_readings_of_a_rule_find_the_same(rule: CohortRule) -> None:
    in_sql = set(db.session.scalars(cohort_members(Cohort(id=1, name="", rule=rule))))
    assert in_sql == {person_id for person_id, facts in known().items() if finds(rule, facts)}


def test_a_coordinators_cohort_has_their_citys_people_only(app: Flask) -> None:
    city = a_city()
    here, there, gone = a_person(city=city), a_person(city=a_city()), a_person(city=city, state=PersonState.LEFT)
    with unit_of_work():
        listed = Cohort(name="Listed", city_id=city.id, created_by_id=here.id, created_at=clock.now())
        db.session.add(listed)
        db.session.flush()
        for person in (here, there, gone):
            db.session.add(
                CohortMember(cohort_id=listed.id, person_id=person.id, added_by_id=here.id, added_at=clock.now())
            )
        db.session.flush()
        assert set(db.session.scalars(cohort_members(listed))) == {here.id}
        by_rule = Cohort(id=99, name="Rule", city_id=city.id, rule=CohortRule())
        assert set(db.session.scalars(cohort_members(by_rule))) == {here.id}


@pytest.fixture
def city(app: Flask) -> City:
    return a_city("Ghent")


@pytest.fixture
def desk(app: Flask, city: City) -> Iterator[FlaskClient]:
    """The browser of Ghent's coordinator."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield signed_in(app.test_client(), a_person("Lena Maes", city=city, roles=(Role.COORDINATOR,)))
    app.config["WTF_CSRF_ENABLED"] = True


def test_a_cohort_from_beginning_to_end(desk: FlaskClient, city: City) -> None:
    amina, other = a_person("Amina", city=city, email="amina@ghent.example"), a_person("Otto", city=a_city())
    answer = desk.post("/cohorts/new", data={"name": "Spring", "kind": "listed", "of_city": city.id})
    assert answer.status_code == 303
    here = answer.location
    page = desk.get(f"{here}?q=amina").text
    assert "Amina" in page
    assert f'value="{amina.id}"' in page
    assert "Otto" not in desk.get(f"{here}?q=otto").text
    desk.post(f"{here}/members", data={"person": [amina.id, other.id, "x", "9" * 50]})
    assert "1 person now" in desk.get(here).text
    told = desk.post(
        f"{here}/addresses", data={"addresses": f"Amina <AMINA@ghent.example>; {other.email}\nnobody@ghent.example"},
        follow_redirects=True,
    ).text  # fmt: skip
    assert "Nobody was added who is not in it already." in told
    assert "nobody@ghent.example" in told
    assert str(other.email) in told
    assert desk.post(f"{here}/name", data={"name": "Summer"}).status_code == 303
    assert desk.post(f"{here}/members/{amina.id}/removal").status_code == 303
    assert desk.post(f"{here}/members/{amina.id}/removal").status_code == 404
    assert "Summer" in desk.get("/cohorts").text
    assert desk.post(f"{here}/over").status_code == 303
    assert desk.post(f"{here}/over").status_code == 409
    assert "Summer" not in desk.get("/cohorts").text
    assert "Summer" in desk.get("/cohorts?ended=y").text


def test_what_is_no_address_is_named_and_stays_in_the_field(desk: FlaskClient, city: City) -> None:
    a_person("Amina", city=city, email="amina@ghent.example")
    here = desk.post("/cohorts/new", data={"name": "Spring", "kind": "listed", "of_city": city.id}).location
    pasted = (
        "Amina Trabelsi <amina@ghent.example>, bea@ghent; Cléo(at)ghent.example\nTrabelsi, Amina <amina@ghent.example>"
    )
    answer = desk.post(f"{here}/addresses", data={"addresses": pasted})
    assert answer.status_code == 200
    assert "1 person is added." in answer.text
    assert "This is no e-mail address: bea@ghent, Cléo(at)ghent.example." in answer.text
    assert "bea@ghent\nCléo(at)ghent.example</textarea>" in answer.text
    assert "1 person now" in desk.get(here).text


@pytest.mark.parametrize(
    ("pasted", "wrong"),
    [
        ("amina@ghent.example, bea@ghent.example", []),
        ("Amina Trabelsi <amina@ghent.example>; J. R. Smith <j@ghent.example>,", []),
        ("Trabelsi, Amina <amina@ghent.example>", []),
        ("Amina\tTrabelsi\tamina@ghent.example\n", []),
        ("amina, bea@ghent.example", ["amina"]),
        ("bea@ghent.example\nnobody at ghent\n\nnobody at ghent", ["nobody at ghent"]),
        ("amina@@ghent.example bea@ghent.example", ["amina@@ghent.example"]),
        ("amina.ghent.example, Bea <bea@ghent.example>", ["amina.ghent.example"]),
        (" , <>;", []),
    ],
)
def test_names_beside_addresses_are_no_fault(pasted: str, wrong: list[str]) -> None:
    assert no_emails(pasted) == wrong


def test_a_second_cohort_of_the_same_name_is_refused_with_a_link_to_the_first(desk: FlaskClient, city: City) -> None:
    spring = {"name": "Spring", "kind": "listed", "of_city": city.id}
    first = desk.post("/cohorts/new", data=spring).location
    other = desk.post("/cohorts/new", data=spring | {"name": "Autumn"}).location
    for address, said in (("/cohorts/new", spring | {"name": "SPRING "}), (f"{other}/name", {"name": "spring"})):
        refused = desk.post(address, data=said)
        assert refused.status_code == 422
        assert "Another cohort has this name." in refused.text
        assert f'<a href="{first}">Open the cohort that has this name</a>' in refused.text
    assert desk.post(f"{first}/name", data={"name": "spring"}).status_code == 303  # its own, written otherwise
    with unit_of_work():
        db.session.add(Cohort(name="Winter", city_id=a_city().id, created_by_id=1, created_at=clock.now()))
    assert desk.post("/cohorts/new", data=spring | {"name": "Winter"}).status_code == 303  # elsewhere
    desk.post(f"{first}/over")
    assert desk.post("/cohorts/new", data=spring).status_code == 303


@pytest.mark.parametrize(
    ("before", "status"), [("2026-01-01", 422), ("2027-01-01", 422), ("2027-01-02", 303), ("", 303)]
)
def test_a_rule_that_nobody_can_fit_is_refused(desk: FlaskClient, city: City, before: str, status: int) -> None:
    answer = desk.post(
        "/cohorts/new",
        data={"name": "New", "kind": "rule", "of_city": city.id, "joined_from": "2027-01-01", "joined_before": before},
    )
    assert answer.status_code == status
    assert ("Nobody can fit: write a day after" in answer.text) == (status == 422)


def test_a_rule_is_said_in_words(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    desk = signed_in(app.test_client(), a_person("Ada", roles=(Role.ADMINISTRATOR,)))
    city = a_city("Sfax", country="TN", region=Region.AFRICA)
    a_person("Trainer", city=city, roles=(Role.TRAINER,))
    answer = desk.post(
        "/cohorts/new",
        data={"name": "African trainers", "kind": "rule", "regions": "africa", "countries": "TN", "roles": "trainer",
              "joined_before": "2026-05-01"},
    )  # fmt: skip
    page = desk.get(answer.location).text
    app.config["WTF_CSRF_ENABLED"] = True
    said = "Everyone active in the region Africa, in Tunisia, with the role Trainer, with an account from before "
    assert f"{said}1 May 2026." in page
    assert "1 person now" in page


def test_strangers_find_nothing(desk: FlaskClient, app: Flask) -> None:
    other = a_city()
    with unit_of_work():
        cohort = Cohort(name="Theirs", city_id=other.id, created_by_id=1, created_at=clock.now())
        everyones = Cohort(name="Everyone’s", created_by_id=1, created_at=clock.now())
        db.session.add_all([cohort, everyones])
        db.session.flush()
        ids = [cohort.id, everyones.id]
    for cohort_id in ids:
        for method, path in (("get", ""), ("post", "/name"), ("post", "/members"), ("post", "/over")):
            assert getattr(desk, method)(f"/cohorts/{cohort_id}{path}").status_code == 404
    assert desk.post("/cohorts/new", data={"name": "x", "kind": "rule", "of_city": other.id}).status_code == 303
    db.session.rollback()
    made = db.session.scalars(sa.select(Cohort).order_by(Cohort.id.desc())).first()
    assert made and made.city_id != other.id
