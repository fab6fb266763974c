"""Grant calls, the versions of their rules, and applications."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, Document, one_of
from app.core.text import Text


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    AWARDED = "awarded"
    REFUSED = "refused"


class GrantCall(Base):
    """An invitation to apply for a grant, with dates and the rule in force."""

    __tablename__ = "grant_call"
    __table_args__ = (sa.CheckConstraint("closes_at > opens_at", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    source_language: Mapped[str] = mapped_column(sa.String(35))
    title: Mapped[Text]
    summary: Mapped[Text]
    grants: Mapped[int | None] = mapped_column(comment="how many will be given")
    time_zone: Mapped[str] = mapped_column(sa.String(60))
    published_at: Mapped[datetime | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    rule_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("rule.id", use_alter=True, name="fk_grant_call_rule_id"), comment="the one in force"
    )


class Rule(Base):
    """One version of a call's eligibility rule; never edited in place."""

    __tablename__ = "rule"
    __table_args__ = (sa.UniqueConstraint("call_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"))
    number: Mapped[int]
    tree: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]), comment="a rules.Node; see rules.read")
    written_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_by: Mapped[Text | None] = mapped_column(comment="the body that approved it, in words")
    approved_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]


class Application(Base):
    """A city's answer to a call, with its findings frozen as they were."""

    __tablename__ = "application"
    __table_args__ = (sa.UniqueConstraint("call_id", "city_id"), one_of("state", ApplicationState))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"))
    city_id: Mapped[int] = mapped_column(sa.ForeignKey("city.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(20), default=ApplicationState.DRAFT)
    answers: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]), default=dict)
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rule.id"))
    findings: Mapped[dict[str, Any] | None] = mapped_column(Document(dict[str, Any]))
    findings_hash: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
