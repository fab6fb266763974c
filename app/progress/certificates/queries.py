"""What is read of certificates and of the keys that sign badges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person, PersonState
from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.courses.models import Course, Edition
from app.extensions import db

from ..models import Certificate, SigningKey
from . import codes

PAGE_SIZE = 50
LAST_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate with the present address of its course; of an archived one, nothing can be renewed."""

    certificate: Certificate
    slug: str
    archived: bool = False


_proof = sa.select(Certificate, Course.slug, Course.archived_at.is_not(None)).join(
    Course, Course.id == Certificate.course_id
)


def find_certificate(code: str) -> Proof | None:
    """The certificate with this code, whoever holds it: for the public page."""
    return _one(_proof.where(Certificate.code == code))


def get_own(person_id: int, typed: str) -> Proof:
    """The certificate with the code that was typed, if this person holds it; raises `NotFound`."""
    proof = _one(_proof.where(Certificate.code == codes.read(typed), Certificate.person_id == person_id))
    if proof is None:
        raise NotFound
    return proof


def get_for_administrator(person: Identity, typed: str) -> Proof:
    """The certificate with the code that was typed; raises `NotFound`, also for who is no administrator."""
    proof = find_certificate(codes.read(typed) or "") if person.is_administrator else None
    if proof is None:
        raise NotFound
    return proof


def is_holder_erased(certificate: Certificate) -> bool:
    """Whether its holder is nobody any more, whatever the certificate still says."""
    state = db.session.scalar(sa.select(Person.state).where(Person.id == certificate.person_id))
    return state == PersonState.ERASED


def list_certificates(person_id: int) -> list[Proof]:
    """A person's certificates, newest first."""
    rows = db.session.execute(
        _proof.where(Certificate.person_id == person_id).order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    return [Proof(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of certificates is narrowed to; `page` counts from 1."""

    words: str = ""
    revoked: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list of certificates, and whether another follows."""

    certificates: Sequence[Certificate]
    page: int
    more: bool


def list_all(person: Identity, search: Search) -> Found:
    """A page of all certificates, newest first, for administrators; nobody else finds any. One statement.

    Words are looked for in the name and the course; a whole code finds its one certificate.
    """
    page = max(1, min(search.page, LAST_PAGE))
    code = codes.read(search.words)
    conditions: list[sa.ColumnElement[bool]] = [sa.literal(person.is_administrator)]
    if code is not None:
        conditions.append(Certificate.code == code)
    else:
        for word in folded(search.words).split():
            in_holder = fold(Certificate.holder).contains(word, autoescape=True)
            conditions.append(sa.or_(in_holder, fold(Certificate.course_title).contains(word, autoescape=True)))
    if search.revoked:
        conditions.append(Certificate.revoked_at.is_not(None))
    found = db.session.scalars(
        sa.select(Certificate)
        .where(*conditions)
        .order_by(Certificate.id.desc())
        .limit(PAGE_SIZE + 1)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return Found(found[:PAGE_SIZE], page, len(found) > PAGE_SIZE)


def list_revoked(first: int, count: int) -> list[int]:
    """The ids of the revoked certificates among the `count` from id `first` on, in order."""
    return list(
        db.session.scalars(
            sa.select(Certificate.id)
            .where(Certificate.id >= first, Certificate.id < first + count, Certificate.revoked_at.is_not(None))
            .order_by(Certificate.id)
        )
    )


def newest_id() -> int:
    """The id of the newest certificate, 0 before the first."""
    return db.session.scalar(sa.select(sa.func.max(Certificate.id))) or 0


def list_keys() -> list[SigningKey]:
    """All keys that ever signed badges, oldest first."""
    return list(db.session.scalars(sa.select(SigningKey).order_by(SigningKey.id)))


def get_edition_id(course_id: int, number: int) -> int:
    """The edition of a course with this number; raises `NotFound`."""
    found = db.session.scalar(sa.select(Edition.id).where(Edition.course_id == course_id, Edition.number == number))
    if found is None:
        raise NotFound
    return found


def _one(statement: sa.Select[Certificate, str, bool]) -> Proof | None:
    row = db.session.execute(statement).one_or_none()
    return Proof(*row) if row else None
