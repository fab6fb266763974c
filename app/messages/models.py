"""Notices to people, and how each person wants to get them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, Document, one_of


class Way(StrEnum):
    """How a notice of some kind reaches a person besides standing in the site."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    NOT = "not"


class Notice(Base):
    """Something a person is told, once for each `key`. `values` are what its kind's templates say."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index(None, "person_id", "id"),
        sa.Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index(
            "ix_notice_to_mail",
            "mail_at",
            sqlite_where=sa.text("mailed_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(160), unique=True, comment="what makes it happen once")
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(60))
    values: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mail_at: Mapped[datetime | None] = mapped_column(comment="when its mail is due, alone or in a digest; none: never")
    mailed_at: Mapped[datetime | None] = mapped_column(comment="when its mail went to the outbox")


class NoticeChoice(Base):
    """How a person wants notices of a kind, where that is not as the kind comes."""

    __tablename__ = "notice_choice"
    __table_args__ = (one_of("way", Way),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    way: Mapped[str] = mapped_column(sa.String(20))
