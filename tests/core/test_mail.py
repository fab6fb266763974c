"""Mail leaves once: to a folder in development, by a real mail server otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask

from app.config import Settings
from app.core import clock, mail
from app.core.models import Outbox, OutboxState
from app.core.sending import Outcome
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.mail_server import Postbox, a_free_port, a_mail_server

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def postbox(app: Flask, settings: Settings) -> Iterator[Postbox]:
    """A mail server that the application sends through."""
    with a_mail_server() as box:
        app.config["SETTINGS"] = replace(
            settings, mail="smtp", smtp_host="127.0.0.1", smtp_port=box.port, smtp_tls=False
        )  # fmt: skip
        yield box
        app.config["SETTINGS"] = settings


def post(key: str = "placed:1", *, to: str = "noor@city.example", city: str = "Sfax", language: str = "en") -> None:
    with unit_of_work():
        mail.post(key=key, kind="placed", recipient=to, language=language, name="Noor", city=city)


def deliver(after: timedelta = timedelta()) -> int:
    """What the job does so long after noon."""
    with clock.at(NOON + after):
        return mail.deliver()


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


@pytest.mark.parametrize(
    "city",
    ["“Quick fund”", "The city’s part in prevention", "Łódź und Görlitz " * 9, "日本語" * 40, "plain " * 40 + "x"],
)
def test_a_subject_arrives_letter_by_letter(app: Flask, postbox: Postbox, city: str) -> None:
    post(city=city.strip())
    assert mail.deliver() == 1
    [message] = postbox.taken
    assert message["Subject"] == f"Your city at Strong Cities Academy: {city.strip()}"
    lines = bytes(message).partition(b"\n\n")[0].splitlines()
    assert max(len(line) for line in lines if b"Message-ID" not in line) <= 78
    assert message["Auto-Submitted"] == "auto-generated"
    assert (outbox()[0].state, outbox()[0].tries, outbox()[0].error) == (OutboxState.SENT, 1, None)


def test_the_same_key_is_one_message(postbox: Postbox) -> None:
    post()
    post()
    assert mail.deliver() == 1
    assert len(postbox.taken) == 1


def test_a_message_that_is_put_off_is_tried_again_a_minute_later(postbox: Postbox) -> None:
    postbox.refusals = 1
    with clock.at(NOON):
        post()
    assert deliver() == 0
    [row] = outbox()
    assert (row.state, row.tries, row.due_at) == (OutboxState.WAITING, 1, NOON + MINUTE) and "451" in (row.error or "")
    assert deliver(MINUTE / 2) == 0
    assert deliver(MINUTE) == 1
    assert len(postbox.taken) == 1
    [row] = outbox()
    assert (row.state, row.tries, row.error, row.due_at) == (OutboxState.SENT, 2, None, None)


def test_one_that_is_put_off_does_not_hold_up_the_others(postbox: Postbox) -> None:
    postbox.refusals = 1
    for number in range(3):
        post(f"placed:{number}", city=f"City {number}")
    assert mail.deliver() == 2
    assert [str(message["Subject"])[-1] for message in postbox.taken] == ["1", "2"]


def test_the_waits_grow_to_six_hours() -> None:
    assert [mail.wait_after(tries) / MINUTE for tries in (1, 2, 3, 9, 10, 2000)] == [1, 2, 4, 256, 360, 360]


def test_a_message_is_given_up_after_five_days_and_can_be_sent_again(app: Flask, postbox: Postbox) -> None:
    postbox.refusals = 1000
    with clock.at(NOON):
        post()
    after, tries = timedelta(), 0
    while (row := outbox()[0]).state == OutboxState.WAITING:
        assert after < timedelta(days=6)
        assert deliver(after) == 0
        after, tries = (outbox()[0].due_at or NOON) - NOON, tries + 1
    assert (row.state, row.tries, row.due_at) == (OutboxState.FAILED, tries, None)
    assert 20 < tries < 40
    postbox.refusals = 0
    with unit_of_work():
        assert mail.send_again(row.id) == 1
    assert app.extensions["enqueued"][-1] == ("mail.deliver", {})
    assert deliver(timedelta(days=9)) == 1


def test_a_recipient_that_is_refused_for_good_is_not_tried_again(postbox: Postbox) -> None:
    postbox.unknown.add("gone@city.example")
    with clock.at(NOON):
        post("placed:1", to="gone@city.example")
        post("placed:2")
    assert deliver() == 1
    assert [(row.state, row.tries) for row in outbox()] == [(OutboxState.FAILED, 1), (OutboxState.SENT, 1)]
    assert "550" in (outbox()[0].error or "")


def test_many_go_over_one_connection(postbox: Postbox) -> None:
    for number in range(5):
        post(f"placed:{number}")
    assert mail.deliver() == 5
    assert postbox.connections == 1


def test_a_connection_that_breaks_in_the_middle_loses_nothing(postbox: Postbox) -> None:
    postbox.hang_ups = 1
    with clock.at(NOON):
        for number in range(3):
            post(f"placed:{number}")
    assert deliver() == 2
    assert postbox.connections == 2
    assert [row.state for row in outbox()] == [OutboxState.WAITING, OutboxState.SENT, OutboxState.SENT]
    assert deliver(MINUTE) == 1
    assert len(postbox.taken) == 3


def test_a_server_that_keeps_hanging_up_is_left_alone_for_a_while(postbox: Postbox) -> None:
    postbox.hang_ups = 100
    with clock.at(NOON):
        for number in range(5):
            post(f"placed:{number}")
    assert deliver() == 0
    assert [row.tries for row in outbox()] == [1, 1, 0, 0, 0]


def test_a_server_that_is_away_loses_nothing_and_is_asked_once(
    app: Flask, settings: Settings, postbox: Postbox
) -> None:
    there = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(there, smtp_port=a_free_port())
    with clock.at(NOON):
        for number in range(3):
            post(f"placed:{number}")
    assert deliver() == 0
    assert [row.tries for row in outbox()] == [1, 0, 0]
    app.config["SETTINGS"] = there
    assert deliver(MINUTE) == 3
    assert len(postbox.taken) == 3


def test_a_message_whose_worker_was_killed_is_sent_by_another_later(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(NOON):
        post()
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(mail.Sender, "send", _killed)
        deliver()
    assert deliver(MINUTE) == 0  # it may still be at it
    assert deliver(mail.CLAIM) == 1
    assert len(postbox.taken) == 1


def test_a_message_that_gets_the_number_of_one_that_is_being_sent_leaves_too(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of somebody who is erased in that moment the mail goes; SQLite gives its number to the next."""
    with clock.at(NOON):
        post("placed:1", to="gone@city.example")
    send = mail.Sender.send

    def erased_meanwhile(sender: mail.Sender, message: EmailMessage) -> Outcome:
        monkeypatch.setattr(mail.Sender, "send", send)
        outcome = send(sender, message)
        with clock.at(NOON), unit_of_work():
            number = db.session.scalars(sa.delete(Outbox).returning(Outbox.id)).one()
            row = Outbox(id=number, key="placed:2", kind="placed", recipient="noor@city.example", language="en",
                         values={"name": "Noor", "city": "Sfax"}, created_at=NOON)  # fmt: skip
            db.session.add(row)
        return outcome

    monkeypatch.setattr(mail.Sender, "send", erased_meanwhile)
    assert deliver() == 2
    assert [message["To"] for message in postbox.taken] == ["gone@city.example", "noor@city.example"]
    assert [(row.key, row.state) for row in outbox()] == [("placed:2", OutboxState.SENT)]


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_one_that_cannot_be_written_holds_up_no_others(postbox: Postbox) -> None:
    with unit_of_work():
        mail.post(key="x", kind="there_is_no_such_kind", recipient="noor@city.example", language="en")
    post()
    assert mail.deliver() == 1
    assert [row.state for row in outbox()] == [OutboxState.FAILED, OutboxState.SENT]


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


def test_what_was_sent_a_season_ago_goes_and_what_failed_stays(postbox: Postbox) -> None:
    postbox.unknown.add("gone@city.example")
    with clock.at(NOON):
        post("placed:1")
        post("placed:2", to="gone@city.example")
    deliver()
    with clock.at(NOON + timedelta(days=89)):
        assert mail.prune() == 0
    with clock.at(NOON + timedelta(days=91)):
        assert mail.prune() == 1
    assert [row.state for row in outbox()] == [OutboxState.FAILED]
