"""Reports that are sent by the clock."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, one_of


class Rhythm(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ReportSchedule(Base):
    """A report that a person gets by mail: what its address asks for, and when it goes next."""

    __tablename__ = "report_schedule"
    __table_args__ = (one_of("rhythm", Rhythm), sa.Index(None, "next_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    report: Mapped[str] = mapped_column(sa.String(60))
    filters: Mapped[str] = mapped_column(sa.Text, comment="as they stand in the report's address")
    rhythm: Mapped[str] = mapped_column(sa.String(20))
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
