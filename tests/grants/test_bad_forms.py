"""Whatever is sent to the forms of reviews, decisions, appeals and reports, the answer is a page, never a fault."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.transactions import unit_of_work
from app.grants.appeals import services as appeal_services
from app.grants.decisions import services as decision_services
from app.grants.decisions.services import AWARDED, Decision
from tests.grants.committee import LIST, OF_CITY, Committee, browser
from tests.grants.factories import a_review
from tests.house_rules.test_bad_input import NASTY

REVIEW = {"points.need": "4", "remark.need": "Clear.", "comment": "A good one.", "version": "1", "action": "hand_in"}
DECISION = {"outcome": "awarded", "amount": "40000", "reason": "Sound.", "beyond": "y", "action": "draft"}
ANSWER = {"outcome": "upheld", "amount": "20000", "answer": "Right.", "beyond": "y"}


@pytest.mark.parametrize("value", NASTY, ids=lambda value: ascii(value)[:24])
def test_a_nasty_value_in_every_field(app: Flask, committee: Committee, value: str) -> None:
    review = a_review(committee.of_ghent, committee.rosa, committee.ada)
    with unit_of_work():
        decided = {committee.of_sfax.id: Decision(AWARDED, 10_000, "")}
        decision_services.decide(call_id=committee.call.id, decisions=decided, by=committee.ada.id)
    with unit_of_work():
        appeal_services.make(application_id=committee.of_sfax.id, reason="Too little.", by=committee.salma.id)
    rosa, ada, abel, salma = (
        browser(app, person) for person in (committee.rosa, committee.ada, committee.abel, committee.salma)
    )
    appeal, ghent = f"{LIST}/{committee.of_sfax.id}/appeal", f"{LIST}/{committee.of_ghent.id}"
    pair = f"{committee.of_kumasi.id}:{committee.rosa.id}"
    forms: list[tuple[FlaskClient, str, dict[str, str]]] = [
        (rosa, f"/reviews/{review.id}", REVIEW),
        (rosa, f"/reviews/{review.id}/conflict", {"why": "My sister."}),
        (ada, f"{LIST}/reviewers", {"pair": pair}),
        (ada, f"{ghent}/decision", DECISION),
        (ada, f"{LIST}/drafts", {**DECISION, "application": f"{committee.of_ghent.id}:0"}),
        (ada, f"{LIST}/sent", {"application": f"{committee.of_ghent.id}:1", "beyond": "y"}),
        (abel, f"{appeal}/owner", {"owner": str(committee.abel.id), "day": "2026-12-01"}),
        (abel, f"{appeal}/answer", ANSWER),
        (salma, f"{OF_CITY}/appeal", {"reason": "Again."}),
        (salma, f"{OF_CITY}/reports/midway", {"text": "Done.", "version": "1", "action": "save"}),
    ]
    asked = [
        (ada, LIST, ("show", "q", "page")),
        (ada, f"{LIST}/reviewers", ("q", "person", "application", "each")),
        (ada, "/administration/duties", ("page",)),
        (salma, f"{OF_CITY}/letter", ("city",)),
    ]
    faults = []
    for client, address, fields in forms:
        for name in fields:
            status = client.post(address, data={**fields, name: value}).status_code
            if status >= 500:
                faults.append(f"{address} with {name}: {status}")
    for client, address, names in asked:
        for name in names:
            status = client.get(address, query_string={name: value[:2000]}).status_code
            if status >= 500:
                faults.append(f"{address} asked {name}: {status}")
    assert faults == []
