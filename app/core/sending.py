"""How a mail leaves: to a folder, or over one connection to the mail server; and what came of it."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType

import structlog

from app.config import Settings

from . import clock

PATIENCE = 20  # seconds for each answer of the mail server
CLOSING = 421  # RFC 5321: the server closes the connection

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of sending: nothing went wrong, or `error`. `is_refused`: for good, so another try is no use."""

    error: str | None = None
    is_refused: bool = False

    @property
    def is_sent(self) -> bool:
        return self.error is None


class Sender:
    """Sends messages one after another, over a connection that is opened for the first and kept.

    `is_away`: the mail server cannot be reached or keeps hanging up; whoever sends should come back later.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._broken = 0
        self.is_away = False

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._hang_up()

    def send(self, message: EmailMessage) -> Outcome:
        """Send one message. A connection that breaks is opened anew for the next one, once in a row."""
        if self._settings.mail == "folder":
            return self._keep(message)
        try:
            server = self._connection()
        except (OSError, smtplib.SMTPException) as error:
            self.is_away = True
            return _failed(error)
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            return self._refused(*next(iter(error.recipients.values())))
        except smtplib.SMTPSenderRefused as error:
            return _failed(error)  # that is about this site, not about the message
        except smtplib.SMTPDataError as error:
            return self._refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self._broken += 1
            self.is_away = self._broken > 1
            self._hang_up()
            return _failed(error)
        self._broken = 0
        return Outcome()

    def _connection(self) -> smtplib.SMTP:
        if self._server is None:
            settings = self._settings
            self._server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE)
            if settings.smtp_tls:
                self._server.starttls()
            if settings.smtp_user:
                self._server.login(settings.smtp_user, settings.smtp_password)
        return self._server

    def _refused(self, code: int, words: bytes | str) -> Outcome:
        if code == CLOSING:
            self._hang_up()
        said = words.decode(errors="replace") if isinstance(words, bytes) else words
        return Outcome(f"{code} {said}", is_refused=code >= 500)

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()

    def _keep(self, message: EmailMessage) -> Outcome:
        folder = self._settings.mail_folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            name = clock.now().strftime("%Y%m%d-%H%M%S-%f")
            part = folder / f"{name}.part"
            part.write_bytes(message.as_bytes())
            part.rename(folder / f"{name}.eml")  # whoever looks in between sees none of it
        except OSError as error:
            self.is_away = True
            return _failed(error)
        return Outcome()


def _failed(error: Exception) -> Outcome:
    log.warning("mail_failed", error=type(error).__name__)
    return Outcome(f"{type(error).__name__}: {error}")
