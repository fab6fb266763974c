"""Answers in the file of all applications, as people read them."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

import msgspec
import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Role
from app.core import clock, workbooks
from app.core.formats import speaking_to
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.core.workbooks import Sheet, workbook_of
from app.extensions import db
from app.grants.appeals import services as appeals
from app.grants.calls.questionnaire import Choice, Question, QuestionKind
from app.grants.decisions import services as decisions
from app.grants.decisions.services import AWARDED, REFUSED, Decision
from app.grants.models import (
    AppealState,
    Application,
    ApplicationAnswer,
    ApplicationState,
    Duty,
    Frozen,
    GrantCall,
    Occasion,
)
from app.grants.trace import export
from tests.factories import a_person, text
from tests.grants.committee import LIST, Committee, browser
from tests.grants.decided import a_decided_application
from tests.grants.factories import DAY, NOW, a_review, moved


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
        if kind == "csv":
            return b"".join(export.as_csv(export.applications(call, language, reader_id=0)))
        return b"".join(workbook_of([table(call, language, reader_id=0) for table in export.TABLES.values()]))


def _tables(application: Application, reader_id: int = 0) -> dict[str, list[dict[str, object]]]:
    """The tables of the workbook by name, each line by its heading."""
    with speaking_to("en", "UTC"):
        call = db.session.get_one(GrantCall, application.call_id)
        tables = [table(call, "en", reader_id=reader_id) for table in export.TABLES.values()]
        book = openpyxl.load_workbook(io.BytesIO(b"".join(workbook_of(tables))))
    found: dict[str, list[dict[str, object]]] = {}
    for sheet in book:
        heading, *rows = sheet.values
        found[sheet.title] = [dict(zip(map(str, heading), row, strict=True)) for row in rows]
    return found


@pytest.mark.parametrize(("language", "label"), [("en", "Under 50,000"), ("fr", "Moins de 50 000")])
def test_a_choice_is_said_by_its_label_and_csv_keeps_all_of_a_text(
    application: Application, language: str, label: str
) -> None:
    heading, row = csv.reader(io.StringIO(_file(application, "csv", language).decode("utf-8-sig")))
    said = dict(zip(heading, row, strict=True))
    assert said["How large?"] == label
    assert said["What will you do?"] == "a" * 40_000


def test_a_workbook_cuts_what_no_cell_holds(application: Application) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_file(application, "xlsx", "en"))).worksheets[0]
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


def test_a_workbook_has_all_that_stands_beside_the_applications(application: Application) -> None:
    found = _tables(application)
    assert list(found) == ["Applications", "Scores", "Comments", "Decisions", "Appeals", "Waivers", "Reports"]
    sfax = {"City": "Sfax", "Country": "Tunisia"}
    assert found["Scores"] == [
        sfax | {
            "Reviewer": "Jonas Verbeke", "State": "Handed in", "Reason": None, "Submitted": _said(NOW),
            "The idea (of 5)": 4, "Whom it reaches (of 10)": 5, "Score (of 100)": 70,
        },
        sfax | {
            "Reviewer": "Mei Lin", "State": "Declared a conflict", "Reason": "My sister lives there",
            "Submitted": None, "The idea (of 5)": None, "Whom it reaches (of 10)": None, "Score (of 100)": None,
        },
    ]  # fmt: skip
    assert found["Comments"] == [
        sfax | {"Reviewer": "Jonas Verbeke", "Criterion": "The idea", "Comment": "Clear"},
        sfax | {
            "Reviewer": "Jonas Verbeke", "Criterion": "Comment for the committee", "Comment": "Worth a second look",
        },
    ]  # fmt: skip
    frozen = dict(db.session.execute(sa.select(Frozen.occasion, Frozen.hash)).all())
    assert found["Decisions"] == [
        sfax | {
            "Decision": "Refused", "Amount": None, "Currency": None, "Reason": "The plan says nothing about schools.",
            "Decided": _said(NOW + DAY), "Decided by": "Ada Okafor", "Changed by an appeal": None,
            "SHA-256": frozen[Occasion.DECISION],
        },
    ]  # fmt: skip
    assert found["Appeals"] == [
        sfax | {
            "Appeal made": _said(NOW + 2 * DAY), "Made by": "Amina Trabelsi", "Reason": "Page 2 speaks of schools",
            "State": "Dismissed", "Who answers": "Jonas Verbeke", "To be answered by": datetime(2026, 12, 21),
            "Answered": _said(NOW + 3 * DAY), "Answered by": "Jonas Verbeke", "Answer": "It names none",
        },
    ]  # fmt: skip
    [waiver] = found["Waivers"]
    assert str(waiver["Requirement"]).startswith("Hold a valid certificate in")
    assert (waiver["Reason"], waiver["Granted by"]) == ("The course was not held in 2026", "Ada Okafor")
    assert (waiver["Granted"], waiver["Waiver revoked"]) == (_said(NOW), None)
    assert found["Reports"] == [
        sfax | {
            "Report": "Midway report", "Due": datetime(2027, 6, 9), "Handed in": None, "Handed in by": None,
            "Text": None,
        },
    ]  # fmt: skip


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def test_a_report_that_is_being_written_is_the_citys(application: Application) -> None:
    with unit_of_work():
        duty = db.session.scalars(sa.select(Duty)).one()
        duty.text = "Half of it."
    assert _tables(application)["Reports"][0]["Text"] is None
    with unit_of_work():
        duty.done_at, duty.done_by_id = NOW, application.created_by_id
    [report] = _tables(application)["Reports"]
    assert (report["Text"], report["Handed in"], report["Handed in by"]) == (
        "Half of it.", _said(NOW), "Amina Trabelsi",
    )  # fmt: skip


def test_a_decision_that_an_appeal_changed_stands_before_the_one_in_force(app: Flask, committee: Committee) -> None:
    with unit_of_work():
        decisions.decide(
            call_id=committee.call.id, decisions={committee.of_sfax.id: Decision(REFUSED, None, "Too dear.")},
            by=committee.ada.id,
        )  # fmt: skip
    with clock.at(NOW + DAY), unit_of_work():
        appeal = appeals.make(application_id=committee.of_sfax.id, reason="Look again.", by=committee.salma.id)
        given = appeals.Answer(AppealState.UPHELD, "It was not.", 20_000)
        appeals.answer(appeal_id=appeal.id, application_id=committee.of_sfax.id, given=given, by=committee.abel.id)
    frozen = dict(db.session.execute(sa.select(Frozen.occasion, Frozen.hash).order_by(Frozen.id)).all())
    one, other = _tables(committee.of_sfax)["Decisions"]
    assert (one["Decision"], one["Reason"], one["Decided by"]) == ("Refused", "Too dear.", "Ada Okafor")
    assert (one["Changed by an appeal"], one["SHA-256"]) == (_said(NOW + DAY), frozen[Occasion.DECISION])
    assert (other["Decision"], other["Amount"], other["Currency"]) == ("Awarded", 20_000, "EUR")
    assert (other["Decided by"], other["SHA-256"]) == ("Abel Norton", frozen[Occasion.APPEAL])


def test_reviews_are_kept_from_whom_they_concern_and_who_has_still_to_score(app: Flask, committee: Committee) -> None:
    a_review(committee.of_sfax, committee.theo, committee.abel, scores={"need": 1, "idea": 1}, comment="Theo says no.")
    for row in (committee.of_ghent, committee.of_kumasi):
        a_review(row, committee.theo, committee.abel, scores={"need": 5, "idea": 10}, comment="Theo says yes.")
    a_review(committee.of_sfax, committee.ada, committee.abel)
    a_person("Nia Owusu", city=committee.kumasi, roles=(Role.ADMINISTRATOR,))
    moved(committee.abel, committee.ghent, NOW)
    for reader, seen in ((committee.ada, {"Ghent", "Kumasi"}), (committee.abel, {"Sfax", "Kumasi"})):
        found = _tables(committee.of_sfax, reader.id)
        for name in ("Scores", "Comments"):
            assert {line["City"] for line in found[name]} == seen


def test_each_table_is_a_file_that_the_page_links_to(app: Flask, committee: Committee) -> None:
    client = browser(app, committee.ada)
    page = client.get(LIST).text
    links = re.findall(r'href="([^"]*applications\.csv[^"]*)"', page)
    assert len(links) == len(export.TABLES)
    headings = set()
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        headings.add(answer.data.decode("utf-8-sig").partition("\n")[0])
    assert len(headings) == len(links)
    assert client.get(f"{LIST}.csv?table=none").status_code == 404
    db.session.rollback()
    written = db.session.scalars(sa.select(AuditEvent.details).where(AuditEvent.action == "grant_call.export")).all()
    assert [one["tables"] for one in written] == [[name] for name in export.TABLES]


def test_a_table_costs_the_same_however_many_applications_there_are(
    app: Flask, committee: Committee, statements: list[str]
) -> None:
    def asked() -> int:
        db.session.rollback()
        statements.clear()
        _tables(committee.of_sfax)
        return len(statements)

    with unit_of_work():
        decisions.decide(
            call_id=committee.call.id, decisions={committee.of_sfax.id: Decision(REFUSED, None, "No.")},
            by=committee.ada.id,
        )  # fmt: skip
    one = asked()
    with unit_of_work():
        others = [committee.of_ghent.id, committee.of_kumasi.id]
        decisions.decide(
            call_id=committee.call.id, decisions=dict.fromkeys(others, Decision(AWARDED, 1_000, "Yes.")),
            by=committee.ada.id,
        )  # fmt: skip
        for row in others:
            appeals.make(application_id=row, reason="More.", by=committee.lena.id)
    assert asked() == one


def test_what_one_sheet_cannot_take_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    monkeypatch.setattr(workbooks, "ROWS_A_CHUNK", 1)
    sheets = [Sheet("None", ["A"], []), Sheet("Five", ["B"], [[n] for n in range(5)]), Sheet("Two", ["C"], [[1], [2]])]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(workbook_of(sheets))))
    assert {sheet.title: [row[0] for row in sheet.values] for sheet in book} == {
        "None": ["A"], "Five": ["B", 0, 1], "Five 2": ["B", 2, 3], "Five 3": ["B", 4], "Two": ["C", 1, 2],
    }  # fmt: skip
