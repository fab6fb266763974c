"""Frozen documents that somebody changed in the database: found out, told, and never in the way of the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person
from app.core import audit, clock
from app.core.formats import speaking_to
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.applications.queries import receipt_of
from app.grants.applications.submission_services import _forget_removed
from app.grants.decisions.list_queries import Verdict, list_verdicts
from app.grants.models import Application, ApplicationFile, Frozen, GrantCall
from app.grants.trace import dossier, freezing
from app.grants.trace.dossier_queries import get_dossier
from app.grants.trace.frozen_queries import parsed
from tests.factories import signed_in
from tests.grants.decided import a_decided_application
from tests.grants.factories import NOW
from tests.pages import check_page

Document = dict[str, Any]


@pytest.fixture
def application(app: Flask) -> Iterator[Application]:
    row = a_decided_application()
    with clock.at(NOW + timedelta(days=5)):
        yield row


def _rows() -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(sa.select(Frozen.id, Frozen.document, Frozen.hash).order_by(Frozen.id)))


def _store(frozen_id: int, text: str, digest: str | None = None) -> bool:
    """Write past the model, as somebody with a database shell does. Whether it was taken: PostgreSQL refuses what is
    no JSON."""
    try:
        with unit_of_work():
            db.session.execute(
                sa.text("UPDATE frozen SET document = :text, hash = coalesce(:hash, hash) WHERE id = :id"),
                {"text": text, "hash": digest, "id": frozen_id},
            )
    except sa.exc.DBAPIError:
        assert db.engine.dialect.name == "postgresql" and parsed(text) is None
        return False
    return True


def _without(document: Document, *names: str) -> str:
    return json.dumps({name: value for name, value in document.items() if name not in names})


def _page(client: FlaskClient, application: Application) -> str:
    slug = db.session.get_one(GrantCall, application.call_id).slug
    answer = client.get(f"/administration/grants/{slug}/cities/{application.city_id}")
    assert answer.status_code == 200
    assert check_page(answer.text) == []
    return answer.text


def _said(application: Application) -> str:
    db.session.rollback()
    reader = db.session.scalars(sa.select(Person.id).where(Person.name == "Ada Okafor")).one()
    with speaking_to("en", "UTC"):
        return json.dumps(
            dossier.data(get_dossier(application.id, reader_id=reader), language="en"), ensure_ascii=False
        )


def _bad_evidence(document: Document) -> str:
    person = document["people"][0]
    person["finding"] = {"verdict": "met", "evidence": {"kind": "oracle"}}
    return json.dumps(document)


CHANGES = [
    lambda document: json.dumps({**document, "practitioners": 2**53 + 1}),
    lambda document: json.dumps({**document, "eligible": [2**70]}),
    lambda document: "[1, 2]",
    lambda document: "null",
    lambda document: "7",
    lambda document: '{"format": 1, "at"',
    lambda document: "[" * 100_000,
    lambda document: _without(document, "eligible"),
    lambda document: _without(document, "rule", "answers"),
    lambda document: json.dumps({**document, "rule": {"type": "oracle"}}),
    lambda document: json.dumps(document).replace('"course_id": ', '"course_id": 9999999999999999999'),
    lambda document: json.dumps({**document, "questionnaire": {"questions": [1]}}),
    lambda document: json.dumps({**document, "answers": {**document["answers"], "budget": [1]}}),
    _bad_evidence,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_document_that_became_anything_is_changed_and_the_rest_is_shown(
    application: Application, app: Flask, change: Any
) -> None:
    first, second = _rows()
    if not all(_store(row.id, change(row.document)) for row in (first, second)):
        return
    client = signed_in(
        app.test_client(), db.session.scalars(sa.select(Person).where(Person.name == "Ada Okafor")).one()
    )
    assert _page(client, application).count("Changed after it was frozen") == 2
    told = app.test_cli_runner().invoke(args=["grants", "check"])
    assert isinstance(told.exception, SystemExit) and told.exit_code == 1
    assert told.output.endswith("2 frozen, 2 changed\n")
    slug = db.session.get_one(GrantCall, application.call_id).slug
    explained = app.test_cli_runner().invoke(args=["grants", "explain", "--call", slug, "--city", "sfax"])
    assert explained.exit_code == 0 and explained.output.count("(CHANGED)") == 2
    address = f"/administration/grants/{slug}/cities/{application.city_id}/frozen/{first.id}.json"
    assert client.get(address).status_code == 200
    said = _said(application)
    assert said.count("it was changed after it was frozen") == 2
    assert "The plan says nothing about schools." in said and "A garden" in said
    list_verdicts([application.id])  # and no more than that
    shown = _applicant(app).get(f"/grants/{slug}/application/{application.city_id}")
    assert shown.status_code == 200 and "A garden" in shown.text


def _applicant(app: Flask) -> FlaskClient:
    return signed_in(
        app.test_client(), db.session.scalars(sa.select(Person).where(Person.name == "Amina Trabelsi")).one()
    )


@pytest.mark.parametrize("change", [lambda document: "[1, 2]", lambda document: _without(document, "answers")])
def test_the_applicants_are_told_and_their_removed_files_stay(
    application: Application, app: Flask, change: Any
) -> None:
    first, _second = _rows()
    slug = db.session.get_one(GrantCall, application.call_id).slug
    address = f"/grants/{slug}/application/{application.city_id}"
    assert "kept as they were at that moment" in _applicant(app).get(address).text
    _store(first.id, change(first.document))
    shown = _applicant(app).get(address).text
    assert "was changed since and cannot be read" in shown and "kept as they were at that moment" not in shown
    assert receipt_of(first.hash) in shown
    with unit_of_work():
        row = db.session.scalars(sa.select(ApplicationFile)).one()
        row.removed_at = clock.now()
        _forget_removed(application.id)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ApplicationFile)) == 1


def test_what_cannot_be_read_has_no_verdict_in_the_list(application: Application) -> None:
    first, _second = _rows()
    assert list_verdicts([application.id]) == {application.id: Verdict(1, 1)}
    for text in ("[1]", "null", "{", _without(first.document, "eligible"), _without(first.document, "practitioners")):
        taken = _store(first.id, text)
        db.session.rollback()
        assert not taken or list_verdicts([application.id]) == {}


def test_a_missing_field_is_a_change_even_with_a_new_hash(application: Application, app: Flask) -> None:
    first, _second = _rows()
    fewer = _without(first.document, "eligible")
    _store(first.id, fewer, freezing.hash_of(json.loads(fewer)))
    told = app.test_cli_runner().invoke(args=["grants", "check"])
    assert told.exit_code == 1 and f"frozen:{first.id} of" in told.output


def _logged(application: Application) -> list[Any]:
    """As submitting and deciding write it down."""
    rows = _rows()
    with unit_of_work():
        for action, row in zip(("application.submit", "application.decide"), rows, strict=True):
            audit.record(action, f"application:{application.id}", actor_id=None, hash=row.hash)
        audit.record("application.decide", f"application:{application.id}", actor_id=None, outcome="refused")  # of old
    return rows


@pytest.mark.parametrize("what", ["changed", "deleted"])
def test_a_document_changed_with_its_hash_or_deleted_is_told_by_the_log(
    application: Application, app: Flask, what: str
) -> None:
    first, second = _logged(application)
    check = app.test_cli_runner()
    assert check.invoke(args=["grants", "check"]).output == "2 frozen, 0 changed\n"
    if what == "changed":
        other = {**second.document, "practitioners": 9}
        _store(second.id, json.dumps(other), freezing.hash_of(other))
    else:
        with unit_of_work():
            db.session.execute(sa.text("DELETE FROM frozen WHERE id = :id"), {"id": second.id})
    told = check.invoke(args=["grants", "check"])
    assert told.exit_code == 1
    assert f"application:{application.id} has no document with the hash {second.hash}" in told.output
    assert first.hash not in told.output
    assert told.output.endswith("0 changed, 1 not as the audit log says\n")
    client = signed_in(
        app.test_client(), db.session.scalars(sa.select(Person).where(Person.name == "Ada Okafor")).one()
    )
    assert "The audit log holds another hash, of 26 November 2026, 10:00:00 UTC" in _page(client, application)
    slug = db.session.get_one(GrantCall, application.call_id).slug
    explained = check.invoke(args=["grants", "explain", "--call", slug, "--city", "sfax"]).output
    assert f"{second.hash} (CHANGED OR DELETED)" in explained


def test_the_case_shows_the_appeals(application: Application, app: Flask) -> None:
    client = signed_in(
        app.test_client(), db.session.scalars(sa.select(Person).where(Person.name == "Ada Okafor")).one()
    )
    said = _page(client, application)
    for words in (
        "Dismissed", "Page 2 speaks of schools", "Answered for by Jonas Verbeke", "It names none",
        "To be answered by the end of 21 December 2026", "24 November 2026, 10:00:00 UTC, Jonas Verbeke",
    ):  # fmt: skip
        assert words in said
