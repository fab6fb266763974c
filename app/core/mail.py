"""Mail: written to the outbox with what it tells of, sent once by a job.

A kind of mail is a template, `templates/mail/<kind>.txt`: the first line is the subject, the rest the text,
rendered in the recipient's language from the outbox row's values.
"""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.extensions import db

from . import clock, jobs
from .models import Outbox, OutboxState
from .transactions import after_commit, unit_of_work

MOST_TRIES = 8
log = structlog.get_logger()


def post(*, key: str, kind: str, recipient: str, language: str, person_id: int | None = None, **values: Any) -> None:
    """Write a mail to the outbox, once for each `key`; it leaves after the transaction is committed."""
    if db.session.scalar(sa.select(Outbox.id).where(Outbox.key == key)) is not None:
        return
    row = Outbox(
        key=key,
        kind=kind,
        recipient=recipient,
        language=language,
        person_id=person_id,
        values=values,
        created_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return  # another request was quicker with the same mail
    after_commit(_wake)


def _wake() -> None:
    jobs.enqueue("mail.deliver")


@jobs.job("mail.deliver", every_minute=True)
def deliver() -> int:
    """Send what waits in the outbox, oldest first, and return how many left.

    Each message is sent outside a transaction and then marked. A failure is tried again by the next run,
    `MOST_TRIES` times at most.
    """
    settings: Settings = current_app.config["SETTINGS"]
    sent = 0
    tried: set[int] = set()
    while True:
        with unit_of_work():
            waiting = sa.select(Outbox).where(Outbox.state == OutboxState.WAITING, Outbox.id.not_in(tried))
            row = db.session.scalars(waiting.order_by(Outbox.id).limit(1).with_for_update(skip_locked=True)).first()
            if row is None:
                return sent
            row.tries += 1
            message_id, message = row.id, _message(row, settings)
        tried.add(message_id)
        error = _send(message, settings)
        with unit_of_work():
            row = db.session.get_one(Outbox, message_id)
            row.error = error
            if error is None:
                row.state, row.sent_at = OutboxState.SENT, clock.now()
                sent += 1
            elif row.tries >= MOST_TRIES:
                row.state = OutboxState.FAILED


def _message(row: Outbox, settings: Settings) -> EmailMessage:
    with force_locale(row.language):
        text = render_template(f"mail/{row.kind}.txt", base_url=settings.base_url, **row.values)
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage()
    message["Subject"] = subject.strip()
    message["From"] = settings.mail_from
    message["To"] = row.recipient
    message["Date"] = format_datetime(row.created_at)
    message["Message-ID"] = make_msgid(f"outbox-{row.id}", domain="academy.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    message["Content-Language"] = row.language  # last: set_content clears what is said of the content
    return message


def _send(message: EmailMessage, settings: Settings) -> str | None:
    """Send by the way the settings name; the reason if it failed."""
    try:
        if settings.mail == "folder":
            settings.mail_folder.mkdir(parents=True, exist_ok=True)
            stamp = clock.now().strftime("%Y%m%d-%H%M%S-%f")
            (settings.mail_folder / f"{stamp}.eml").write_bytes(message.as_bytes())
        else:
            with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=20) as server:
                if settings.smtp_tls:
                    server.starttls()
                if settings.smtp_user:
                    server.login(settings.smtp_user, settings.smtp_password)
                server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_failed", error=str(error))
        return f"{type(error).__name__}: {error}"
    return None
