"""What a call's page knows of its reader beside the verdict, and who of a city is closest to what it lacks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Affiliation, Person
from app.extensions import db
from app.network.models import City
from app.progress.models import ActivityProgress, ActivityState, Completion, Enrolment, EnrolmentState

from ..applications.access import has_worked
from ..judging.subject import belongs, practises
from ..models import Application, ApplicationState, CallReminder
from ..rules.moments import since
from .way import LATELY, CityStep, Pace

MORE = 2  # people named beyond those who are needed: not everybody can
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Beside:
    """Whether the reader is told when the call opens, their pace, and how far their city's application is.

    `worked`: that they worked on it, whether or not they are eligible.
    """

    reminded: bool
    pace: Pace
    application: ApplicationState | None
    worked: bool = False

    @property
    def is_applied(self) -> bool:
        """Whether the city has handed its application in: from then on nothing is stated anew."""
        return self.application not in (None, ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Close:
    """Somebody of a city who has still to finish a course; `done` of `total` activities, if enrolled."""

    person_id: int
    name: str
    is_enrolled: bool
    done: int
    total: int


def get_beside(call_id: int, *, person_id: int, city_id: int | None, at: datetime) -> Beside:
    """What the page of a call needs to know of its reader besides facts. One statement."""
    lately = (
        sa.select(
            sa.func.count().label("activities"),
            sa.func.min(ActivityProgress.completed_at).label("first"),
        )
        .join(Enrolment, Enrolment.id == ActivityProgress.enrolment_id)
        .where(
            Enrolment.person_id == person_id,
            ActivityProgress.state == ActivityState.COMPLETE,
            ActivityProgress.by_id.is_(None),
            ActivityProgress.completed_at.between(at - LATELY, at),
        )
        .subquery()
    )
    reminded = sa.exists().where(CallReminder.call_id == call_id, CallReminder.person_id == person_id)
    of_city = sa.and_(Application.call_id == call_id, Application.city_id == city_id)
    application = sa.select(Application.state).where(of_city).scalar_subquery()
    worked = sa.select(has_worked(person_id)).select_from(Application).where(of_city).scalar_subquery()
    row = db.session.execute(
        sa.select(
            lately.c.activities,
            lately.c.first,
            reminded.label("reminded"),
            application.label("application"),
            worked.label("worked"),
        )
    ).one()
    return Beside(
        reminded=bool(row.reminded),
        pace=Pace.since(row.first, row.activities, at),
        application=ApplicationState(row.application) if row.application else None,
        worked=bool(row.worked),
    )


def may_know_names(reader: Identity, city_id: int | None) -> bool:
    """Names of colleagues are for the city's coordinator and administrators."""
    return reader.is_administrator or city_id in reader.coordinates


def list_names_and_closest(
    ids: Collection[int], steps: Sequence[CityStep], *, city_id: int | None, reader: Identity, at: datetime
) -> tuple[dict[int, str], list[list[Close]]]:
    """Name by id, in order of name, and for each step the city's people closest to it, for who may know them.

    For anyone else nothing, without a statement; else one.
    """
    if not may_know_names(reader, city_id) or not (ids or steps):
        return {}, [[] for _step in steps]
    parts = [_names(ids), *(_closest(place, step, city_id, at) for place, step in enumerate(steps) if city_id)]
    names, closest = [], [[] for _step in steps]  # type: tuple[list[tuple[str, int]], list[list[Close]]]
    for row in db.session.execute(sa.union_all(*parts)):
        if row.place is None:
            names.append((row.name, row.id))
        else:
            closest[row.place].append(_close(row))
    for found in closest:
        found.sort(key=lambda one: (one.done == 0, not one.is_enrolled, one.total - one.done, one.name, one.person_id))
    return {person_id: name for name, person_id in sorted(names)}, closest


def _close(row: Any) -> Close:
    return Close(row.id, row.name, row.done is not None, row.done or 0, row.total or 0)


def _names(ids: Collection[int]) -> sa.Select[Any]:
    return sa.select(  # type: ignore[return-value]
        sa.cast(sa.null(), sa.Integer).label("place"),
        Person.id,
        Person.name,
        sa.cast(sa.null(), sa.Integer).label("done"),
        sa.cast(sa.null(), sa.Integer).label("total"),
    ).where(Person.id.in_(ids))


def _closest(place: int, step: CityStep, city_id: int, at: datetime) -> sa.Select[Any]:
    """The active practitioners of the city who do not count yet, the furthest in the course first."""
    months = getattr(step.leaf.rule, "within_months", None)
    counts = sa.select(Completion.person_id).where(
        Completion.course_id == step.course.id,
        Completion.completed_at <= at,
        Completion.completed_at >= since(at, months) if months else sa.true(),
    )
    under_way = sa.case((Enrolment.state == EnrolmentState.OPEN, Enrolment.done))
    total = sa.case((Enrolment.state == EnrolmentState.OPEN, Enrolment.total))
    nearest = (
        sa.select(
            sa.literal(place, sa.Integer).label("place"),
            Person.id,
            Person.name,
            under_way.label("done"),
            total.label("total"),
        )
        .join(Affiliation, Affiliation.person_id == Person.id)
        .outerjoin(Enrolment, sa.and_(Enrolment.person_id == Person.id, Enrolment.course_id == step.course.id))
        .where(Affiliation.city_id == city_id, belongs(at), practises(), Person.id.not_in(counts))
        .order_by(
            sa.case((under_way > 0, 0), (under_way.is_not(None), 1), else_=2), total - under_way, Person.name, Person.id
        )
        .limit(min(step.people + MORE, MOST_NAMED))
        .subquery()
    )
    return sa.select(nearest)


def list_coordinated(reader: Identity) -> list[tuple[int, str]]:
    """Id and name, by name, of the cities that the reader coordinates. One statement."""
    rows = db.session.execute(
        sa.select(City.id, City.name).where(City.id.in_(reader.coordinates)).order_by(City.name, City.id)
    )
    return [(row.id, row.name) for row in rows]
