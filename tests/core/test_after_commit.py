"""What follows a commit, or keeps it from happening."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.auth.models import Person
from app.core import jobs, mail
from app.core.models import Outbox
from app.core.transactions import after_commit, unit_of_work
from app.extensions import db
from tests.factories import a_person, signed_in


@pytest.fixture
def browser(app: Flask) -> Iterator[FlaskClient]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield signed_in(app.test_client(), a_person(email="amina@city.example"))
    app.config["WTF_CSRF_ENABLED"] = True


def broken(*_arguments: object, **_named: object) -> None:
    raise OSError("the queue is locked")


def test_a_queue_that_is_locked_does_not_undo_what_was_done(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person is told that it was done; the worker finds the mail in its next minute's round."""
    with monkeypatch.context() as patch, capture_logs() as logged:
        patch.setattr(jobs, "enqueue", broken)
        assert browser.post("/reset-password", data={"email": "amina@city.example"}).status_code == 200
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["after_commit"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 1
    db.session.rollback()
    assert mail.deliver() == 1


@pytest.mark.usefixtures("app")
def test_one_that_fails_does_not_keep_the_others_from_running() -> None:
    ran: list[str] = []
    with capture_logs(), unit_of_work():
        after_commit(broken)
        after_commit(lambda: ran.append("second"))
    assert ran == ["second"]
    with pytest.raises(ZeroDivisionError), unit_of_work():
        after_commit(lambda: ran.append("never"))
        raise ZeroDivisionError
    with unit_of_work():
        pass
    assert ran == ["second"]


def test_a_commit_that_fails_is_a_page_and_no_row(app: Flask, browser: FlaskClient) -> None:
    def refuse(_session: object) -> None:
        raise OSError("the disk is full")

    fields = {"profile-name": "Somebody else", "profile-language": "en", "profile-time_zone": "UTC"}
    app.config["PROPAGATE_EXCEPTIONS"] = False
    sa.event.listen(db.session, "before_commit", refuse)
    try:
        with capture_logs() as logged:
            response = browser.post("/account", data=fields)
    finally:
        sa.event.remove(db.session, "before_commit", refuse)
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert response.status_code == 500
    assert "<h1" in response.text
    assert "unforeseen" in [entry["event"] for entry in logged]
    assert db.session.scalars(sa.select(Person.name)).all() == ["Amina Trabelsi"]


@pytest.mark.usefixtures("app")
def test_the_same_twice_is_called_once() -> None:
    ran: list[str] = []

    def once() -> None:
        ran.append("it")

    with unit_of_work():
        after_commit(once)
        after_commit(once)
    assert ran == ["it"]
