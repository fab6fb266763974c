"""A decision that an appeal changed stays explained: what it was, with its reason, by whom and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core import clock
from app.core.formats import speaking_to
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.appeals import services as appeal_services
from app.grants.appeals.services import Answer
from app.grants.decisions import services as decision_services
from app.grants.decisions.services import AWARDED, REFUSED, Decision
from app.grants.models import Appeal, AppealState, Frozen, Occasion
from app.grants.trace import dossier
from app.grants.trace.dossier_queries import get_dossier
from tests.grants.committee import LIST, Committee, browser, words
from tests.grants.factories import NOW

DAY = timedelta(days=1)


def _decide(there: Committee, decision: Decision) -> None:
    with unit_of_work():
        decision_services.decide(call_id=there.call.id, decisions={there.of_sfax.id: decision}, by=there.ada.id)


def _uphold(there: Committee, amount: int, words: str, *, days: int, by: Person) -> None:
    with clock.at(NOW + days * DAY), unit_of_work():
        appeal = appeal_services.make(application_id=there.of_sfax.id, reason="Look again", by=there.salma.id)
        appeal.owner_id = by.id
        db.session.flush()
        given = Answer(AppealState.UPHELD, words, amount)
        appeal_services.answer(appeal_id=appeal.id, application_id=there.of_sfax.id, given=given, by=by.id)


def _decision_blocks(there: Committee) -> list[dict[str, Any]]:
    db.session.rollback()
    with speaking_to("en", "UTC"):
        said = dossier.data(get_dossier(there.of_sfax.id, reader_id=there.abel.id), language="en")
    return next(section["blocks"] for section in said["sections"] if section["title"] == "Decision")


def test_a_decision_that_an_appeal_changed_stands_in_the_dossier(committee: Committee) -> None:
    _decide(committee, Decision(REFUSED, None, "Too dear."))
    _uphold(committee, 20_000, "The budget was right.", days=1, by=committee.abel)
    _uphold(committee, 25_000, "And the spades too.", days=2, by=committee.ada)
    now, second, first = _decision_blocks(committee)
    assert dict(now["rows"])["Amount"] == "25,000 EUR"
    assert second["title"] == "Before: an appeal changed this decision on 23 November 2026, 10:00:00 UTC"
    assert second["rows"] == [
        ["Decision", "Awarded"],
        ["Amount", "20,000 EUR"],
        ["Decided", "22 November 2026, 10:00:00 UTC, Abel Norton"],
        ["Reason", "The budget was right."],
    ]
    assert first["rows"] == [
        ["Decision", "Refused"],
        ["Decided", "21 November 2026, 10:00:00 UTC, Ada Okafor"],
        ["Reason", "Too dear."],
    ]


def test_so_does_one_whose_appeal_noted_neither_who_nor_when(committee: Committee) -> None:
    """As the log has it of appeals before that was noted: the decision itself says it."""
    _decide(committee, Decision(AWARDED, 10_000, "All we have."))
    _uphold(committee, 20_000, "The budget was right.", days=1, by=committee.abel)
    with unit_of_work():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "appeal.uphold")).one()
        before = {name: event.details["before"][name] for name in ("outcome", "amount", "reason")}
        event.details = {**event.details, "before": before}
    _now, former = _decision_blocks(committee)
    assert former["rows"] == [
        ["Decision", "Awarded"],
        ["Amount", "10,000 EUR"],
        ["Decided", "21 November 2026, 10:00:00 UTC, Ada Okafor"],
        ["Reason", "All we have."],
    ]


def test_a_dismissed_appeal_changes_nothing(committee: Committee) -> None:
    _decide(committee, Decision(REFUSED, None, "Too dear."))
    with unit_of_work():
        appeal = appeal_services.make(application_id=committee.of_sfax.id, reason="Look again", by=committee.salma.id)
        given = Answer(AppealState.DISMISSED, "No.")
        appeal_services.answer(
            appeal_id=appeal.id, application_id=committee.of_sfax.id, given=given, by=committee.abel.id
        )
    assert len(_decision_blocks(committee)) == 1


def test_the_page_of_the_application_tells_it_with_its_reason(app: Flask, committee: Committee) -> None:
    _decide(committee, Decision(REFUSED, None, "Too dear."))
    client = browser(app, committee.abel)
    said = words(client.get(f"{LIST}/{committee.of_sfax.id}"))
    assert "Changed on appeal" not in said
    _uphold(committee, 20_000, "The budget was right.", days=1, by=committee.abel)
    said = words(client.get(f"{LIST}/{committee.of_sfax.id}"))
    assert "Ada Okafor: refused Changed on appeal Too dear." in said
    assert "awarded €20,000 on appeal The budget was right." in said
    assert said.count("Changed on appeal") == 1


def test_the_log_holds_the_hash_of_what_was_frozen_with_a_decision(app: Flask, committee: Committee) -> None:
    _decide(committee, Decision(REFUSED, None, "Too dear."))
    _uphold(committee, 20_000, "The budget was right.", days=1, by=committee.abel)
    db.session.rollback()
    decided = sa.select(Frozen.hash).where(Frozen.occasion != Occasion.SUBMISSION)
    frozen = db.session.scalars(decided.order_by(Frozen.id)).all()
    actions = AuditEvent.action.in_(("application.decide", "appeal.uphold"))
    logged = db.session.scalars(sa.select(AuditEvent).where(actions).order_by(AuditEvent.id)).all()
    assert [event.details["hash"] for event in logged] == list(frozen)
    assert db.session.scalars(sa.select(Appeal.state)).all() == ["upheld"]
    check = app.test_cli_runner()
    assert check.invoke(args=["grants", "check"]).output.endswith(" frozen, 0 changed\n")
    with unit_of_work():
        db.session.execute(sa.delete(Frozen).where(Frozen.hash == frozen[0]))
    told = check.invoke(args=["grants", "check"])
    assert told.exit_code == 1 and f"{frozen[0]}, which the audit log holds (application.decide" in told.output
