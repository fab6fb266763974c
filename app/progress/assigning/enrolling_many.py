"""Enrolling many people at once, as `services.enrol` does one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.models import Person
from app.core.storing import insert_new
from app.courses.audience import admission as audience
from app.courses.audience import queries as audience_queries
from app.courses.models import Course
from app.courses.outline import Admits
from app.extensions import db

from .. import holding, services
from ..beginning import fresh
from ..models import Enrolment
from ..signals import many_enrolled

_enrolment: Any = Enrolment.__table__
_FIRST = {"version_id": 1}  # what the mapper counts by itself, but not where rows are written past it


def enrol_many(*, course_id: int, people: Mapping[int, datetime | None], by_id: int) -> set[int]:
    """Take people into a course, each id with its due date; returns the ids of those whom the course does not take in:
    whom it does not admit, of an archived one everybody who is new to it, and who has left meanwhile.

    Who is in it already stays as they are, but that an earlier due date holds. Some statements for all of those who
    are new to it, and some for each who is not. Raises `CourseNotPublished`.
    """
    course, edition = holding.hold_course(course_id)
    there = _there(course_id, people)
    refused = _refused(course, [person_id for person_id in people if person_id not in there])
    found = holding.hold_people(people)
    rows = [
        fresh(edition, person_id=row.id, city_id=row.city_id, language=row.language, due_at=people[row.id]) | _FIRST
        for row in found
        if row.id not in there and row.id not in refused
    ]
    refused |= people.keys() - {row.id for row in found} - there
    if rows:
        insert = insert_new(_enrolment, "person_id", "course_id").returning(_enrolment.c.id, _enrolment.c.person_id)
        new = {person_id: enrolment_id for enrolment_id, person_id in db.session.execute(insert, rows)}
        due = {enrolment_id: (person_id, people[person_id]) for person_id, enrolment_id in new.items()}
        many_enrolled.send(None, course=course, edition=edition, enrolments=due, by_id=by_id)
        there |= {row["person_id"] for row in rows} - new.keys()  # somebody was quicker
    for person_id in sorted(there):
        person = db.session.get_one(Person, person_id)
        services.enrol(person=person, course_id=course_id, due_at=people[person_id], by_id=by_id)
    return refused


def _there(course_id: int, people: Collection[int]) -> set[int]:
    return set(
        db.session.scalars(
            sa.select(Enrolment.person_id).where(
                Enrolment.course_id == course_id, Enrolment.person_id.in_(list(people))
            )
        )
    )


def _refused(course: Course, people: Collection[int]) -> set[int]:
    if course.archived_at is not None:
        return set(people)
    if course.audience.admits is Admits.ANYONE or not people:
        return set()
    candidates = audience_queries.list_candidates(course_id=course.id, people=people)
    return {person_id for person_id, one in candidates.items() if not audience.admits(course.audience, one)}
