"""The course as its trainers edit it (the draft), and as published (editions)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.auth.models import Person
from app.core.base import Base, Document, Rank, one_of
from app.core.models import Media
from app.core.text import Text

from .outline import Audience, CourseSettings, Opens, Outline


class TrainerRole(StrEnum):
    LEAD = "lead"
    AUTHOR = "author"
    TRANSLATOR = "translator"


class MoveKind(StrEnum):
    IMPORT = "import"
    EXPORT = "export"
    COPY = "copy"


class MoveState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Course(Base):
    """A course. Its rows are the draft; `edition_id` points at what practitioners see."""

    __tablename__ = "course"
    __table_args__ = (
        sa.CheckConstraint(
            "replaced_by_id IS NULL OR (archived_at IS NOT NULL AND replaced_by_id <> id)", name="replaced"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    source_language: Mapped[str] = mapped_column(sa.String(35))
    languages: Mapped[list[str]] = mapped_column(Document(list[str]), comment="the source first")
    title: Mapped[Text]
    summary: Mapped[Text]
    topics: Mapped[list[str]] = mapped_column(Document(list[str]))
    settings: Mapped[CourseSettings] = mapped_column(Document(CourseSettings))
    audience: Mapped[Audience] = mapped_column(
        Document(Audience), default=Audience(), comment="delivery: who may enrol, without publishing"
    )
    edition_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("edition.id", use_alter=True, name="fk_course_edition_id")
    )
    archived_at: Mapped[datetime | None] = mapped_column(
        comment="delivery: nobody begins it from then on; who is under way goes on"
    )
    replaced_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("course.id"), comment="of an archived course: where people are sent on to"
    )
    created_at: Mapped[datetime]
    version_id: Mapped[int] = mapped_column()

    modules: Mapped[list[Module]] = relationship(back_populates="course", order_by="Module.rank, Module.id")
    trainers: Mapped[list[CourseTrainer]] = relationship(back_populates="course", order_by="CourseTrainer.id")
    library: Mapped[list[CourseMedia]] = relationship(order_by="CourseMedia.added_at.desc(), CourseMedia.media_hash")

    __mapper_args__ = {"version_id_col": version_id}

    def living_modules(self) -> list[Module]:
        """The modules that stand in the draft, in order."""
        return sorted((m for m in self.modules if m.removed_at is None), key=lambda m: (m.rank, m.id))


class CourseSlugHistory(Base):
    """An address a course once had; it redirects."""

    __tablename__ = "course_slug_history"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)


class CourseTrainer(Base):
    """Who may edit a course, and as what."""

    __tablename__ = "course_trainer"
    __table_args__ = (sa.UniqueConstraint("course_id", "person_id"), one_of("role", TrainerRole))

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    languages: Mapped[list[str]] = mapped_column(
        Document(list[str]), default=list, comment="those that a translator may write"
    )

    course: Mapped[Course] = relationship(back_populates="trainers")
    person: Mapped[Person] = relationship()


class CourseInvitation(Base):
    """Who may enrol in a course that is by invitation, by address: the person may not have an account yet."""

    __tablename__ = "course_invitation"
    __table_args__ = (sa.UniqueConstraint("course_id", "email"), sa.Index(None, "email"))

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    email: Mapped[str] = mapped_column(sa.String(320), comment="case-folded")
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    invited_at: Mapped[datetime]


class CourseSearch(Base):
    """What the catalogue looks up, folded (lower case, no accents), one row a language; written at publication."""

    __tablename__ = "course_search"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(35), primary_key=True, index=True)
    words: Mapped[str] = mapped_column(sa.Text)


class Module(Base):
    """A part of a course; it orders activities."""

    __tablename__ = "module"
    __table_args__ = (sa.UniqueConstraint("course_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    key: Mapped[str] = mapped_column(sa.String(60))
    rank: Mapped[str] = mapped_column(Rank)
    title: Mapped[Text]
    enough: Mapped[int | None] = mapped_column(comment="of its activities, as many complete it; none: the required")
    removed_at: Mapped[datetime | None]
    version_id: Mapped[int] = mapped_column()

    course: Mapped[Course] = relationship(back_populates="modules")
    activities: Mapped[list[Activity]] = relationship(back_populates="module", order_by="Activity.rank, Activity.id")

    __mapper_args__ = {"version_id_col": version_id}

    def living_activities(self) -> list[Activity]:
        """The activities that stand in the draft, in order."""
        return sorted((a for a in self.activities if a.removed_at is None), key=lambda a: (a.rank, a.id))


class Activity(Base):
    """One thing to do. Each kind has a table of its own, joined to this one."""

    __tablename__ = "activity"
    __table_args__ = (sa.UniqueConstraint("course_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    module_id: Mapped[int] = mapped_column(sa.ForeignKey("module.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(20))
    rank: Mapped[str] = mapped_column(Rank)
    title: Mapped[Text]
    required: Mapped[bool] = mapped_column(default=True)
    minutes: Mapped[int]
    minutes_given: Mapped[bool] = mapped_column(default=True, comment="by a person; else computed from what is in it")
    opens_after: Mapped[Opens | None] = mapped_column(Document(Opens))
    removed_at: Mapped[datetime | None]
    version_id: Mapped[int] = mapped_column()

    module: Mapped[Module] = relationship(back_populates="activities")
    course: Mapped[Course] = relationship(viewonly=True)

    __mapper_args__ = {"polymorphic_on": kind, "version_id_col": version_id}


class Lesson(Activity):
    """Something to read: one body a language."""

    __tablename__ = "lesson"

    id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), primary_key=True)

    bodies: Mapped[list[LessonBody]] = relationship(back_populates="lesson", order_by="LessonBody.language")

    __mapper_args__ = {"polymorphic_identity": "lesson"}


class LessonBody(Base):
    """A lesson's text in one language: sanitised HTML, cleaned when it was saved."""

    __tablename__ = "lesson_body"
    __table_args__ = (sa.UniqueConstraint("lesson_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(sa.ForeignKey("lesson.id"))
    language: Mapped[str] = mapped_column(sa.String(35))
    html: Mapped[str] = mapped_column(sa.Text)
    source_hash: Mapped[str | None] = mapped_column(sa.String(16), comment="of the source body it was made from")
    saved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    saved_at: Mapped[datetime | None]
    version_id: Mapped[int] = mapped_column()

    lesson: Mapped[Lesson] = relationship(back_populates="bodies")

    __mapper_args__ = {"version_id_col": version_id}


class RevisionReason(StrEnum):
    """Why a text was kept: before another took its place, by hand, by an import, or as the one that was not taken."""

    SAVED = "saved"
    KEPT = "kept"
    IMPORTED = "imported"
    NOT_TAKEN = "not_taken"


class Revision(Base):
    """The history of a body: a text that it had, whose it was, when."""

    __tablename__ = "revision"
    __table_args__ = (sa.Index(None, "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(80), comment="for instance lesson_body:7")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    content_hash: Mapped[str] = mapped_column(sa.ForeignKey("content.hash"))
    reason: Mapped[str] = mapped_column(sa.String(20), default=RevisionReason.SAVED)
    note: Mapped[str] = mapped_column(sa.String(200), default="")


class CourseMedia(Base):
    """A file in a course's library, as this course calls and describes it. Where it is used is derived."""

    __tablename__ = "course_media"
    __table_args__ = (sa.Index(None, "media_hash"),)

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    media_hash: Mapped[str] = mapped_column(sa.ForeignKey("media.hash"), primary_key=True)
    name: Mapped[str]
    alternative: Mapped[Text | None] = mapped_column(comment="of a picture; an empty one says that it only decorates")
    captions: Mapped[dict[str, str]] = mapped_column(
        Document(dict[str, str]), default=dict, comment="of a video or sound: language to the hash of its WebVTT"
    )
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    added_at: Mapped[datetime]
    version_id: Mapped[int] = mapped_column()

    media: Mapped[Media] = relationship()

    __mapper_args__ = {"version_id_col": version_id}


class Upload(Base):
    """A file on its way in, part by part, so that a dropped connection goes on where it was. Swept by age."""

    __tablename__ = "upload"
    __table_args__ = (sa.Index(None, "touched_at"),)

    id: Mapped[str] = mapped_column(sa.String(43), primary_key=True, comment="cannot be guessed")
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"), comment="none: a folder of a new course")
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    name: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    received: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    purpose: Mapped[str] = mapped_column(sa.String(20), comment="media, or a course folder to import")
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]


class CourseMove(Base):
    """An import, an export or a copy of a course that runs as a job, and how far it is."""

    __tablename__ = "course_move"
    __table_args__ = (one_of("kind", MoveKind), one_of("state", MoveState), sa.Index(None, "person_id", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20), default=MoveState.WAITING)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"), comment="none before an import made one")
    file_hash: Mapped[str | None] = mapped_column(sa.String(64), comment="of the folder as a zip, in the store")
    file_name: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]), default=dict)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Edition(Base):
    """The course as published: numbered, complete, never changed."""

    __tablename__ = "edition"
    __table_args__ = (sa.UniqueConstraint("course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    number: Mapped[int]
    outline: Mapped[Outline] = mapped_column(Document(Outline))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    published_at: Mapped[datetime]
