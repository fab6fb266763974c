"""A city’s application when somebody of it, a reviewer or an administrator is erased."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from app.auth import services as auth
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import queries
from app.grants.decisions.services import REFUSED, Decision
from app.grants.models import Appeal, Application, ApplicationState, CallReminder, Frozen, Occasion, Review, ReviewState
from app.grants.rules import Completed
from app.grants.trace import freezing
from app.messages.models import Notice
from tests.factories import a_city, a_course, a_person
from tests.grants.committee import LIST, OF_CITY, Committee, browser, words
from tests.grants.eligible import list_eligible
from tests.grants.factories import DAY, NOW, a_call, a_completion, a_review
from tests.grants.test_appeals import APPEAL, decide


def erase(person_id: int) -> None:
    db.session.rollback()
    with unit_of_work():
        auth.erase(person_id=person_id, keeps_name=False, reason="Asked.", by=None)


def test_who_was_erased_counts_until_then_and_no_longer(app: Flask) -> None:
    course, sfax = a_course("prevention"), a_city("Sfax")
    amina = a_person("Amina Trabelsi", city=sfax)
    amina_id, sfax_id = amina.id, sfax.id
    a_completion(amina, course, at=NOW - 40 * DAY)
    a_call(Completed(course.id), slug="local")
    with clock.at(NOW):
        erase(amina_id)
    call = queries.get_call("local", NOW)
    for at, eligible in ((NOW - DAY, True), (NOW + DAY, False)):
        assert queries.is_eligible_city(call, at, sfax_id) is eligible
        assert list_eligible(call, at) == ({"Sfax": ["(erased)"]} if eligible else {})


def test_what_was_submitted_stands_and_is_read_without_the_name(app: Flask, committee: Committee) -> None:
    application_id = committee.of_sfax.id
    with unit_of_work():
        freezing.freeze(application_id, Occasion.SUBMISSION, at=NOW)
        db.session.add(CallReminder(call_id=committee.call.id, person_id=committee.amina.id, asked_at=NOW))
    kept = db.session.scalars(sa.select(Frozen.hash)).all()
    erase(committee.amina.id)
    row = db.session.get_one(Application, application_id, populate_existing=True)
    assert row.state == ApplicationState.SUBMITTED and row.submitted_by_id == committee.amina.id
    frozen = db.session.scalars(sa.select(Frozen)).all()
    assert [one.hash for one in frozen] == kept and all(freezing.is_intact(one) for one in frozen)
    assert db.session.scalars(sa.select(CallReminder)).all() == []
    page = words(browser(app, committee.ada).get(f"{LIST}/{application_id}"))
    city = words(browser(app, committee.salma).get(OF_CITY, follow_redirects=True))
    assert "Amina" not in page and "Amina" not in city
    assert "by (erased)" in city


def test_what_a_reviewer_had_still_to_do_is_given_back_and_the_rest_stays(app: Flask, committee: Committee) -> None:
    a_review(committee.of_sfax, committee.rosa, committee.ada, state=ReviewState.SUBMITTED, comment="Sound.")
    a_review(committee.of_ghent, committee.rosa, committee.ada)
    erase(committee.rosa.id)
    left = db.session.scalars(sa.select(Review)).all()
    assert [(one.application_id, one.state, one.comment) for one in left] == [
        (committee.of_sfax.id, ReviewState.SUBMITTED, "Sound.")
    ]


def test_an_appeal_finds_another_to_answer_it(app: Flask, committee: Committee) -> None:
    third = a_person("Iris Holm", roles=("administrator",))  # type: ignore[arg-type]
    third_id = third.id
    decide(committee, Decision(REFUSED, None, "Too dear."))
    assert browser(app, committee.salma).post(f"{OF_CITY}/appeal", data=APPEAL).status_code == 303
    db.session.rollback()
    assert db.session.scalar(sa.select(Appeal.owner_id)) == committee.abel.id
    erase(committee.abel.id)
    assert db.session.scalar(sa.select(Appeal.owner_id)) == third_id
    told = sa.select(Notice.person_id).where(Notice.kind == "appeal_made")
    assert db.session.scalars(told).all() == [third_id]
