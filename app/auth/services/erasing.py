"""Erasing a person: who they were goes, and what others rest on stays, under their number.

Higher packages take part by the signal `person_erased`.
"""

from __future__ import annotations

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.models import AuditEvent, Outbox
from app.core.redacting import GONE, Naming
from app.core.transactions import reading
from app.extensions import db

from .. import queries
from ..errors import Erased, WrongPassword
from ..models import LOCK, CohortMember, Person, PersonState, SignIn
from ..signals import person_erased
from .accounts import check_password
from .people import end_everything


def erase_oneself(*, person_id: int, password: str, keeps_name: bool) -> None:
    """Erase one's own account. `keeps_name`: certificates go on naming their holder.

    Raises `WrongPassword`, `LastAdministrator` and, for who was erased a moment ago, `Erased`.
    """
    with reading():
        if queries.get_password_hash(person_id) is None:  # whoever signs in has one
            raise Erased
    known = check_password(person_id, password)
    person = _locked(person_id)
    if person.state == PersonState.ERASED:
        raise Erased
    if person.password_hash != known:
        raise WrongPassword
    _erase(person, keeps_name=keeps_name, by=person_id, reason="")


def erase(*, person_id: int, keeps_name: bool, reason: str, by: int | None) -> None:
    """Erase somebody who asked for it; `reason` stands in the audit log. Raises `NotFound` and `LastAdministrator`."""
    person = _locked(person_id)
    if person.state == PersonState.ERASED:
        raise NotFound
    _erase(person, keeps_name=keeps_name, by=by, reason=reason)


def _locked(person_id: int) -> Person:
    person: Person | None = db.session.get(Person, person_id, with_for_update=LOCK, populate_existing=True)
    if person is None:
        raise NotFound
    return person


def _erase(person: Person, *, keeps_name: bool, by: int | None, reason: str) -> None:
    naming = Naming(person.email or "", person.name)
    end_everything(person, PersonState.ERASED)
    _be_nowhere(person.id)
    person.password_hash, person.language, person.time_zone = None, "en", "UTC"
    db.session.flush()
    person_erased.send(None, person_id=person.id, naming=naming, keeps_name=keeps_name, by=by)
    _take_out_of_what_was_written(person.id, naming)
    audit.record(
        "person.erase",
        f"person:{person.id}",
        actor_id=by,
        reason=naming.out_of(reason),
        certificates="named" if keeps_name else "without name",
    )
    person.name, person.email = "", None  # last: changing the address locks out what still needs the row
    db.session.flush()


def _be_nowhere(person_id: int) -> None:
    """In no cohort, and nowhere signed in."""
    db.session.execute(sa.delete(CohortMember).where(CohortMember.person_id == person_id))
    # Not deleted: on SQLite the next sign-in could get the number, and an old cookie would open it.
    db.session.execute(
        sa.update(SignIn)
        .where(SignIn.person_id == person_id)
        .values(ended_at=sa.func.coalesce(SignIn.ended_at, clock.now()), device="")
    )


def _take_out_of_what_was_written(person_id: int, naming: Naming) -> None:
    """Mail to the person goes, sent or not, and the log of what was done to them names them no more.

    Only what an index finds: the documents of others are a job's, which listeners see to.
    """
    unknown_then = sa.and_(Outbox.person_id.is_(None), Outbox.recipient == naming.email)
    db.session.execute(sa.delete(Outbox).where(sa.or_(Outbox.person_id == person_id, unknown_then)))
    for event in db.session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == f"person:{person_id}")):
        event.details = {key: GONE if key in ("name", "email") else value for key, value in event.details.items()}
