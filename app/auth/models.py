"""People, where they belong and when, what they may do, and their sign-ins."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.base import Base, Document, one_of
from app.network.models import City

from .cohorts.rules import CohortRule
from .names import PersonName

# How a person's row is locked: others may still write rows that refer to it. With the stronger lock, who moves a
# person and waits for an enrolment, and who completes it and waits for the person, would wait for each other.
LOCK = {"key_share": True}


class PersonState(StrEnum):
    """`invited`: somebody entered them, and they have not yet taken the account into use."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    ACTIVE = "active"
    LEFT = "left"
    ERASED = "erased"
    INVITED = "invited"


class Role(StrEnum):
    """What is added to being a practitioner, which everyone is."""

    TRAINER = "trainer"
    TRANSLATOR = "translator"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class Person(Base):
    """Anyone with an account. `city_id` repeats the open affiliation, for speed."""

    __tablename__ = "person"
    __table_args__ = (
        one_of("state", PersonState),
        sa.Index(None, "city_id", "state"),
        sa.Index(
            "ix_person_invited",
            "state",
            sqlite_where=sa.text("state = 'invited'"),
            postgresql_where=sa.text("state = 'invited'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(sa.String(320), unique=True, comment="case-folded; none once erased")
    name: Mapped[str] = mapped_column(PersonName())
    language: Mapped[str] = mapped_column(sa.String(35), default="en")
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="UTC")
    password_hash: Mapped[str | None]
    state: Mapped[str] = mapped_column(sa.String(20), default=PersonState.UNCONFIRMED)
    city_id: Mapped[int | None] = mapped_column(sa.ForeignKey("city.id"))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), comment="who entered them")

    city: Mapped[City | None] = relationship()


class Affiliation(Base):
    """A person belonging to a city, from a moment to a moment; open while `to_at` is empty."""

    __tablename__ = "affiliation"
    __table_args__ = (
        sa.Index(
            "uq_affiliation_open",
            "person_id",
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        ),
        # Each holds all that is asked of a stay: rules are judged by whole cities and by the whole network.
        sa.Index("ix_affiliation_person", "person_id", "from_at", "to_at", "city_id"),
        sa.Index("ix_affiliation_city", "city_id", "from_at", "to_at", "person_id"),
        sa.Index(
            "ix_affiliation_ended",
            "to_at",
            sqlite_where=sa.text("to_at IS NOT NULL"),
            postgresql_where=sa.text("to_at IS NOT NULL"),
        ),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    city_id: Mapped[int] = mapped_column(sa.ForeignKey("city.id"))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]


class PersonRole(Base):
    """A role held from a moment to a moment; a coordinator's is of one city."""

    __tablename__ = "person_role"
    __table_args__ = (
        one_of("role", Role),
        sa.CheckConstraint("(role = 'coordinator') = (city_id IS NOT NULL)", name="city"),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name="dates"),
        sa.Index(
            "uq_person_role_open",
            "person_id",
            "role",
            sa.text("coalesce(city_id, 0)"),
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    city_id: Mapped[int | None] = mapped_column(sa.ForeignKey("city.id"))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]


class SignIn(Base):
    """One device signed in; its id is in the session cookie and read with the person, so it can be ended."""

    __tablename__ = "sign_in"
    __table_args__ = (sa.Index(None, "person_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(sa.String(200), default="")


class Cohort(Base):
    """A named group of people who learn together: fixed, or whoever a rule finds. `city_id`: a coordinator's own."""

    __tablename__ = "cohort"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    city_id: Mapped[int | None] = mapped_column(sa.ForeignKey("city.id"), index=True)
    rule: Mapped[CohortRule | None] = mapped_column(Document(CohortRule), comment="none: its members are listed")
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}


class CohortMember(Base):
    """A person of a fixed cohort."""

    __tablename__ = "cohort_member"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    added_at: Mapped[datetime]
