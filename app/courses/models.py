"""The course as its trainers edit it (the draft), and as published (editions)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.auth.models import Person
from app.core.base import Base, Document, Rank, one_of
from app.core.text import Text

from .outline import CourseSettings, Opens, Outline


class TrainerRole(StrEnum):
    LEAD = "lead"
    AUTHOR = "author"
    TRANSLATOR = "translator"


class Course(Base):
    """A course. Its rows are the draft; `edition_id` points at what practitioners see."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    source_language: Mapped[str] = mapped_column(sa.String(35))
    languages: Mapped[list[str]] = mapped_column(Document(list[str]), comment="the source first")
    title: Mapped[Text]
    summary: Mapped[Text]
    topics: Mapped[list[str]] = mapped_column(Document(list[str]))
    settings: Mapped[CourseSettings] = mapped_column(Document(CourseSettings))
    edition_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("edition.id", use_alter=True, name="fk_course_edition_id")
    )
    created_at: Mapped[datetime]
    version_id: Mapped[int] = mapped_column()

    modules: Mapped[list[Module]] = relationship(back_populates="course", order_by="Module.rank, Module.id")
    trainers: Mapped[list[CourseTrainer]] = relationship(back_populates="course", order_by="CourseTrainer.id")

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

    course: Mapped[Course] = relationship(back_populates="trainers")
    person: Mapped[Person] = relationship()


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
    version_id: Mapped[int] = mapped_column()

    lesson: Mapped[Lesson] = relationship(back_populates="bodies")

    __mapper_args__ = {"version_id_col": version_id}


class Revision(Base):
    """The history of a body or a setting: who saved what, when."""

    __tablename__ = "revision"
    __table_args__ = (sa.Index(None, "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(80), comment="for instance lesson_body:7")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    content_hash: Mapped[str] = mapped_column(sa.ForeignKey("content.hash"))


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
