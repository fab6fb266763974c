"""The network as everyone may see it: its cities, and the figures of those that agreed to show them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.models import Person, PersonState
from app.core.folding import folded
from app.core.skyline import MOST_TOWERS
from app.extensions import db
from app.network.models import City, Region
from app.network.queries import is_there
from app.progress.models import Certificate, Completion, Enrolment, EnrolmentState

FEWEST_PEOPLE = 5  # a figure about fewer people could be traced to one of them
MOST_FLOORS = 14
DARK_FLOORS = 2  # how a city without public figures stands, whatever its figures are


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """What a city shows. `completed`: share of its enrolments completed, 0 to 1; None of fewer than five people."""

    practitioners: int
    certificates: int
    completed: float | None


@dataclass(frozen=True, slots=True)
class Member:
    """A city of the network; `figures` only if it agreed, and of at least five practitioners."""

    name: str
    country: str
    since: int
    figures: PublicFigures | None


def list_members(region: Region | None = None) -> list[Member]:
    """The member cities, or those of one region, by name. One statement."""
    people = (
        sa.select(Person.city_id, sa.func.count().label("practitioners"))
        .where(Person.state == PersonState.ACTIVE)
        .group_by(Person.city_id)
        .subquery()
    )
    certificates = (
        sa.select(Completion.city_id, sa.func.count().label("certificates"))
        .join(Certificate, Certificate.completion_id == Completion.id)
        .where(Certificate.revoked_at.is_(None))
        .group_by(Completion.city_id)
        .subquery()
    )
    enrolments = (
        sa.select(
            Enrolment.city_id,
            sa.func.count().label("enrolled"),
            sa.func.count(Enrolment.person_id.distinct()).label("learners"),
            sa.func.count().filter(Enrolment.state == EnrolmentState.COMPLETED).label("completed"),
        )
        .where(Enrolment.state != EnrolmentState.WITHDRAWN)
        .group_by(Enrolment.city_id)
        .subquery()
    )
    statement = (
        sa.select(
            City.name,
            City.country,
            City.joined_on,
            City.figures_public,
            sa.func.coalesce(people.c.practitioners, 0).label("practitioners"),
            sa.func.coalesce(certificates.c.certificates, 0).label("certificates"),
            sa.func.coalesce(enrolments.c.enrolled, 0).label("enrolled"),
            sa.func.coalesce(enrolments.c.learners, 0).label("learners"),
            sa.func.coalesce(enrolments.c.completed, 0).label("completed"),
        )
        .outerjoin(people, people.c.city_id == City.id)
        .outerjoin(certificates, certificates.c.city_id == City.id)
        .outerjoin(enrolments, enrolments.c.city_id == City.id)
        .where(is_there())
    )
    if region is not None:
        statement = statement.where(City.region == region)
    members = [Member(row.name, row.country, row.joined_on.year, _public(row)) for row in db.session.execute(statement)]
    return sorted(members, key=lambda member: (folded(member.name), member.country))


def _public(row: sa.Row[tuple[object, ...]]) -> PublicFigures | None:
    if not row.figures_public or row.practitioners < FEWEST_PEOPLE:
        return None
    share = row.completed / row.enrolled if row.learners >= FEWEST_PEOPLE else None
    return PublicFigures(row.practitioners, row.certificates, share)


def towers(members: list[Member]) -> list[tuple[float, int]]:
    """The first cities as the skyline draws them: share of lit windows, and floors by practitioners."""
    shown = members[:MOST_TOWERS]
    most = max((m.figures.practitioners for m in shown if m.figures), default=1)
    return [_tower(member.figures, most) for member in shown]


def _tower(figures: PublicFigures | None, most: int) -> tuple[float, int]:
    if figures is None:
        return 0.0, DARK_FLOORS
    return figures.completed or 0.0, max(1, round(MOST_FLOORS * figures.practitioners / most))
