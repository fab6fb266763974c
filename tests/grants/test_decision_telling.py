"""Who of a city is told of its application, found from the application and never from everybody."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonRole, PersonState, Role
from app.core import audit
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.applications.access import ENDORSE, WRITE, has_worked, subject_of
from app.grants.decisions.telling import list_people, list_untold
from app.grants.models import Application, ApplicationAnswer, ApplicationFile
from app.grants.rules import Completed
from app.network.models import City
from tests.factories import a_city, a_course, a_person
from tests.grants.factories import DAY, NOW, a_call, moved


def coordinating(person: Person, city: City, **values: Any) -> PersonRole:
    return PersonRole(
        person_id=person.id, role=Role.COORDINATOR, city_id=city.id, **{"from_at": NOW - 90 * DAY, **values}
    )


@pytest.fixture
def applications(app: Flask) -> dict[str, Application]:
    """Sfax and Ghent applied, with people who have to do with it in every way; in Oslo nobody who began it is left."""
    call, cities = a_call(Completed(a_course().id)), [a_city(name) for name in ("Sfax", "Ghent", "Oslo")]
    elsewhere, found = a_city("Porto"), {}
    for city in cities:
        a_person(city=city)  # a colleague who has nothing to do with it
        creator, endorser, submitter, writer, adder, replaced, reader = (a_person(city=city) for _each in range(7))
        with unit_of_work():
            row = Application(
                call_id=call.id, city_id=city.id, created_at=NOW, created_by_id=creator.id,
                endorsed_by_id=endorser.id, submitted_by_id=submitter.id,
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            for number, one in enumerate((writer, creator, a_person(city=elsewhere))):
                db.session.add(
                    ApplicationAnswer(
                        application_id=row.id, key=f"q{number}", value="x", saved_by_id=one.id, saved_at=NOW
                    )
                )
            db.session.add(
                ApplicationFile(
                    application_id=row.id, key="papers", name="a.pdf", media_type="application/pdf", size=1,
                    hash="0" * 64, added_by_id=adder.id, added_at=NOW, removed_at=NOW,
                )
            )  # fmt: skip
            for action, who in ((WRITE, replaced), (ENDORSE, endorser), ("application.read", reader), (WRITE, None)):
                audit.record(action, subject_of(row.id), actor_id=who.id if who else None)
        found[city.name] = row
        if city.name == "Oslo":
            for one in (creator, endorser, submitter, writer, adder, replaced):
                moved(one, elsewhere, NOW)
            continue
        own, other, former = (a_person(city=there) for there in (city, elsewhere, city))
        left = a_person(city=city, roles=(Role.COORDINATOR,), state=PersonState.LEFT)
        with unit_of_work():
            db.session.add_all([coordinating(own, city), coordinating(other, city), coordinating(left, elsewhere)])
            db.session.add_all([coordinating(writer, city), coordinating(former, city, to_at=NOW - DAY)])
        moved(adder, elsewhere, NOW)
        moved(submitter, cities[0], NOW)
    return found


def asked_of_everybody(application: Application) -> list[int]:
    """The same, asked of each person there is."""
    coordinates = sa.exists().where(
        PersonRole.person_id == Person.id,
        PersonRole.role == Role.COORDINATOR,
        PersonRole.city_id == Application.city_id,
        PersonRole.to_at.is_(None),
    )
    worked = sa.and_(Person.city_id == Application.city_id, has_worked(Person.id))
    return list(
        db.session.scalars(
            sa.select(Person.id)
            .join(Application, sa.true())
            .where(Application.id == application.id, sa.or_(coordinates.correlate_except(PersonRole), worked))
            .order_by(Person.id)
        )
    )


def test_the_same_people_are_found_as_by_asking_everybody(applications: dict[str, Application]) -> None:
    everybody = {one.id: asked_of_everybody(one) for one in applications.values()}
    ids = {name: one.id for name, one in applications.items()}
    assert list_people(everybody) == everybody
    assert [len(everybody[ids[name]]) for name in ("Sfax", "Ghent", "Oslo")] == [8, 7, 0]
    assert list_people([ids["Ghent"]]) == {ids["Ghent"]: everybody[ids["Ghent"]]}
    some = everybody[ids["Sfax"]][::2]
    assert list_people(everybody, among=some) == {ids["Sfax"]: some, ids["Ghent"]: [], ids["Oslo"]: []}
    assert list_people([]) == {}
    assert list_untold(everybody) == ["Oslo"] and list_untold([ids["Sfax"], ids["Ghent"]]) == []


def test_nobody_else_is_looked_at(applications: dict[str, Application], statements: list[str]) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the plan is read as SQLite words it")
    first = min(one.id for one in applications.values())
    statements.clear()
    list_people([first])
    list_untold([first])
    assert len(statements) == 2
    for said in statements:
        plan = [row.detail for row in db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {said.replace('?', '1')}"))]
        scanned = {line.split()[1] for line in plan if line.startswith("SCAN")}
        assert not scanned & {"person", "audit_event", "application_answer", "application_file"}, plan
