"""Who reviews an application, how they scored it, and what the committee is about to decide."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, Document, one_of


class ReviewState(StrEnum):
    """`declined`: the reviewer declared a conflict of interest."""

    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    DECLINED = "declined"


class Review(Base):
    """One reviewer and one application. Others see it only once they have submitted their own."""

    __tablename__ = "review"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "person_id"),
        sa.Index(None, "person_id", "state"),
        one_of("state", ReviewState),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), comment="the reviewer")
    state: Mapped[str] = mapped_column(sa.String(20), default=ReviewState.ASSIGNED)
    scores: Mapped[dict[str, int]] = mapped_column(
        Document(dict[str, int]), default=dict, comment="points by the key of the criterion"
    )
    remarks: Mapped[dict[str, str]] = mapped_column(
        Document(dict[str, str]), default=dict, comment="by the key of the criterion"
    )
    comment: Mapped[str] = mapped_column(sa.Text, default="", comment="for the committee")
    declined_why: Mapped[str | None] = mapped_column(sa.Text)
    assigned_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    assigned_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}


class DecisionDraft(Base):
    """What the committee is about to decide of an application: seen by administrators alone, gone once it is sent."""

    __tablename__ = "decision_draft"
    __table_args__ = (sa.CheckConstraint("outcome IN ('awarded', 'refused')", name="outcome"),)

    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(sa.String(20))
    amount: Mapped[int | None] = mapped_column(comment="to award, in whole units of the call's currency")
    reason: Mapped[str] = mapped_column(sa.Text, default="", comment="as the letter will say it")
    saved_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}
