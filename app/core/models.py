"""Tables that know nothing of courses: published bodies, media, the audit log, the outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, Document, one_of
from .text import Text


class Content(Base):
    """An immutable published body under the SHA-256 of what it holds.

    Two things alone may still be written here, both audited: a cleaner body that takes its place (`replaced_by`;
    `policy` says which policy last looked at it) and its withdrawal, with a reason.
    """

    __tablename__ = "content"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(sa.String(80))
    body: Mapped[str] = mapped_column(sa.Text)
    policy: Mapped[int] = mapped_column(comment="version of the sanitising policy that cleaned the body")
    created_at: Mapped[datetime]
    replaced_by: Mapped[str | None] = mapped_column(sa.ForeignKey("content.hash"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str | None] = mapped_column(sa.Text)


class Media(Base):
    """A stored file, known by the SHA-256 of its bytes; where it is used is derived."""

    __tablename__ = "media"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[float | None] = mapped_column(comment="length of a video or of sound")
    alternative: Mapped[Text | None]
    created_at: Mapped[datetime]

    variants: Mapped[list[MediaVariant]] = relationship(order_by="MediaVariant.width")


class MediaVariant(Base):
    """A picture at a smaller width, stored under its own hash."""

    __tablename__ = "media_variant"

    media_hash: Mapped[str] = mapped_column(sa.ForeignKey("media.hash"), primary_key=True)
    width: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]


class AuditEvent(Base):
    """Something that was done and must be answerable for. Appended; names people by id only.

    Nothing is changed here but what, against that, named somebody who is erased.
    """

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(index=True, comment="person; none for the system itself")
    action: Mapped[str] = mapped_column(sa.String(80))
    subject: Mapped[str] = mapped_column(sa.String(120), index=True, comment="for instance person:7")
    details: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]))
    batch: Mapped[str | None] = mapped_column(sa.String(40))


class OutboxState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Outbox(Base):
    """A message to send once: written with what it tells of, in the same transaction."""

    __tablename__ = "outbox"
    __table_args__ = (one_of("state", OutboxState), sa.Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(160), unique=True, comment="what makes it happen once")
    person_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    recipient: Mapped[str] = mapped_column(sa.String(320))
    language: Mapped[str] = mapped_column(sa.String(35))
    values: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]))
    state: Mapped[str] = mapped_column(sa.String(20), default=OutboxState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(comment="not before: the next try after a failure")


class JobState(StrEnum):
    """How one run of a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(Base):
    """One piece of work that runs after the request, as administrators see it. Of what comes round, the last run."""

    __tablename__ = "job_run"
    __table_args__ = (one_of("state", JobState), sa.Index(None, "state", "id"), sa.Index(None, "name", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    arguments: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]))
    state: Mapped[str] = mapped_column(sa.String(20), default=JobState.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
