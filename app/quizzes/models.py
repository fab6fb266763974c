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
    """An abandoned attempt was never handed in: it counts as used, and earns nothing."""

    OPEN = "open"
    SUBMITTED = "submitted"
    ABANDONED = "abandoned"


class MarkCause(StrEnum):
    """Why a mark became another: a trainer gave it, or a regrade did."""

    MARKED = "marked"
    REGRADED = "regraded"


class Quiz(Activity):
    """Something to answer."""

    __tablename__ = "quiz"

    id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), primary_key=True)
    settings: Mapped[QuizSettings] = mapped_column(Document(QuizSettings), default=QuizSettings())

    # Delivery: in force at once, without publishing.
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    access_code: Mapped[str | None] = mapped_column(sa.String(80))

    slots: Mapped[list[QuizSlot]] = relationship(
        back_populates="quiz", order_by="QuizSlot.rank, QuizSlot.id", cascade="all, delete-orphan"
    )

    bank: Mapped[list[Question]] = relationship(
        primaryjoin="foreign(Question.course_id) == Quiz.course_id", order_by="Question.id", viewonly=True
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


class Draw(msgspec.Struct, frozen=True):
    """Which questions of the bank a random slot draws from: of a category, or (`below`) one under it, with all `tags`.

    The category "" with `below` is the whole bank.
    """

    category: str = ""
    below: bool = True
    tags: tuple[str, ...] = ()


class QuizSlot(Base):
    """A place in a quiz: a question, pinned to a version or following the latest ready one; or a draw from the bank."""

    __tablename__ = "quiz_slot"
    __table_args__ = (sa.CheckConstraint("(question_id IS NULL) != (draw IS NULL)", name="question_or_draw"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz.id"), index=True)
    rank: Mapped[str] = mapped_column(Rank)
    question_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question.id"), index=True)
    draw: Mapped[Draw | None] = mapped_column(Document(Draw))
    pinned_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question_version.id"))
    marks: Mapped[float] = mapped_column(default=1.0)
    new_page: Mapped[bool] = mapped_column(default=True, comment="whether a page begins with it")

    quiz: Mapped[Quiz] = relationship(back_populates="slots")
    question: Mapped[Question | None] = relationship()

    @property
    def version(self) -> QuestionVersion | None:
        """What it asks: the version it is pinned to, else the latest ready one; None while there is none, or drawn."""
        if self.question is None:
            return None
        pinned = [version for version in self.question.versions if version.id == self.pinned_version_id]
        return pinned[0] if pinned else self.question.latest_ready


class AttemptSlot(msgspec.Struct, frozen=True):
    """What one slot of an attempt showed: the version, its marks, the options in the order shown, and its page, from 1.

    `page` 0 is of an attempt from before there were pages: each question has its own.
    """

    version_id: int
    marks: float
    order: tuple[str, ...] = ()
    page: int = 0


class Try(msgspec.Struct, frozen=True):
    """An answer that was checked before submission, and what it earned, 0 to 1, before any penalty."""

    answer: Answer
    fraction: float
    at: datetime


class Attempt(Base):
    """One go at a quiz. Its questions, their versions and the order of options are fixed when it starts.

    `due_at` is the deadline by the server's clock, moved by extensions. A submitted attempt without a score waits for
    a person's marks.
    """

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
    """The answer to one slot of an attempt, as last saved; graded at submission, or when it is checked."""

    __tablename__ = "response"
    __table_args__ = (
        sa.Index(
            "ix_response_waits",
            "version_id",
            sqlite_where=sa.text("waits"),
            postgresql_where=sa.text("waits"),
        ),
    )

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, comment="from 0")
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), index=True, comment="as it was shown")
    marks: Mapped[float] = mapped_column(comment="what it is worth, as in the attempt's slots")
    answer: Mapped[Answer | None] = mapped_column(Document(Answer))
    sequence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    flagged: Mapped[bool] = mapped_column(default=False)
    certainty: Mapped[int | None] = mapped_column(comment="1 to 3, where the quiz asks for it")
    tries: Mapped[list[Try]] = mapped_column(Document(list[Try]), default=list)
    locked: Mapped[bool] = mapped_column(default=False, comment="checked for good")
    saved_at: Mapped[datetime]
    fraction: Mapped[float | None] = mapped_column(comment="0 to 1; with certainty -2 to 1")
    feedback: Mapped[list[Text]] = mapped_column(Document(list[Text]), default=list)
    waits: Mapped[bool] = mapped_column(default=False, comment="for a person's mark")
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    comment: Mapped[str | None] = mapped_column(sa.Text, comment="of who marked it, to who answered")
    graded_version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("question_version.id"), comment="by whose key it was regraded, if not by its own"
    )


class Mark(Base):
    """That the mark of a response became another: appended, never changed. The first was given at submission."""

    __tablename__ = "mark"
    __table_args__ = (
        sa.ForeignKeyConstraint(["attempt_id", "slot"], ["response.attempt_id", "response.slot"]),
        sa.Index("ix_mark_attempt_id_slot", "attempt_id", "slot"),
        one_of("cause", MarkCause),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int]
    slot: Mapped[int]
    cause: Mapped[str] = mapped_column(sa.String(20))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    before: Mapped[float | None]
    after: Mapped[float | None]
    levels: Mapped[dict[str, str]] = mapped_column(Document(dict[str, str]), default=dict, comment="of the rubric")
    comment: Mapped[str | None] = mapped_column(sa.Text)
    regrade_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regrade.id"), index=True)


class Regrade(Base):
    """That answers to a question are graded again, by the key of another version of it.

    While its job runs, `responses` is how many marks it is to change; at the end both say what it changed.
    """

    __tablename__ = "regrade"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz.id"), index=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), comment="by whose key")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.Text)
    responses: Mapped[int] = mapped_column(comment="whose mark changed")
    attempts: Mapped[int] = mapped_column(comment="whose score changed")


class Extension(Base):
    """More time or more attempts at a quiz for a person or for the practitioners of a city, with the reason.

    Of several that hold for somebody, each part counts at its most generous. Withdrawn, never deleted.
    """

    __tablename__ = "extension"
    __table_args__ = (sa.CheckConstraint("(person_id IS NULL) != (city_id IS NULL)", name="person_or_city"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    city_id: Mapped[int | None] = mapped_column(sa.ForeignKey("city.id"), index=True)
    seconds: Mapped[int] = mapped_column(default=0, comment="on top of the time limit")
    closes_at: Mapped[datetime | None] = mapped_column(comment="instead of the quiz's closing time")
    attempts: Mapped[int] = mapped_column(default=0, comment="on top of those allowed")
    reason: Mapped[str] = mapped_column(sa.Text)
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
