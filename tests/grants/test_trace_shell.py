"""What `flask grants explain` says of waivers and appeals, and how it refuses what cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.models import Appeal, Application, GrantCall, Waiver
from app.grants.rules import Passed
from app.grants.trace import waiver_services
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in
from tests.grants.decided import a_decided_application
from tests.grants.factories import NOW, a_call


@pytest.fixture
def application(app: Flask) -> Iterator[Application]:
    row = a_decided_application()
    with clock.at(NOW + timedelta(days=5)):
        yield row


def _explain(app: Flask, application: Application, *more: str) -> tuple[int, str]:
    db.session.rollback()
    slug = db.session.get_one(GrantCall, application.call_id).slug
    city = () if "--city" in more else ("--city", "sfax")
    result = app.test_cli_runner().invoke(args=["grants", "explain", "--call", slug, *city, *more])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_it_says_what_is_waived_and_who_by_name(application: Application, app: Flask) -> None:
    waiver = db.session.scalars(sa.select(Waiver)).one()
    _code, said = _explain(app, application)
    assert f"waiver {waiver.id} of “Hold a valid certificate in “" in said
    assert f"” by Ada Okafor (person {waiver.owner_id}), " in said
    assert "Amina Trabelsi (person " in said and ") meets the rule\n" in said
    with unit_of_work():
        waiver_services.revoke(waiver_id=waiver.id, why="It is held again", by=waiver.owner_id)
        ada = db.session.get_one(Person, waiver.owner_id)
        ada.name, ada.email, ada.state = "", None, "erased"
    assert f"ended by (erased) (person {waiver.owner_id}): It is held again" in _explain(app, application)[1]


def test_it_names_quizzes_as_the_page_of_the_case_does(client: FlaskClient, app: Flask) -> None:
    course, city = a_course(questions=[a_choice_question()]), a_city("Sfax")
    a_person(city=city)
    call = a_call(Passed(course.modules[-1].activities[-1].id), slug="quiz")
    ada = signed_in(client, a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,)))
    said = app.test_cli_runner().invoke(args=["grants", "explain", "--call", "quiz", "--city", "sfax"]).output
    with clock.at(NOW):
        page = ada.get(f"/administration/grants/{call.slug}/cities/{city.id}").text
    assert "Pass the quiz “" in said and "a quiz" not in said
    assert "Pass the quiz “" in page and "“a quiz”" not in page


def test_it_says_the_appeals(application: Application, app: Flask) -> None:
    appeal = db.session.scalars(sa.select(Appeal)).one()
    _code, said = _explain(app, application)
    assert f"appeal {appeal.id} by Amina Trabelsi (person {appeal.made_by_id}), 23 November 2026, 10:00:00 UTC" in said
    assert "(Dismissed): Page 2 speaks of schools" in said
    assert f"answered for by Jonas Verbeke (person {appeal.owner_id}), due by the end of 21 December 2026" in said
    assert f"answer of Jonas Verbeke (person {appeal.owner_id}), 24 November 2026, 10:00:00 UTC: It names none" in said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--at", "9999-12-31"), "9999-12-31 is too far off"),
        (("--at", "9999-12-31T23:59-14:00"), "is too far off"),
        (("--at", "0001-01-01"), "0001-01-01 is too far off"),
        (("--at", "0001-01-01T00:00+14:00"), "0001-01-01T00:00+14:00 is too far off"),
        (("--at", "soon"), "soon is no day and no moment"),
        (("--city", "99999999999999999999"), "No city has a number as high as 99999999999999999999."),
        (("--city", "9" * 5000), "No city has a number as high as 999"),
        (("--language", "xx"), "xx is no language of this site: choose one of en, fr."),
        (("--language", "../en"), "is no language of this site"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    application: Application, app: Flask, typed: tuple[str, str], words: str
) -> None:
    code, said = _explain(app, application, *typed)
    assert code == 2
    assert said.startswith("Error: ") and words in said


def test_the_day_of_the_address_may_be_the_last_of_its_years(application: Application, app: Flask) -> None:
    assert _explain(app, application, "--at", "2999-12-31")[0] == 0
    assert "no rule in force" in _explain(app, application, "--at", "1900-01-01")[1]
