"""A city's application: what was typed, what was frozen, what was decided, and what follows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, Document, one_of
from app.core.text import Text
from app.grants.calls.questionnaire import Answer


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    AWARDED = "awarded"
    REFUSED = "refused"


class Occasion(StrEnum):
    """When the facts of an application were frozen."""

    SUBMISSION = "submission"
    DECISION = "decision"
    APPEAL = "appeal"


class AppealState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Application(Base):
    """A city's answer to a call. Who may see and change it is asked of the city, as people belong to it today."""

    __tablename__ = "application"
    __table_args__ = (sa.UniqueConstraint("call_id", "city_id"), one_of("state", ApplicationState))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("grant_call.id"))
    city_id: Mapped[int] = mapped_column(sa.ForeignKey("city.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(20), default=ApplicationState.DRAFT)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    endorsed_at: Mapped[datetime | None] = mapped_column(comment="when a coordinator gave the word for it")
    endorsed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decision_reason: Mapped[str] = mapped_column(sa.Text, default="", comment="as the letter says it")
    amount: Mapped[int | None] = mapped_column(comment="awarded, in whole units of the call's currency")
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}


class ApplicationAnswer(Base):
    """The answer to one question, saved as typed; a version of its own, so that two people conflict only in it."""

    __tablename__ = "application_answer"

    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True, comment="of the question")
    value: Mapped[Answer] = mapped_column(Document(Answer))
    saved_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}


class ApplicationFile(Base):
    """A file that answers a question; its bytes stand in the store under `hash`, for those who may see the answer."""

    __tablename__ = "application_file"
    __table_args__ = (sa.Index(None, "application_id", "key"), sa.Index(None, "hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    key: Mapped[str] = mapped_column(sa.String(40), comment="of the question")
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int] = mapped_column(comment="bytes")
    hash: Mapped[str] = mapped_column(sa.String(64), comment="SHA-256 of the content")
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Frozen(Base):
    """Rule, findings, evidence and answers as they were: appended, never changed, people by id only."""

    __tablename__ = "frozen"
    __table_args__ = (one_of("occasion", Occasion), sa.Index(None, "application_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    occasion: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime]
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("rule.id"))
    document: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]))
    hash: Mapped[str] = mapped_column(sa.String(64), comment="SHA-256 of the document by RFC 8785")


class Appeal(Base):
    """A city's objection to a decision: with a reason, somebody who answers for it, and a date."""

    __tablename__ = "appeal"
    __table_args__ = (
        one_of("state", AppealState),
        sa.Index(
            "uq_appeal_open",
            "application_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(20), default=AppealState.OPEN)
    reason: Mapped[str] = mapped_column(sa.Text)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime]
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), comment="who answers for it")
    due_at: Mapped[datetime] = mapped_column(comment="when it is to be answered")
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class Duty(Base):
    """A report that a city owes after an award."""

    __tablename__ = "duty"
    __table_args__ = (sa.UniqueConstraint("application_id", "key"), sa.Index(None, "due_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[Text]
    due_on: Mapped[date] = mapped_column(comment="by the call's time zone")
    text: Mapped[str] = mapped_column(sa.Text, default="", comment="the report itself")
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}
