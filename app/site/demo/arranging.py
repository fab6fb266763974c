"""What is done for others: a cohort that was given a course, somebody excused from an activity, somebody who left."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.auth.cohorts import services as cohorts
from app.auth.identity import Identity, identity_of
from app.auth.models import Person, PersonState
from app.core import clock
from app.courses.editions import PublishedEdition
from app.extensions import db
from app.progress import services as progress
from app.progress.assigning import services as assignments
from app.progress.assigning.giving import Due, Target
from app.progress.models import ActivityState, Enrolment, EnrolmentState
from app.progress.people import excusing_services as excusing

from .journeys import Stage

COLLEAGUES = 4


def arrange(stage: Stage, *, coordinator: str, trainer: str, course: str, today: datetime) -> None:
    """Do it, in the days before `today`; the people are named by address, the course by key.

    Whose story the demonstration tells is left as they are.
    """
    told = [person.id for email, person in stage.people.items() if email.endswith("@demo.example")]
    leads, edition = identity_of(stage.people[coordinator].id), stage.editions[course]
    with clock.at(today - timedelta(days=6) + timedelta(hours=9)):
        cohort = cohorts.create(name="New colleagues", rule=None, city_id=min(leads.coordinates), by=leads)
        cohorts.add(cohort_id=cohort.id, people=_colleagues(leads, told), by=leads)
        assignments.give(
            course_id=edition.course_id, target=Target(cohort_id=cohort.id), due=Due(days=60), by=leads
        )  # fmt: skip
    excused, left = _under_way(edition, told)
    with clock.at(today - timedelta(days=2) + timedelta(hours=10)):
        excusing.give(
            enrolment_id=excused.id,
            activity_id=_unbegun(edition, excused)[0],
            state=ActivityState.EXCUSED,
            reason="Taught this at the network’s workshop.",
            by=stage.people[trainer].id,
        )
        progress.withdraw(enrolment_id=left.id, by_id=left.person_id)


def _colleagues(leads: Identity, told: list[int]) -> list[int]:
    return list(
        db.session.scalars(
            sa.select(Person.id)
            .where(Person.city_id == leads.city_id, Person.state == PersonState.ACTIVE, Person.id.not_in(told))
            .order_by(Person.id.desc())
            .limit(COLLEAGUES)
        )
    )


def _under_way(edition: PublishedEdition, told: list[int]) -> list[Enrolment]:
    """Two people in the middle of the course, the first with an activity that they have not begun."""
    found = list(
        db.session.scalars(
            sa.select(Enrolment)
            .where(
                Enrolment.course_id == edition.course_id, Enrolment.state == EnrolmentState.OPEN, Enrolment.done > 0,
                Enrolment.done < Enrolment.total, Enrolment.person_id.not_in(told),
            )
            .order_by(Enrolment.id)
        )
    )  # fmt: skip
    first = next(one for one in found if _unbegun(edition, one))
    return [first, next(one for one in found if one is not first)]


def _unbegun(edition: PublishedEdition, enrolment: Enrolment) -> list[int]:
    return [activity.id for activity in edition.required if activity.id not in enrolment.states]
