"""The dossier of an application: everything that was asked, answered, judged and decided, in one PDF."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from pypdf import PdfReader

from app.auth.models import Person, PersonRole, Role
from app.core import audit, clock
from app.core.formats import speaking_to
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.applications.access import WITHDRAW
from app.grants.models import Application, Frozen, GrantCall, Review
from app.grants.trace import dossier
from app.grants.trace.dossier_queries import get_dossier
from tests.grants.decided import a_decided_application
from tests.grants.factories import NOW


@pytest.fixture
def application(app: Flask) -> Application:
    return a_decided_application()


def _read(application_id: int, language: str = "en", *, reader: str = "Ada Okafor") -> str:
    with clock.at(NOW + timedelta(days=5)), speaking_to(language, "UTC"):
        reader_id = db.session.query(Person.id).filter_by(name=reader).scalar()
        said = dossier.data(get_dossier(application_id, reader_id=reader_id), language=language)
        db.session.remove()
        reader = PdfReader(io.BytesIO(dossier.pdf(said)))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return " ".join("\n".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())


def test_it_says_everything(application: Application) -> None:
    said = _read(application.id)
    for words in (
        "Local Innovation Grant 2027", "Sfax, Tunisia", "Amina Trabelsi", "Version 1", "Trees", "1,000",
        "of =1+1 and <b>trees</b> #show $x$", "mayor.pdf", "Worth a second look", "My sister lives there",
        "70.0 of 100", "none, with one review", "The plan says nothing about schools.", "Page 2 speaks of schools",
        "It names none", "The course was not held in 2026", "Midway report", "Completed on 20 November 2026 with 86%",
        "The document is as it was frozen.", "Hold a valid certificate in",
    ):  # fmt: skip
        assert words.replace(" ", "") in said.replace(" ", ""), words


def test_it_says_when_a_submission_was_withdrawn_and_by_whom_and_how_criteria_weigh(application: Application) -> None:
    amina = db.session.query(Person).filter_by(name="Amina Trabelsi").one().id
    with clock.at(NOW), unit_of_work():
        audit.record(WITHDRAW, f"application:{application.id}", actor_id=amina)
    said = _read(application.id).replace(" ", "")
    assert "Takenback21November2026,10:00:00UTC,AminaTrabelsi" in said
    assert "Theidea(weight2)" in said


def test_reviews_are_kept_from_whom_they_concern(application: Application) -> None:
    with unit_of_work():
        amina = db.session.query(Person).filter_by(name="Amina Trabelsi").one()
        db.session.add(PersonRole(person_id=amina.id, role=Role.ADMINISTRATOR, from_at=NOW))
    said = _read(application.id, reader="Amina Trabelsi").replace(" ", "")
    assert "soitsreviewsarenotshowntoyou" in said
    assert "Worthasecondlook" not in said
    assert "70.0of100" not in said


def test_a_document_that_was_changed_is_told_of(application: Application) -> None:
    with unit_of_work():
        first = db.session.query(Frozen).order_by(Frozen.id).first()
        assert first is not None
        first.document = {**first.document, "practitioners": 9}
    assert "changedafteritwasfrozen" in _read(application.id).replace(" ", "")


def test_its_days_are_the_same_for_whoever_reads_it(application: Application) -> None:
    reader_id = db.session.query(Person.id).filter_by(name="Ada Okafor").scalar()
    said = []
    for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati"):  # eleven hours behind UTC, and fourteen ahead
        with clock.at(NOW + timedelta(days=5)), speaking_to("en", zone):
            said.append(dossier.data(get_dossier(application.id, reader_id=reader_id), language="en"))
    assert said[0] == said[1]
    assert "Completed on 20 November 2026 with 86%" in str(said[0])


def test_who_was_erased_is_named_no_more(application: Application) -> None:
    with unit_of_work():
        amina = db.session.query(Person).filter_by(name="Amina Trabelsi").one()
        number = amina.id
        amina.name, amina.email, amina.state = "", None, "erased"
    said = _read(application.id)
    assert "Trabelsi" not in said
    assert f"(erased),person{number}" in said.replace(" ", "")


def test_its_dates_have_a_year_and_its_numbers_are_of_the_readers_language(application: Application) -> None:
    """It is read years later: a date without its year would say nothing."""
    with unit_of_work():
        call = db.session.get_one(GrantCall, application.call_id)
        call.opens_at, call.closes_at = datetime(2026, 10, 1, 7, tzinfo=UTC), datetime(2027, 1, 31, 17, tzinfo=UTC)
        jonas = db.session.query(Review).filter(Review.submitted_at.is_not(None)).one()
        mei = db.session.query(Review).filter(Review.submitted_at.is_(None)).one()
        mei.state, mei.scores, mei.submitted_at = "submitted", {"idea": 5, "reach": 10}, jonas.submitted_at
    said = {language: _read(application.id, language).replace(" ", "") for language in ("en", "fr")}
    assert "1October2026,08:00(Africa/Tunis,UTC+01:00)" in said["en"]
    assert "31January2027,18:00(Africa/Tunis,UTC+01:00)" in said["en"]
    assert "1eroctobre2026,08:00" in said["fr"]
    for english, french in (("85.0", "85,0"), ("15.0", "15,0"), ("70.0", "70,0"), ("100.0", "100,0")):
        assert english in said["en"]
        assert french in said["fr"] and english not in said["fr"]
