"""Mail leaves once: to a folder in development, by a real mail server otherwise."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from app.config import Settings
from app.core import mail
from app.core.models import Outbox, OutboxState
from app.core.transactions import unit_of_work
from app.extensions import db


@dataclass
class Postbox:
    """What a mail server took in, and how many messages it refuses before that."""

    refusals: int = 0
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 try again later"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 taken"


@pytest.fixture
def postbox(app: Flask, settings: Settings) -> Iterator[Postbox]:
    """A mail server that the application sends through."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=a_free_port())
    controller.start()
    app.config["SETTINGS"] = replace(
        settings, mail="smtp", smtp_host="127.0.0.1", smtp_port=controller.port, smtp_tls=False
    )
    yield box
    app.config["SETTINGS"] = settings
    controller.stop()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def post(key: str = "placed:1", *, city: str = "Sfax", language: str = "en") -> None:
    with unit_of_work():
        mail.post(key=key, kind="placed", recipient="noor@city.example", language=language, name="Noor", city=city)


def outbox() -> list[Outbox]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Outbox).order_by(Outbox.id)))


def test_a_message_arrives_once(postbox: Postbox) -> None:
    post()
    assert (mail.deliver(), mail.deliver()) == (1, 0)
    [message] = postbox.taken
    assert message["To"] == "noor@city.example"
    assert message["Subject"] == "Your city at Strong Cities Academy: Sfax"
    assert "http://localhost/learn" in message.get_content()
    assert message["Auto-Submitted"] == "auto-generated"
    assert (outbox()[0].state, outbox()[0].tries, outbox()[0].error) == (OutboxState.SENT, 1, None)


def test_the_same_key_is_one_message(postbox: Postbox) -> None:
    post()
    post()
    assert mail.deliver() == 1
    assert len(postbox.taken) == 1


def test_a_message_that_is_refused_is_tried_again(postbox: Postbox) -> None:
    postbox.refusals = 1
    post()
    assert mail.deliver() == 0
    [row] = outbox()
    assert (row.state, row.tries) == (OutboxState.WAITING, 1) and "451" in (row.error or "")
    assert mail.deliver() == 1
    assert len(postbox.taken) == 1
    [row] = outbox()
    assert (row.state, row.tries, row.error) == (OutboxState.SENT, 2, None)


def test_one_that_is_refused_does_not_hold_up_the_others(postbox: Postbox) -> None:
    postbox.refusals = 1
    for number in range(3):
        post(f"placed:{number}", city=f"City {number}")
    assert mail.deliver() == 2
    assert [str(message["Subject"])[-1] for message in postbox.taken] == ["1", "2"]


def test_a_message_is_given_up_after_many_tries(postbox: Postbox) -> None:
    postbox.refusals = 100
    post()
    for _ in range(mail.MOST_TRIES + 2):
        mail.deliver()
    [row] = outbox()
    assert (row.state, row.tries) == (OutboxState.FAILED, mail.MOST_TRIES)
    assert postbox.refusals == 100 - mail.MOST_TRIES


def test_a_server_that_is_away_loses_nothing(app: Flask, settings: Settings, postbox: Postbox) -> None:
    there = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(there, smtp_port=a_free_port())
    post()
    assert mail.deliver() == 0
    app.config["SETTINGS"] = there
    assert mail.deliver() == 1
    assert len(postbox.taken) == 1


def test_names_from_all_over_arrive_as_they_are(postbox: Postbox) -> None:
    post(city="Çağlayan – صفاقس, São Tomé and a name long enough to be folded over two lines of a header")
    mail.deliver()
    assert str(postbox.taken[0]["Subject"]).endswith(
        "صفاقس, São Tomé and a name long enough to be folded over two lines of a header"
    )
    assert "صفاقس" in postbox.taken[0].get_content()


def test_a_subject_cannot_bring_headers_of_its_own(postbox: Postbox) -> None:
    post(city="Sfax\r\nBcc: everybody@city.example")
    mail.deliver()
    [message] = postbox.taken
    assert message["Bcc"] is None
    assert message["To"] == "noor@city.example"


def test_what_was_rolled_back_is_never_sent(postbox: Postbox) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        mail.post(key="x", kind="placed", recipient="noor@city.example", language="en", name="Noor", city="Sfax")
        raise ZeroDivisionError
    assert mail.deliver() == 0
    assert postbox.taken == []


def test_in_development_it_goes_to_a_folder(app: Flask, settings: Settings) -> None:
    post(language="fr")
    assert mail.deliver() == 1
    [file] = settings.mail_folder.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (message["To"], message["Content-Language"]) == ("noor@city.example", "fr")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("confirm", {"token": "TOKEN"}),
        ("already_registered", {}),
        ("reset_password", {"token": "TOKEN"}),
        ("email_change", {"token": "TOKEN", "email": "new@city.example"}),
        ("email_changed", {}),
        ("placed", {"city": "Sfax"}),
        ("refused", {}),
    ],
)
def test_every_kind_of_mail_about_an_account_can_be_read(postbox: Postbox, kind: str, values: dict[str, str]) -> None:
    with unit_of_work():
        mail.post(key=kind, kind=kind, recipient="noor@city.example", language="en", name="Noor Haddad", **values)
    assert mail.deliver() == 1
    [message] = postbox.taken
    text = message.get_content()
    assert message["Subject"] and "Hello Noor Haddad," in text
    assert all(value in text or value in str(message["Subject"]) for value in values.values())
