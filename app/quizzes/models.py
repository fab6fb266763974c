"""The bank (questions and their immutable versions), quizzes, attempts and responses."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.base import Base, Document, Rank, one_of
from app.core.text import Text
from app.courses.models import Activity

from .settings import QuizSettings
from .types import Answer, Content


class VersionState(StrEnum):
    DRAFT = "draft"
    READY = "ready"
    HIDDEN = "hidden"


class AttemptState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"


class Quiz(Activity):
    """Something to answer."""

    __tablename__ = "quiz"

    id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), primary_key=True)
    settings: Mapped[QuizSettings] = mapped_column(Document(QuizSettings), default=QuizSettings())

    slots: Mapped[list[QuizSlot]] = relationship(
        back_populates="quiz", order_by="QuizSlot.rank, QuizSlot.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"polymorphic_identity": "quiz"}

    def ordered_slots(self) -> list[QuizSlot]:
        """The places in order."""
        return sorted(self.slots, key=lambda slot: (slot.rank, slot.id))


class Question(Base):
    """A question of a course's bank: its identity. What it asks is in its versions."""

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("course_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    key: Mapped[str] = mapped_column(sa.String(60))
    category: Mapped[str] = mapped_column(sa.String(200), default="")
    tags: Mapped[list[str]] = mapped_column(Document(list[str]), default=list)
    source_language: Mapped[str] = mapped_column(sa.String(35))

    versions: Mapped[list[QuestionVersion]] = relationship(back_populates="question", order_by="QuestionVersion.number")

    @property
    def latest(self) -> QuestionVersion | None:
        """The newest version, ready or not, on which trainers go on; a hidden one is for the quizzes pinned to it."""
        shown = [version for version in self.versions if version.state != VersionState.HIDDEN]
        return max(shown, key=lambda version: version.number, default=None)

    @property
    def latest_ready(self) -> QuestionVersion | None:
        """The newest version that quizzes may ask."""
        ready = [version for version in self.versions if version.state == VersionState.READY]
        return max(ready, key=lambda version: version.number, default=None)


class QuestionVersion(Base):
    """A question's immutable content. Editing makes a new version."""

    __tablename__ = "question_version"
    __table_args__ = (sa.UniqueConstraint("question_id", "number"), one_of("state", VersionState))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(20), default=VersionState.READY)
    content: Mapped[Content] = mapped_column(Document(Content))
    marks_hash: Mapped[str] = mapped_column(sa.String(16), index=True, comment="of what affects marks")
    created_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    question: Mapped[Question] = relationship(back_populates="versions")


class QuizSlot(Base):
    """A place in a quiz: a question, pinned to a version or following the latest ready one."""

    __tablename__ = "quiz_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz.id"), index=True)
    rank: Mapped[str] = mapped_column(Rank)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    pinned_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question_version.id"))
    marks: Mapped[float] = mapped_column(default=1.0)

    quiz: Mapped[Quiz] = relationship(back_populates="slots")
    question: Mapped[Question] = relationship()

    @property
    def version(self) -> QuestionVersion | None:
        """What it asks: the version it is pinned to, else the latest ready one; None while there is none."""
        pinned = [version for version in self.question.versions if version.id == self.pinned_version_id]
        return pinned[0] if pinned else self.question.latest_ready


class AttemptSlot(msgspec.Struct, frozen=True):
    """What one slot of an attempt showed: the version, its marks, and the options in the order shown."""

    version_id: int
    marks: float
    order: tuple[str, ...] = ()


class Attempt(Base):
    """One go at a quiz. Its questions, their versions and the order of options are fixed when it starts."""

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "cycle", "activity_id", "number"),
        one_of("state", AttemptState),
        sa.Index(
            "uq_attempt_open",
            "enrolment_id",
            "cycle",
            "activity_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(
            "ix_attempt_open_due",
            "due_at",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    cycle: Mapped[int]
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), index=True)
    number: Mapped[int]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    language: Mapped[str] = mapped_column(sa.String(35))
    state: Mapped[str] = mapped_column(sa.String(20), default=AttemptState.OPEN)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    score: Mapped[float | None] = mapped_column(comment="0 to 1")
    slots: Mapped[list[AttemptSlot]] = mapped_column(Document(list[AttemptSlot]))


class Response(Base):
    """The answer to one slot of an attempt, as last saved; graded at submission."""

    __tablename__ = "response"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, comment="from 0")
    answer: Mapped[Answer | None] = mapped_column(Document(Answer))
    sequence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    flagged: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]
    fraction: Mapped[float | None]
    feedback: Mapped[list[Text]] = mapped_column(Document(list[Text]), default=list)
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
