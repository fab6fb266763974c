"""Enrolments, progress in activities, completions, certificates."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.models import Role
from app.core.base import Base, Document, one_of

ISSUER = "Strong Cities Network"


class EnrolmentState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class ActivityState(StrEnum):
    """How one cycle stands in one activity. Absent: not started."""

    STARTED = "started"
    FAILED = "failed"
    COMPLETE = "complete"
    EXCUSED = "excused"


class CertificateStatus(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class TallySubject(StrEnum):
    COURSE = "course"
    CITY = "city"
    DAYS = "days"


class Position(msgspec.Struct, frozen=True):
    """Where in an activity the person was: a share of its length, 0 to 1, and seconds into each video or sound.

    `media` maps the hash of a file to seconds. `at` is when it was so, so that no older one takes its place.
    """

    share: float = 0.0
    media: dict[str, float] = {}
    at: datetime | None = None


class Sitting(msgspec.Struct, frozen=True):
    """An activity's page, once opened: when it last reported, and the number of that report."""

    at: datetime
    sequence: int


class Assignment(Base):
    """That a course was given to a person, a cohort, a city or a role, and by when it is due.

    Who comes to belong to the cohort, city or role later is enrolled then. `due_days` counts from each enrolment.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        one_of("role", Role),
        sa.CheckConstraint(
            "(CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN cohort_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN city_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN role IS NULL THEN 0 ELSE 1 END) = 1",
            name="to_one",
        ),
        sa.CheckConstraint("due_at IS NULL OR due_days IS NULL", name="due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohort.id"), index=True)
    city_id: Mapped[int | None] = mapped_column(sa.ForeignKey("city.id"), index=True)
    role: Mapped[str | None] = mapped_column(sa.String(20))
    due_at: Mapped[datetime | None]
    due_days: Mapped[int | None] = mapped_column(comment="after the enrolment")
    time_zone: Mapped[str] = mapped_column(sa.String(60), comment="by whose clocks its days end")
    given_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Enrolment(Base):
    """One practitioner in one course. `cycle` counts the times through; a renewal starts the next.

    `enrolled_at` is when the present one began, and everything else on the row is of it too.

    `done`, `total`, `score`, `states` change in `services.record` and `services.recount` only. The first two are of
    the activities that completion asks for: the required ones, or as many as the course's settings say are enough.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id"),
        one_of("state", EnrolmentState),
        # Each holds all that reports ask of its rows, so that they need not be read: of a course, a city, a span of
        # time (by enrolment, by completion), and what is late or soon due.
        sa.Index(
            "ix_enrolment_course", "course_id", "city_id", "state", "enrolled_at", "completed_at", "due_at", "person_id"
        ),
        sa.Index(
            "ix_enrolment_city", "city_id", "state", "enrolled_at", "course_id", "completed_at", "due_at", "person_id"
        ),
        sa.Index(
            "ix_enrolment_enrolled",
            "enrolled_at",
            "state",
            "course_id",
            "city_id",
            "completed_at",
            "due_at",
            "person_id",
        ),
        sa.Index(
            "ix_enrolment_completed",
            "completed_at",
            "state",
            "course_id",
            "city_id",
            "enrolled_at",
            "due_at",
            "person_id",
            sqlite_where=sa.text("completed_at IS NOT NULL"),
            postgresql_where=sa.text("completed_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_enrolment_due",
            "state",
            "due_at",
            "enrolled_at",
            "course_id",
            "city_id",
            "person_id",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    city_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("city.id"), comment="the person's, following moves until completion, then fixed"
    )
    language: Mapped[str] = mapped_column(sa.String(35))
    cycle: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(sa.String(20), default=EnrolmentState.OPEN)
    done: Mapped[int] = mapped_column(default=0, comment="required activities complete")
    total: Mapped[int] = mapped_column(default=0, comment="required activities")
    score: Mapped[float | None] = mapped_column(comment="0 to 1; none before the first graded activity")
    states: Mapped[dict[int, ActivityState]] = mapped_column(Document(dict[int, ActivityState]), default=dict)
    due_at: Mapped[datetime | None]
    enrolled_at: Mapped[datetime]
    first_enrolled_at: Mapped[datetime | None] = mapped_column(
        comment="when the first time through began, where this is a later one"
    )
    touched_at: Mapped[datetime] = mapped_column(comment="the last thing the person did here")
    completed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    assignment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("assignment.id"), index=True, comment="what enrolled them or set the due date; none: themselves"
    )
    last_activity_id: Mapped[int | None] = mapped_column(sa.ForeignKey("activity.id"))
    counted_edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}


class Tally(Base):
    """How many enrolments began in a month, and how many of those are completed: of a course, a city, or by days taken.

    Triggers on `enrolment` append what changes, in the transaction that changes it, so that nobody waits for a row
    that others change too; a job adds up. Only sums over rows mean anything. Withdrawn enrolments are not counted.
    """

    __tablename__ = "tally"
    __table_args__ = (
        one_of("subject", TallySubject),
        sa.Index("ix_tally_sums", "subject", "month", "number", "enrolled", "completed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[int] = mapped_column(comment="id of the course, of the city (0: none), or whole days to complete")
    month: Mapped[str] = mapped_column(sa.String(7), comment="of the enrolment, in UTC, as 2026-11")
    enrolled: Mapped[int] = mapped_column(comment="more, or fewer; 0 by days")
    completed: Mapped[int]


class TallyDone(Base):
    """How many enrolments were completed in a month: of a course, in a city, or by days taken. Kept as `Tally` is."""

    __tablename__ = "tally_done"
    __table_args__ = (
        one_of("subject", TallySubject),
        sa.Index("ix_tally_done_sums", "subject", "month", "number", "completed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[int] = mapped_column(comment="id of the course, of the city (0: none), or whole days to complete")
    month: Mapped[str] = mapped_column(sa.String(7), comment="of the completion, in UTC, as 2026-11")
    completed: Mapped[int] = mapped_column(comment="more, or fewer")


class TallyStand(Base):
    """How many enrolments of a month stand alike in a course. Kept as `Tally` is; withdrawn ones are not counted."""

    __tablename__ = "tally_stand"
    __table_args__ = (sa.Index(None, "course", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course: Mapped[int] = mapped_column(comment="its id")
    month: Mapped[str] = mapped_column(sa.String(7), comment="of the enrolment, in UTC, as 2026-11")
    state: Mapped[str] = mapped_column(sa.String(20))
    last_activity: Mapped[int | None] = mapped_column(comment="its id")
    states: Mapped[str] = mapped_column(sa.Text, comment="as the enrolments have them")
    people: Mapped[int] = mapped_column(comment="more, or fewer")


class Learner(Base):
    """When a person last enrolled in a course they did not withdraw from, and last completed one.

    Kept by triggers on `enrolment`. With it, how many people enrolled since a day is how many rows are newer.
    None: they have no such enrolment.
    """

    __tablename__ = "learner"
    __table_args__ = (sa.Index(None, "city_id", "newest_at"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, autoincrement=False)
    newest_at: Mapped[datetime | None] = mapped_column(index=True)
    newest_open_at: Mapped[datetime | None] = mapped_column(comment="of those under way, when the newest began")
    newest_done_at: Mapped[datetime | None] = mapped_column(comment="of those completed, when the newest began")
    completed_at: Mapped[datetime | None]
    city_id: Mapped[int | None] = mapped_column(comment="where all of them are, 0: in no city; none: in several")


class ActivityProgress(Base):
    """One enrolment cycle in one activity."""

    __tablename__ = "activity_progress"
    __table_args__ = (one_of("state", ActivityState), sa.Index(None, "activity_id", "state"))

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(20))
    score: Mapped[float | None] = mapped_column(comment="0 to 1, by the activity's own grading method")
    first_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None] = mapped_column(comment="when the person first reached the activity’s pass mark")
    seconds: Mapped[int] = mapped_column(default=0, comment="visible and in use")
    visible_seconds: Mapped[int] = mapped_column(default=0, comment="visible, in use or not")
    position: Mapped[Position | None] = mapped_column(Document(Position))
    by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id"), comment="who excused them, or completed it for them; none: themselves"
    )
    reason: Mapped[str | None] = mapped_column(sa.Text)
    own_state: Mapped[str | None] = mapped_column(
        sa.String(20), comment="where `by_id` is set: what they had done by themselves; none: not begun"
    )


class TimeSheet(Base):
    """Until when a person's time is counted, whatever pages they had open: so no second counts twice."""

    __tablename__ = "time_sheet"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    counted_until: Mapped[datetime]
    day: Mapped[date] = mapped_column(comment="in UTC")
    seconds: Mapped[int] = mapped_column(default=0, comment="visible, counted on that day")
    sittings: Mapped[dict[str, Sitting]] = mapped_column(Document(dict[str, Sitting]), comment="the latest few, by id")


class Completion(Base):
    """The fact that a cycle was completed: written once, never changed. Grants and certificates rest on it."""

    __tablename__ = "completion"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "cycle"),
        sa.Index(None, "course_id", "city_id", "completed_at"),
        sa.Index(None, "person_id", "course_id", "completed_at"),
        # Who completed a course, how well and when, for rules that ask it of everybody.
        sa.Index("ix_completion_course", "course_id", "completed_at", "person_id", "score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    cycle: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    rule: Mapped[str] = mapped_column(sa.String(80), comment="the rule as applied")
    city_id: Mapped[int | None] = mapped_column(sa.ForeignKey("city.id"), comment="the person's on that day")
    score: Mapped[float | None] = mapped_column(comment="of the day, 0 to 1")
    completed_at: Mapped[datetime]


class RisenScore(Base):
    """A score that a cycle rose to after it was completed, higher than all before: appended, never changed."""

    __tablename__ = "risen_score"
    __table_args__ = (sa.Index(None, "enrolment_id", "cycle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    cycle: Mapped[int]
    score: Mapped[float] = mapped_column(comment="0 to 1")
    at: Mapped[datetime] = mapped_column(comment="when the person did what it was given for")


class Certificate(Base):
    """Proof of a completion. Names and titles are as issued: it stands alone."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.Index("ix_certificate_course", "course_id", "person_id", "issued_at", "expires_at", "revoked_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    completion_id: Mapped[int] = mapped_column(sa.ForeignKey("completion.id"), unique=True)
    code: Mapped[str] = mapped_column(sa.String(13), unique=True, comment="without prefix and hyphens")
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    holder: Mapped[str] = mapped_column(sa.String(120))
    city: Mapped[str | None] = mapped_column(sa.String(120))
    course_title: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(35))  # of the title
    edition_number: Mapped[int]
    minutes: Mapped[int]
    score: Mapped[float | None]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str | None] = mapped_column(sa.Text)
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(sa.String(120), default=ISSUER, comment="as issued")
    towers: Mapped[list[int]] = mapped_column(Document(list[int]), default=list, comment="activities of each module")
    design: Mapped[int] = mapped_column(default=1, comment="which of the designs of the PDF it was issued in")
    rule: Mapped[str] = mapped_column(sa.String(80), default="", comment="of the completion, for the badge")
    recipient: Mapped[str | None] = mapped_column(
        sa.String(71), comment="hash of the holder's e-mail at issue, the code being its salt; none: without e-mail"
    )
    shows_name: Mapped[bool] = mapped_column(default=True)
    shows_hours: Mapped[bool] = mapped_column(default=False)
    shows_city: Mapped[bool] = mapped_column(default=False)
    shows_score: Mapped[bool] = mapped_column(default=False)

    def status_at(self, now: datetime) -> CertificateStatus:
        """How it stands at a moment; revoked counts before expired."""
        if self.revoked_at is not None:
            return CertificateStatus.REVOKED
        expired = self.expires_at is not None and self.expires_at <= now
        return CertificateStatus.EXPIRED if expired else CertificateStatus.VALID


class SigningKey(Base):
    """An Ed25519 key that signs badges. The newest in force at its issue signs a badge; all verify."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="1, 2, 3 …, so that two who make a key at once cannot both"
    )
    public: Mapped[str] = mapped_column(sa.String(80), unique=True, comment="as a Multikey")
    private: Mapped[str] = mapped_column(sa.Text, comment="sealed under the site's secret")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(comment="signs no more from then on, and goes on verifying")


class LiftedRevocation(Base):
    """That a certificate was revoked from a moment up to, not including, one at which that was undone: appended.

    So that what is asked as of a day in between is answered as it was on that day. Why, and by whom, is in the log.
    """

    __tablename__ = "lifted_revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(sa.ForeignKey("certificate.id"), index=True)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
