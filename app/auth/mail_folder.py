"""The mails that development keeps in a folder instead of sending."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

NAME = re.compile(r"[\w-]+\.eml")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, as its recipient would read it."""

    name: str
    subject: str
    recipient: str
    language: str
    sent_at: datetime | None
    text: str


def list_letters(folder: Path, most: int = 200) -> list[Letter]:
    """The newest mails in `folder`, newest first."""
    names = sorted((path.name for path in folder.glob("*.eml") if NAME.fullmatch(path.name)), reverse=True)
    return [letter for name in names[:most] if (letter := find_letter(folder, name))]


def find_letter(folder: Path, name: str) -> Letter | None:
    """The mail with this file name. A name that is more than a name finds nothing."""
    path = folder / name
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return Letter(
        name=name,
        subject=str(message["Subject"] or ""),
        recipient=str(message["To"] or ""),
        language=str(message["Content-Language"] or "en"),
        sent_at=_moment(str(message["Date"] or "")),
        text=body.get_content() if body else "",
    )


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except ValueError:
        return None
