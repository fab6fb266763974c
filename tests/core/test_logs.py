"""What the log says, and what it must never say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.auth import tokens
from app.auth.models import PersonState
from app.auth.tokens import Purpose
from app.extensions import db
from tests.factories import a_person


@pytest.mark.parametrize(
    ("purpose", "path"),
    [
        (Purpose.CONFIRM, "/confirm/"),
        (Purpose.RESET_PASSWORD, "/reset-password/"),
        (Purpose.CHANGE_EMAIL, "/account/email/"),
    ],
)
@pytest.mark.parametrize("end", ["", "/", ".", "/more"])
def test_no_link_from_a_mail_is_logged(app: Flask, client: FlaskClient, purpose: Purpose, path: str, end: str) -> None:
    with app.test_request_context():
        token = tokens.make(purpose, a_person(state=PersonState.UNCONFIRMED), email="a@b.example")
    with capture_logs() as logged:
        client.get(path + token + end)
        client.post(path + token + end)
    told = [entry["path"] for entry in logged if entry["event"] == "request"]
    assert len(told) == 2
    assert not [path for path in told if token[:20] in path]
    assert all(told_path.startswith(path) for told_path in told)


def test_paths_without_a_secret_are_logged_whole(client: FlaskClient) -> None:
    address = f"/media/{'0' * 64}/map.webp"
    with capture_logs() as logged:
        client.get(address)
    assert [entry["path"] for entry in logged if entry["event"] == "request"] == [address]


@pytest.mark.usefixtures("app")
def test_errors_of_the_database_do_not_repeat_what_was_sent() -> None:
    with pytest.raises(sa.exc.SQLAlchemyError) as caught:
        db.session.execute(sa.text("SELECT nothing FROM person WHERE email = :email"), {"email": "amina@city.example"})
    assert "amina" not in str(caught.value)
    db.session.rollback()
