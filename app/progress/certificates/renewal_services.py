"""Renewing a certificate: the same course once more, as a new cycle of the enrolment. What was before stays."""

from __future__ import annotations

import sqlalchemy as sa

from app.auth.models import Person
from app.core import audit, clock
from app.courses.archiving.refusing import require_renewable
from app.extensions import db

from .. import holding
from ..errors import NotRenewable
from ..models import Certificate, Completion, Enrolment, EnrolmentState
from .renewal import may_renew


def renew(*, person_id: int, course_id: int) -> Enrolment:
    """Begin the next cycle of a completed course whose certificate expires soon or has expired.

    It is due when the certificate expires, if that is still to come, and belongs to the city where the person is by
    now. Asked again while a renewal is under way, it changes nothing. Raises `NotEnrolled`, `CourseArchived`
    and `NotRenewable`.
    """
    course, edition = holding.hold_course(course_id)
    enrolment = holding.lock_of(person_id, course_id)
    if enrolment.state == EnrolmentState.OPEN and enrolment.cycle > 1:
        return enrolment
    require_renewable(course)
    now = clock.now()
    certificate = _certificate(enrolment)
    if enrolment.state != EnrolmentState.COMPLETED or certificate is None:
        raise NotRenewable
    if certificate.revoked_at is not None or not may_renew(certificate.expires_at, now):
        raise NotRenewable
    enrolment.city_id = db.session.get_one(Person, person_id).city_id
    enrolment.cycle += 1
    enrolment.first_enrolled_at = enrolment.first_enrolled_at or enrolment.enrolled_at
    enrolment.enrolled_at = now
    enrolment.state = EnrolmentState.OPEN
    enrolment.done, enrolment.total, enrolment.score, enrolment.states = 0, edition.needed, None, {}
    enrolment.completed_at = enrolment.last_activity_id = enrolment.assignment_id = None
    expires = certificate.expires_at
    enrolment.due_at = expires if expires and expires > now else None
    enrolment.touched_at = now
    enrolment.counted_edition_id = edition.id
    audit.record("enrolment.renew", f"enrolment:{enrolment.id}", actor_id=person_id, cycle=enrolment.cycle)
    db.session.flush()
    return enrolment


def _certificate(enrolment: Enrolment) -> Certificate | None:
    found: Certificate | None = db.session.scalars(
        sa.select(Certificate)
        .join(Completion, Completion.id == Certificate.completion_id)
        .where(Completion.enrolment_id == enrolment.id, Completion.cycle == enrolment.cycle)
    ).one_or_none()
    return found
