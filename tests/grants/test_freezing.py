"""What is frozen of an application: by value, people by id, and checked by its hash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.auth.models import Person
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import rules
from app.grants.calls.questionnaire import BudgetLine
from app.grants.judging.facts import facts
from app.grants.judging.findings import CompletionEvidence, Met, Missing, PeopleEvidence
from app.grants.models import Application, ApplicationAnswer, ApplicationFile, ApplicationState, Frozen, Occasion
from app.grants.rules import All, Any_, Certified, CityTrained, Completed
from app.grants.trace import freezing
from app.network.models import City
from tests.factories import a_city, a_course, a_person
from tests.grants.factories import DAY, NOW, a_call, a_completion, an_enrolment


@pytest.fixture
def application(app: Flask) -> Application:
    """Of a city in which one of two practitioners is eligible, with an answer of each kind and a file."""
    city = a_city("Sfax")
    amina, _other = a_person("Amina Trabelsi", city=city), a_person("Habib Jaziri", city=city)
    done, begun = a_course(), a_course()
    a_completion(amina, done, at=NOW - DAY, score=0.86)
    an_enrolment(amina, begun, at=NOW - DAY)
    rule = All(of=(Completed(done.id, min_score=70), Any_(of=(Certified(begun.id), CityTrained(done.id, people=1)))))
    call = a_call(rule)
    with unit_of_work():
        row = Application(
            call_id=call.id, city_id=city.id, created_at=NOW, created_by_id=amina.id, state=ApplicationState.SUBMITTED
        )
        db.session.add(row)
        db.session.flush()
        held = {"application_id": row.id, "saved_by_id": amina.id, "saved_at": NOW}
        db.session.add_all(
            [
                ApplicationAnswer(**held, key="plan", value="A garden"),
                ApplicationAnswer(**held, key="budget", value=(BudgetLine("Trees", 900),)),
                _a_file(row, amina, "plan.pdf"),
                _a_file(row, amina, "old.pdf", removed_at=NOW),
            ]
        )
    return row


def _a_file(application: Application, person: Person, name: str, **values: object) -> ApplicationFile:
    return ApplicationFile(
        application_id=application.id, key="files", name=name, media_type="application/pdf", size=9, hash="a" * 64,
        added_by_id=person.id, added_at=NOW, **values,
    )  # fmt: skip


def _frozen(application: Application) -> Frozen:
    with clock.at(NOW), unit_of_work():
        return freezing.freeze(application.id, Occasion.SUBMISSION, at=NOW)


def test_all_that_decided_is_kept_and_people_by_id_only(application: Application) -> None:
    amina = db.session.query(Person).filter_by(name="Amina Trabelsi").one()
    row = _frozen(application)
    db.session.expire_all()
    snapshot = freezing.read(db.session.get_one(Frozen, row.id))
    assert (snapshot.at, snapshot.rule_number, snapshot.city["name"]) == (NOW, 1, "Sfax")
    assert (snapshot.practitioners, snapshot.eligible) == (2, (amina.id,))
    assert [person.person_id for person in snapshot.people] == [amina.id]
    assert snapshot.answers == {"plan": "A garden", "budget": [{"item": "Trees", "amount": 900}]}
    assert [file.name for file in snapshot.files] == ["plan.pdf"]
    assert "Trabelsi" not in str(row.document)
    assert "@" not in str(row.document)


def test_findings_come_back_as_they_were(application: Application) -> None:
    snapshot = freezing.read(_frozen(application))
    rule = rules.read(snapshot.rule)
    finding = freezing.thawed(rule, snapshot.people[0].finding)
    done, either = finding.parts
    assert isinstance(finding, Met)
    assert isinstance(done.evidence, CompletionEvidence)  # type: ignore[union-attr]
    assert (done.evidence.completed_at, done.evidence.score) == (NOW - DAY, 0.86)
    held, trained = either.parts
    assert isinstance(held, Missing)
    assert held.how_far is not None
    assert isinstance(trained, Met)
    assert isinstance(trained.evidence, PeopleEvidence)
    fresh = rule.check(facts([snapshot.eligible[0]], NOW, rule)[snapshot.eligible[0]], NOW)
    assert freezing.frozen_finding(finding) == freezing.frozen_finding(fresh)


def test_a_changed_document_is_found_out(application: Application) -> None:
    row = _frozen(application)
    db.session.expire_all()
    row = db.session.get_one(Frozen, row.id)
    assert freezing.is_intact(row)
    row.document = {**row.document, "practitioners": 3}
    assert not freezing.is_intact(row)


def test_what_happens_later_changes_nothing(application: Application) -> None:
    before = _frozen(application).hash
    with unit_of_work():
        db.session.query(City).filter_by(name="Sfax").one().name = "Elsewhere"
        for person in db.session.query(Person).filter(Person.city_id.is_not(None)):
            person.name, person.email, person.state = "", None, "erased"
    with clock.at(NOW + timedelta(days=400)), unit_of_work():
        later = freezing.freeze(application.id, Occasion.DECISION, at=NOW + timedelta(days=400))
    db.session.expire_all()
    kept = db.session.query(Frozen).order_by(Frozen.id).first()
    assert kept is not None
    assert kept.hash == before
    assert freezing.is_intact(kept)
    assert later.hash != before
