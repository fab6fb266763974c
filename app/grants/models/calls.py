"""Grant calls, the versions of their rules, and what is known only of a call: declarations, waivers, reminders."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, Document, one_of
from app.core.text import Text
from app.grants.calls.questionnaire import Questionnaire


class ChangeKind(StrEnum):
    """What the public change log of a call tells of."""

    PUBLISHED = "published"
    RULE = "rule"
    DATES = "dates"
    TEXTS = "texts"
    QUESTIONS = "questions"


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
    currency: Mapped[str | None] = mapped_column(sa.String(3), comment="ISO 4217")
    ceiling: Mapped[int | None] = mapped_column(comment="the most that one grant gives, in whole units")
    time_zone: Mapped[str] = mapped_column(sa.String(60))
    published_at: Mapped[datetime | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    rule_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("rule.id", use_alter=True, name="fk_grant_call_rule_id"), comment="the one in force"
    )
    questionnaire: Mapped[Questionnaire] = mapped_column(Document(Questionnaire), default=Questionnaire)
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}


class Rule(Base):
    """One version of a call's eligibility rule; never edited in place.

    In force from `in_force_at` until the next one is. One that is neither in force nor dismissed is proposed: it waits
    for a second person.
    """

    __tablename__ = "rule"
    __table_args__ = (
        sa.UniqueConstraint("call_id", "number"),
        sa.Index(
            "uq_rule_proposed",
            "call_id",
            unique=True,
            sqlite_where=sa.text("in_force_at IS NULL AND dismissed_at IS NULL"),
            postgresql_where=sa.text("in_force_at IS NULL AND dismissed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"))
    number: Mapped[int]
    tree: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]), comment="a rules.Node; see rules.read")
    written_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_by: Mapped[Text | None] = mapped_column(comment="the body that approved it, in words")
    approved_on: Mapped[date | None]
    approved_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id"), comment="the second person, where one was needed"
    )
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    in_force_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    dismissed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    dismissed_why: Mapped[str | None] = mapped_column(sa.Text)


class RuleDraft(Base):
    """The next rule of a call while it is being written; it may still lack parts."""

    __tablename__ = "rule_draft"

    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"), primary_key=True)
    tree: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]), comment="a rules.Node; see rules.read")
    saved_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}


class CallChange(Base):
    """An entry in the public change log of a call: appended, never changed."""

    __tablename__ = "call_change"
    __table_args__ = (sa.Index(None, "call_id", "at"), one_of("kind", ChangeKind))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    values: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]), default=dict)


class Declaration(Base):
    """What a person stated for a leaf `declared`: yes or no. Appended; the last one holds."""

    __tablename__ = "declaration"
    __table_args__ = (sa.Index(None, "key", "person_id", "at"), sa.Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(40), comment="of the leaf: of one call and one statement")
    holds: Mapped[bool]
    at: Mapped[datetime]


class Waiver(Base):
    """A requirement that need not be met by one city's people, until it expires or is revoked."""

    __tablename__ = "waiver"
    __table_args__ = (
        sa.Index(None, "call_id", "city_id"),
        sa.CheckConstraint("expires_at > granted_at", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"))
    city_id: Mapped[int] = mapped_column(sa.ForeignKey("city.id"), index=True)
    leaf: Mapped[str] = mapped_column(sa.String(64), comment="the mark of the requirement; see rules.mark_of")
    reason: Mapped[str] = mapped_column(sa.Text)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), comment="who granted it and answers for it")
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    revoked_why: Mapped[str | None] = mapped_column(sa.Text)


class CallReminder(Base):
    """Somebody who wants to be told when a call opens."""

    __tablename__ = "call_reminder"

    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    asked_at: Mapped[datetime]
