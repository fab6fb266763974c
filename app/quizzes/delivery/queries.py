"""When and for whom a quiz is open: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.addresses import folded as folded_address
from app.auth.models import Person
from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.courses import editions
from app.courses.models import Activity, Course
from app.extensions import db
from app.network import labels
from app.network.models import City
from app.progress.models import Enrolment, EnrolmentState

from ..freezing import data_of
from ..models import Extension, Quiz
from ..settings import QuizSettings

MOST_FOUND = 12
MOST_WORDS = 8


class Delivery(msgspec.Struct, frozen=True):
    """When a quiz opens and closes, and the code that it asks for before an attempt begins."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    access_code: str | None = None


@dataclass(frozen=True, slots=True)
class EnrolledPerson:
    """Somebody enrolled in the course; `city` is their present one, if any."""

    id: int
    name: str
    email: str
    city: str


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension as its quiz lists it. `who` is a person's name, with the address in `email`, or a city's."""

    id: int
    who: str
    email: str
    seconds: int
    closes_at: datetime | None
    attempts: int
    reason: str
    by: str
    given_at: datetime
    withdrawn_at: datetime | None


def get_quiz(course_id: int, activity_id: int) -> Quiz:
    """A quiz that stands in the draft, or that practitioners still have. Raises `NotFound`. Few statements."""
    quiz: Activity | None = db.session.get(Activity, activity_id)
    if not isinstance(quiz, Quiz) or quiz.course_id != course_id:
        raise NotFound
    if quiz.removed_at is None and quiz.module.removed_at is None:
        return quiz
    if find_published(quiz) is None:
        raise NotFound
    return quiz


def find_published(quiz: Quiz) -> QuizSettings | None:
    """How a quiz is taken by the edition in force; None where there is no such quiz in it."""
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == quiz.course_id))
    published = editions.get_edition(edition_id).by_id.get(quiz.id) if edition_id else None
    return data_of(published).settings if published else None


def delivery_of(quiz: Quiz) -> Delivery:
    return Delivery(quiz.opens_at, quiz.closes_at, quiz.access_code)


def find_enrolled(course_id: int, words: str) -> list[EnrolledPerson]:
    """Whose address this is, or whose name has all the words, of those enrolled in a course, by name.

    At most `MOST_FOUND` and one more. One statement.
    """
    asked = folded(words).split()[:MOST_WORDS]
    if not asked:
        return []
    name = sa.and_(*(fold(Person.name).contains(word, autoescape=True) for word in asked))
    rows = db.session.execute(
        _enrolled(course_id)
        .where(sa.or_(Person.email == folded_address(words), name))
        .order_by(Person.email != folded_address(words), fold(Person.name), Person.id)
        .limit(MOST_FOUND + 1)
    ).all()
    exact = [row for row in rows if row.email == folded_address(words)]
    return [_person(row) for row in exact or rows]


def find_one_enrolled(course_id: int, person_id: int) -> EnrolledPerson | None:
    """Somebody enrolled in a course, by id."""
    row = db.session.execute(_enrolled(course_id).where(Person.id == person_id)).one_or_none()
    return _person(row) if row else None


def _enrolled(course_id: int) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Person.id, Person.name, Person.email, City.name.label("city"), City.country)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(City, City.id == Person.city_id)
        .where(Enrolment.course_id == course_id, Enrolment.state != EnrolmentState.WITHDRAWN)
    )


def _person(row: sa.Row[Any]) -> EnrolledPerson:
    city = labels.city_label(row.city, row.country) if row.city else ""
    return EnrolledPerson(row.id, row.name, row.email or "", city)


def list_extensions(quiz_id: int) -> list[ExtensionLine]:
    """The extensions at a quiz, the newest first, also those that were withdrawn. One statement."""
    giver = aliased(Person)
    rows = db.session.execute(
        sa.select(Extension, Person.name, Person.email, City.name, City.country, giver.name)
        .outerjoin(Person, Person.id == Extension.person_id)
        .outerjoin(City, City.id == Extension.city_id)
        .outerjoin(giver, giver.id == Extension.given_by_id)
        .where(Extension.quiz_id == quiz_id)
        .order_by(Extension.given_at.desc(), Extension.id.desc())
    ).all()
    return [
        ExtensionLine(
            id=row.id,
            who=labels.city_label(city, country) if city else name,
            email=email or "",
            seconds=row.seconds,
            closes_at=row.closes_at,
            attempts=row.attempts,
            reason=row.reason,
            by=by or "",
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row, name, email, city, country, by in rows
    ]
