"""Who may enrol in a course, and who is invited: reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.auth.models import Person, PersonRole
from app.core.containing import holds
from app.extensions import db
from app.network import queries as network

from ..models import Course, CourseInvitation
from ..outline import Admits, Audience
from . import admission
from .admission import Candidate

# Of a statement that reads `Course`: whether the person bound as `person` is invited to it.
is_invited = (
    sa.exists()
    .where(
        CourseInvitation.course_id == Course.id,
        CourseInvitation.email == Person.email,
        Person.id == sa.bindparam("person"),
    )
    .correlate(Course.__table__)
)


def admitted(course_id: int) -> sa.ColumnElement[bool]:
    """Whether a course takes a `Person` in; `admission.admits` says the same of one.

    Of a course that is for anyone, nothing is asked of each.
    """
    this_one = sa.select(Course.id).where(Course.id == course_id)
    anyone = this_one.where(is_for_anyone()).correlate(None).exists()
    return sa.or_(anyone, this_one.where(takes_in()).correlate(Person).exists())


def is_for_anyone() -> sa.ColumnElement[bool]:
    """That a `Course` takes everybody in."""
    return _admits() == Admits.ANYONE


def takes_in() -> sa.ColumnElement[bool]:
    """Of a statement over `Course` and `Person`: whether the one takes the other in."""
    invited = sa.exists().where(CourseInvitation.course_id == Course.id, CourseInvitation.email == Person.email)
    role = sa.exists().where(
        PersonRole.person_id == Person.id, PersonRole.to_at.is_(None), holds(Course.audience, "roles", PersonRole.role)
    )
    return sa.case(
        (is_for_anyone(), sa.true()),
        (_admits() == Admits.INVITED, invited.correlate(Course, Person)),
        else_=sa.or_(holds(Course.audience, "cities", Person.city_id), role.correlate(Course, Person)),
    )


def _admits() -> sa.ColumnElement[str]:
    return sa.type_coerce(Course.audience, sa.JSON)["admits"].as_string()


def get_candidate(*, course_id: int, person_id: int) -> Candidate:
    """What decides whether this person may enrol, as it stands now, in one statement."""
    return list_candidates(course_id=course_id, people=[person_id])[person_id]


def list_candidates(*, course_id: int, people: Collection[int]) -> dict[int, Candidate]:
    """As `get_candidate`, of several people by id, in one statement."""
    roles = (
        sa.select(sa.func.aggregate_strings(PersonRole.role, ","))
        .where(PersonRole.person_id == Person.id, PersonRole.to_at.is_(None))
        .scalar_subquery()
    )
    invited = sa.exists().where(CourseInvitation.course_id == course_id, CourseInvitation.email == Person.email)
    rows = db.session.execute(
        sa.select(Person.id, Person.email, Person.city_id, roles.label("roles"), invited.label("invited")).where(
            Person.id.in_(people)
        )
    )
    return {row.id: Candidate(row.email or "", row.city_id, (row.roles or "").split(","), row.invited) for row in rows}


def sentence(whom: Audience) -> str:
    """Whom a course is for, in words. A statement where it is for certain cities, else none."""
    names = network.list_choices(among=frozenset(whom.cities), with_left=True) if whom.cities else []
    return admission.sentence(whom, [name for _id, name in names])


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation as its course lists it. `name` is empty for an address that nobody has an account with yet."""

    id: int
    email: str
    name: str
    invited_at: datetime


def get_audience(course_id: int) -> Audience:
    """Who may enrol in a course that exists."""
    whom: Audience = db.session.scalars(sa.select(Course.audience).where(Course.id == course_id)).one()
    return whom


def list_invitations(course_id: int) -> list[InvitationLine]:
    """Who is invited to a course, by address."""
    rows = db.session.execute(
        sa.select(CourseInvitation.id, CourseInvitation.email, Person.name, CourseInvitation.invited_at)
        .outerjoin(Person, Person.email == CourseInvitation.email)
        .where(CourseInvitation.course_id == course_id)
        .order_by(CourseInvitation.email)
    )
    return [InvitationLine(row.id, row.email, row.name or "", row.invited_at) for row in rows]
