"""What was frozen as its rows hold it, however they were changed since, and what the audit log knows of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.models import AuditEvent
from app.extensions import db

from ..models import Frozen

FREEZE = ("application.submit", "application.decide", "appeal.uphold")
_SUBJECT = "application:"


@dataclass(frozen=True, slots=True)
class Kept:
    """A frozen row. `text`: its document as stored; `document`: that as data, None where it is no JSON.

    The row is read past the model, which would refuse it as a whole if its document is none.
    """

    id: int
    application_id: int
    occasion: str
    at: datetime
    hash: str
    text: str

    @property
    def document(self) -> Any:
        return parsed(self.text)


@dataclass(frozen=True, slots=True)
class Lost:
    """A hash that the audit log holds of an application, and that no frozen row of it has any more."""

    application_id: int
    action: str
    at: datetime
    hash: str


def list_frozen(application_id: int) -> Sequence[Kept]:
    """What was frozen of an application, in order of time. One statement."""
    return [_kept(row) for row in db.session.execute(_rows().where(Frozen.application_id == application_id))]


def each_frozen() -> Iterator[Kept]:
    """Everything that was ever frozen, in order of time, read by the hundred."""
    for row in db.session.execute(_rows().execution_options(yield_per=100)):
        yield _kept(row)


def list_lost(application_id: int | None = None) -> list[Lost]:
    """What the audit log says was frozen, of one application or of all, and is kept no more. Two statements.

    So a document that was changed together with its hash is found out, and a row that was deleted.
    """
    held, logged = sa.select(Frozen.application_id, Frozen.hash), sa.select(AuditEvent).order_by(AuditEvent.id)
    if application_id is None:
        logged = logged.where(AuditEvent.subject.startswith(_SUBJECT, autoescape=True))
    else:
        held = held.where(Frozen.application_id == application_id)
        logged = logged.where(AuditEvent.subject == f"{_SUBJECT}{application_id}")
    there = {(row.application_id, row.hash) for row in db.session.execute(held)}
    events = db.session.scalars(logged.where(AuditEvent.action.in_(FREEZE)))
    told = [
        Lost(int(event.subject.removeprefix(_SUBJECT)), event.action, event.at, str(event.details["hash"]))
        for event in events
        if event.details.get("hash")  # decisions have it in the log only since it is written there
    ]
    return [one for one in told if (one.application_id, one.hash) not in there]


def text_of_document() -> sa.ColumnElement[str]:
    """The document of a frozen row as it is stored, whatever it is."""
    return sa.cast(Frozen.document, sa.Text)


def parsed(text: str | None) -> Any:
    """A stored document as data; None where it is no JSON."""
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


def _rows() -> sa.Select[Any]:
    chosen: Any = sa.select(
        Frozen.id, Frozen.application_id, Frozen.occasion, Frozen.at, Frozen.hash, text_of_document().label("text")
    )
    return chosen.order_by(Frozen.id)


def _kept(row: Any) -> Kept:
    return Kept(row.id, row.application_id, row.occasion, row.at, row.hash, row.text or "")
