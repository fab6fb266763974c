"""What holders and administrators do with certificates."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.extensions import db
from app.messages.models import Notice
from app.messages.services import tell

from ..errors import AlreadyRevoked, NotRevoked
from ..models import Certificate, LiftedRevocation
from . import codes


def show(*, person_id: int, code: str | None, name: bool, city: bool, hours: bool, score: bool) -> Certificate:
    """What the holder lets the public page of a certificate show besides course, date and status.

    Raises `NotFound` if the person holds no such certificate.
    """
    certificate = _locked(Certificate.code == code, Certificate.person_id == person_id)
    certificate.shows_name, certificate.shows_city = name, city
    certificate.shows_hours, certificate.shows_score = hours, score
    return certificate


def revoke(*, certificate_id: int, why: str, by: int) -> Certificate:
    """Declare a certificate void, for a reason that its public page gives; the completion stays.

    Raises `AlreadyRevoked`, so that the first reason stands.
    """
    certificate = _locked(Certificate.id == certificate_id)
    if certificate.revoked_at is not None:
        raise AlreadyRevoked
    certificate.revoked_at, certificate.revoked_why, certificate.revoked_by_id = clock.now(), why, by
    audit.record("certificate.revoke", f"certificate:{certificate.id}", actor_id=by, why=why)
    tell(
        key=f"revoked:{certificate.id}:{certificate.revoked_at.isoformat()}",
        kind="certificate_revoked",
        person_id=certificate.person_id,
        code=codes.shown(certificate.code),
        titles={certificate.language: certificate.course_title},
    )
    return certificate


def still_revoked(notices: Sequence[Notice]) -> set[int]:
    """The ids of those notices whose certificate is revoked today. One statement."""
    by_id = {notice.id: codes.read(str(notice.values["code"])) for notice in notices}
    revoked = sa.select(Certificate.code).where(
        Certificate.code.in_(by_id.values()), Certificate.revoked_at.is_not(None)
    )
    standing = set(db.session.scalars(revoked))
    return {notice_id for notice_id, code in by_id.items() if code in standing}


def reinstate(*, certificate_id: int, by: int) -> Certificate:
    """Undo a revocation; that it held until now stays, and what it said in the audit log. Raises `NotRevoked`."""
    certificate = _locked(Certificate.id == certificate_id)
    if certificate.revoked_at is None:
        raise NotRevoked
    audit.record(
        "certificate.reinstate",
        f"certificate:{certificate.id}",
        actor_id=by,
        revoked_at=certificate.revoked_at.isoformat(),
        revoked_by=certificate.revoked_by_id,
        why=certificate.revoked_why,
    )
    lifted = LiftedRevocation(certificate_id=certificate.id, from_at=certificate.revoked_at, to_at=clock.now())
    db.session.add(lifted)
    certificate.revoked_at = certificate.revoked_why = certificate.revoked_by_id = None
    return certificate


def _locked(*conditions: sa.ColumnElement[bool]) -> Certificate:
    certificate: Certificate | None = db.session.scalar(
        sa.select(Certificate).where(*conditions).with_for_update().execution_options(populate_existing=True)
    )
    if certificate is None:
        raise NotFound
    return certificate
