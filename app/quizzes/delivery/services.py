"""When and for whom a quiz is open: delivery, so in force at once, without publishing, and audited."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.courses.errors import EditedMeanwhile
from app.extensions import db
from app.network.models import City

from .. import services
from ..attempts.timing import Allowance
from ..models import Extension, Quiz
from .queries import Delivery, delivery_of, find_one_enrolled, get_quiz


def change_delivery(*, course_id: int, activity_id: int, delivery: Delivery, before: Delivery | None, by: int) -> None:
    """Say when a quiz opens and closes, and which code it asks for; the deadlines of open attempts follow.

    `before`: what the writer saw (None: nobody knows). Raises `NotFound`, and `EditedMeanwhile` if somebody else
    changed it in between, to something else.
    """
    quiz = _locked(course_id, activity_id)
    stands = delivery_of(quiz)
    if stands == delivery:
        return
    if stands != before:
        raise EditedMeanwhile
    _write(quiz, delivery)
    audit.record(
        "quiz.delivery",
        f"activity:{quiz.id}",
        actor_id=by,
        course=course_id,
        opens_at=_said(delivery.opens_at),
        closes_at=_said(delivery.closes_at),
        code=delivery.access_code is not None,
        code_changed=delivery.access_code != stands.access_code,
    )
    if delivery.closes_at != stands.closes_at:
        services.move_deadlines(quiz_id=quiz.id)


def give_extension(
    *, course_id: int, activity_id: int, reason: str, by: int, person_id: int | None = None,
    city_id: int | None = None, allowance: Allowance,
) -> Extension:  # fmt: skip
    """Give a person enrolled in the course, or the practitioners of a city, more time or attempts, with the reason.

    The same once more is the one that was given. Raises `NotFound` for a quiz, a person or a city that is not there.
    """
    quiz = _locked(course_id, activity_id)
    if person_id is not None and find_one_enrolled(course_id, person_id) is None:
        raise NotFound
    if city_id is not None and db.session.get(City, city_id) is None:
        raise NotFound
    same = db.session.scalars(
        sa.select(Extension).where(
            Extension.quiz_id == quiz.id,
            Extension.person_id == person_id,
            Extension.city_id == city_id,
            Extension.seconds == allowance.seconds,
            Extension.closes_at == allowance.closes_at,
            Extension.attempts == allowance.attempts,
            Extension.reason == reason,
            Extension.withdrawn_at.is_(None),
        )
    ).first()
    if same is not None:
        return same
    extension = Extension(
        quiz_id=quiz.id, person_id=person_id, city_id=city_id, seconds=allowance.seconds,
        closes_at=allowance.closes_at, attempts=allowance.attempts, reason=reason, given_by_id=by,
        given_at=clock.now(),
    )  # fmt: skip
    db.session.add(extension)
    db.session.flush()
    audit.record("quiz.extend", f"activity:{quiz.id}", actor_id=by, course=course_id, extension=extension.id)
    services.move_deadlines(quiz_id=quiz.id)
    return extension


def withdraw_extension(*, course_id: int, activity_id: int, extension_id: int, by: int) -> None:
    """Take an extension back; it stays in the list. Once more changes nothing. Raises `NotFound`."""
    quiz = _locked(course_id, activity_id)
    extension: Extension | None = db.session.get(Extension, extension_id, populate_existing=True)
    if extension is None or extension.quiz_id != quiz.id:
        raise NotFound
    if extension.withdrawn_at is not None:
        return
    extension.withdrawn_at = clock.now()
    db.session.flush()
    audit.record(
        "quiz.withdraw_extension", f"activity:{quiz.id}", actor_id=by, course=course_id, extension=extension_id
    )
    services.move_deadlines(quiz_id=quiz.id)


def _locked(course_id: int, activity_id: int) -> Quiz:
    """The quiz, its row held until the commit, so that two changes of its delivery come one after the other."""
    quiz = get_quiz(course_id, activity_id)
    db.session.execute(sa.select(Quiz.__table__.c.id).where(Quiz.__table__.c.id == quiz.id).with_for_update())
    db.session.refresh(quiz, ["opens_at", "closes_at", "access_code"])
    return quiz


def _write(quiz: Quiz, delivery: Delivery) -> None:
    """Beside the mapper, so that it conflicts with nobody's words."""
    table = Quiz.__table__
    values = {"opens_at": delivery.opens_at, "closes_at": delivery.closes_at, "access_code": delivery.access_code}
    db.session.execute(sa.update(table).where(table.c.id == quiz.id).values(**values))  # type: ignore[arg-type]
    db.session.refresh(quiz, list(values))


def _said(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
