"""Answers in the file of all applications, as people read them."""

from __future__ import annotations

import csv
import io

import msgspec
import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.formats import speaking_to
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.calls.questionnaire import Choice, Question, QuestionKind
from app.grants.models import Application, ApplicationAnswer, ApplicationState, Frozen, GrantCall, Occasion
from app.grants.trace import export
from tests.factories import text
from tests.grants.decided import a_decided_application


@pytest.fixture
def application(app: Flask) -> Application:
    row = a_decided_application()
    size = Question(
        key="size", kind=QuestionKind.CHOICE, title=text("How large?"),
        choices=(Choice("opt-1", text("Under 50,000", fr="Moins de 50 000")),),
    )  # fmt: skip
    with unit_of_work():
        call = db.session.get_one(GrantCall, row.call_id)
        call.questionnaire = msgspec.structs.replace(
            call.questionnaire, questions=(*call.questionnaire.questions, size)
        )
        plan = db.session.get_one(ApplicationAnswer, (row.id, "plan"))
        db.session.add(
            ApplicationAnswer(
                application_id=row.id, key="size", value="opt-1", saved_by_id=plan.saved_by_id, saved_at=plan.saved_at
            )
        )
        plan.value = "a" * 40_000
    return row


def _file(application: Application, kind: str, language: str) -> bytes:
    with speaking_to(language, "UTC"):
        call = db.session.get_one(GrantCall, application.call_id)
        return b"".join(export.FORMATS[kind](*export.table(call, language, reader_id=0)))


@pytest.mark.parametrize(("language", "label"), [("en", "Under 50,000"), ("fr", "Moins de 50 000")])
def test_a_choice_is_said_by_its_label_and_csv_keeps_all_of_a_text(
    application: Application, language: str, label: str
) -> None:
    heading, row = csv.reader(io.StringIO(_file(application, "csv", language).decode("utf-8-sig")))
    said = dict(zip(heading, row, strict=True))
    assert said["How large?"] == label
    assert said["What will you do?"] == "a" * 40_000


def test_a_workbook_cuts_what_no_cell_holds(application: Application) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_file(application, "xlsx", "en"))).active
    assert sheet is not None
    heading, row = sheet.values
    said = dict(zip(heading, row, strict=True))
    assert said["What will you do?"] == "a" * 32_766 + "…"


@pytest.mark.parametrize("state", ApplicationState)
def test_a_submission_is_named_by_its_hash_while_it_stands(application: Application, state: ApplicationState) -> None:
    with unit_of_work():
        db.session.get_one(Application, application.id).state = state
    heading, row = csv.reader(io.StringIO(_file(application, "csv", "en").decode("utf-8-sig")))
    kept = db.session.scalars(sa.select(Frozen.hash).where(Frozen.occasion == Occasion.SUBMISSION)).one()
    said = dict(zip(heading, row, strict=True))["SHA-256"]
    assert said == ("" if state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN) else kept)
