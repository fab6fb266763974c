"""What nobody else changes until the commit: a course that people begin, people, an enrolment; in this order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from app.auth.models import Person, PersonState
from app.courses.editions import PublishedEdition, get_edition
from app.courses.errors import CourseNotPublished
from app.courses.models import Course
from app.extensions import db

from .errors import NotEnrolled
from .models import Enrolment


def hold_course(course_id: int) -> tuple[Course, PublishedEdition]:
    """A course that nobody archives or brings back until the commit, with the edition in force.

    Whoever lets people begin a course holds it so, before any enrolment; it keeps nobody else from doing the same.
    Raises `CourseNotPublished`.
    """
    held = {"read": True, "key_share": True}
    course: Course | None = db.session.get(Course, course_id, with_for_update=held, populate_existing=True)
    if course is None or course.edition_id is None:
        raise CourseNotPublished
    return course, get_edition(course.edition_id)


def hold_people(ids: Collection[int]) -> Sequence[sa.Row[int, int | None, str]]:
    """Those of the people who have not left, each with id, city and language, in the order of their ids.

    None of them moves, leaves or is erased until the commit: whoever read them before may have read what was.
    """
    return db.session.execute(
        sa.select(Person.id, Person.city_id, Person.language)
        .where(Person.id.in_(ids), Person.state.not_in((PersonState.LEFT, PersonState.ERASED)))
        .order_by(Person.id)
        .with_for_update(read=True)
    ).all()


def lock(enrolment_id: int) -> Enrolment:
    """An enrolment that nobody else changes until the commit. Raises `NotEnrolled`."""
    return _lock(sa.select(Enrolment).where(Enrolment.id == enrolment_id))


def lock_of(person_id: int, course_id: int) -> Enrolment:
    """As `lock`, of a person in a course."""
    return _lock(enrolment_of(person_id, course_id))


def _lock(wanted: sa.Select[Enrolment]) -> Enrolment:
    held = wanted.with_for_update().execution_options(populate_existing=True)
    enrolment: Enrolment | None = db.session.scalars(held).one_or_none()
    if enrolment is None:
        raise NotEnrolled
    return enrolment


def enrolment_of(person_id: int, course_id: int) -> sa.Select[Enrolment]:
    """The one enrolment of a person in a course, if any."""
    return sa.select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)


def edition_in_force(enrolment: Enrolment) -> PublishedEdition:
    """The edition that practitioners of the course see. Raises `CourseNotPublished`."""
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == enrolment.course_id))
    if edition_id is None:
        raise CourseNotPublished
    return get_edition(edition_id)
