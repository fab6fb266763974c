"""Mail: written to the outbox with what it tells of, sent once by a job.

A kind of mail is a template, `templates/mail/<kind>.txt`: the first line is the subject, the rest the text,
rendered in the recipient's language from the outbox row's values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.extensions import db

from . import clock, jobs
from .models import Outbox, OutboxState
from .sending import Outcome, Sender
from .storing import insert_new
from .transactions import after_commit, unit_of_work

LONGEST_WAIT = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=5)
KEPT = timedelta(days=90)
CLAIM = timedelta(minutes=10)  # longer than sending one takes at worst, with every answer at the last second

log = structlog.get_logger()
_checks: dict[str, Callable[[int], bool]] = {}


class Subjects(EmailPolicy):
    """As mail is written by default, but for subjects: Python 3.11 loses spaces of those with other letters than ASCII
    (https://github.com/python/cpython/issues/144156). They are encoded as a whole here, as RFC 2047 has it.
    """

    def fold(self, name: str, value: str) -> str:
        return self._encoded(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        encoded = self._encoded(name, value)
        return encoded.encode("ascii") if encoded else super().fold_binary(name, value)

    def _encoded(self, name: str, value: str) -> str | None:
        if name.lower() != "subject" or value.isascii():
            return None
        return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}"


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
    after_commit(deliver_soon)


@dataclass(frozen=True, slots=True)
class Letter:
    """One of many mails of a kind, as `post` takes them."""

    key: str
    recipient: str
    language: str
    person_id: int | None
    values: Mapping[str, Any]


def post_many(kind: str, letters: Sequence[Letter]) -> None:
    """As `post`, of many: one statement for each thousand or so."""
    now = clock.now()
    rows = [
        {
            "key": one.key,
            "kind": kind,
            "recipient": one.recipient,
            "language": one.language,
            "person_id": one.person_id,
            "values": dict(one.values),
            "created_at": now,
        }
        for one in letters
    ]
    if rows:
        db.session.execute(insert_new(Outbox.__table__, "key"), rows)
        after_commit(deliver_soon)


@jobs.job("mail.deliver", _l("Sending mail"), every_minute=True)
def deliver() -> int:
    """Send what is due in the outbox, oldest first, over one connection, and return how many left.

    Each is claimed in a transaction, sent outside, and then marked; one whose worker was killed is due again when
    its claim ends. A server that is away ends the run after one try, so that the others wait without counting it.
    """
    sent = 0
    with Sender(current_app.config["SETTINGS"]) as sender:
        while not sender.is_away and (claimed := _claim()) is not None:
            message_id, key, message = claimed
            if message is None:
                continue
            outcome = sender.send(message)
            sent += outcome.is_sent
            with unit_of_work():
                row = db.session.get(Outbox, message_id)
                if row is not None and row.key == key:  # else its person was erased, and the number perhaps given anew
                    _note(row, outcome)
    return sent


@jobs.job("mail.prune", _l("Clearing away mail that was sent long ago"), every_hour_at=47)
def prune() -> int:
    """Throw out what was sent long ago, with whatever it said of people; returns how many."""
    with unit_of_work():
        gone: sa.CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
            sa.delete(Outbox).where(Outbox.state == OutboxState.SENT, Outbox.sent_at < clock.now() - KEPT)
        )
        return gone.rowcount


def send_again(message_id: int | None = None) -> int:
    """Let a message that failed be tried anew, or all of them; returns how many."""
    failed = sa.update(Outbox).where(Outbox.state == OutboxState.FAILED)
    if message_id is not None:
        failed = failed.where(Outbox.id == message_id)
    found: sa.CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        failed.values(state=OutboxState.WAITING, due_at=None, tries=0)
    )
    after_commit(deliver_soon)
    return found.rowcount


def deliver_soon() -> None:
    """Have what waits sent as soon as the worker comes to it."""
    jobs.enqueue("mail.deliver")


def withhold(kind: str, unless: Callable[[int], bool]) -> None:
    """Ask `unless(person_id)` again before a mail of `kind` leaves: if not, it is taken out of the outbox."""
    _checks[kind] = unless


def wait_after(tries: int) -> timedelta:
    """How long a message waits after so many tries: 1, 2, 4 … minutes, at most 6 hours."""
    return min(timedelta(minutes=2 ** min(tries - 1, 20)), LONGEST_WAIT)


def _claim() -> tuple[int, str, EmailMessage | None] | None:
    """Id, key and words of the next message that is due, as nobody else takes it for a while.

    None for the words: it cannot go.
    """
    now = clock.now()
    with unit_of_work():
        due = sa.select(Outbox).where(
            Outbox.state == OutboxState.WAITING, sa.or_(Outbox.due_at.is_(None), Outbox.due_at <= now)
        )
        row = db.session.scalars(due.order_by(Outbox.id).limit(1).with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        check = _checks.get(row.kind)
        if check is not None and row.person_id is not None and not check(row.person_id):
            message_id, key = row.id, row.key
            db.session.delete(row)
            return message_id, key, None
        row.tries += 1
        row.due_at = now + CLAIM
        try:
            return row.id, row.key, _message(row, current_app.config["SETTINGS"])
        except Exception as error:  # it must not hold up the others
            log.error("mail_unsayable", message=row.id, kind=row.kind, exc_info=error)
            row.state, row.error = OutboxState.FAILED, f"{type(error).__name__} while it was written"
            return row.id, row.key, None


def _note(row: Outbox, outcome: Outcome) -> None:
    now = clock.now()
    row.error = outcome.error
    if outcome.is_sent:
        row.state, row.sent_at, row.due_at = OutboxState.SENT, now, None
    elif outcome.is_refused or now - row.created_at >= GIVE_UP_AFTER:
        row.state, row.due_at = OutboxState.FAILED, None
    else:
        row.due_at = now + wait_after(row.tries)


def _message(row: Outbox, settings: Settings) -> EmailMessage:
    with force_locale(row.language):
        text = render_template(f"mail/{row.kind}.txt", base_url=settings.base_url, **row.values)
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage(policy=Subjects())
    message["Subject"] = subject.strip()
    message["From"] = settings.mail_from
    message["To"] = row.recipient
    message["Date"] = format_datetime(row.created_at)
    message["Message-ID"] = make_msgid(f"outbox-{row.id}", domain="academy.invalid")
    message["Auto-Submitted"] = "auto-generated"
    if path := row.values.get("unsubscribe"):
        message["List-Unsubscribe"] = f"<{settings.base_url}{path}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(body.strip() + "\n")
    message["Content-Language"] = row.language  # last: set_content clears what is said of the content
    return message
