"""What ends a draft: the coordinator's word, submitting, and withdrawing while the call is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import identity_of
from app.auth.models import Person, PersonRole, PersonState, Role
from app.core import audit, clock
from app.core.text import source_first
from app.extensions import db
from app.messages.services import Told, tell_many

from ..judging import queries as judging_queries
from ..models import Application, ApplicationFile, ApplicationState, DecisionDraft, Frozen, GrantCall, Occasion
from ..reviews.services import begin_again, tell_again
from ..trace import freezing
from ..trace.frozen_queries import list_frozen
from . import queries
from .access import ASK, ENDORSE, SUBMIT, TAKE_BACK, WITHDRAW, WRITABLE, Access, get_access
from .errors import (
    CityNotEligible,
    MayNotSubmit,
    NeedsWord,
    NoCoordinator,
    NotComplete,
    NotSubmitted,
    NotWritable,
    OnlyCoordinators,
    WouldBeLost,
)
from .faults import Fault
from .queries import Entry
from .services import check_open


@dataclass(frozen=True, slots=True)
class Receipt:
    """A submission. `is_new`: this press made it; else it stood already, by whoever was quicker."""

    number: str
    at: datetime
    is_new: bool


def ask_word(*, access: Access, person_id: int) -> None:
    """Ask the coordinators of the city for the word; each is told once a day at most.

    Raises `NotWritable`, `MayNotSubmit` for who is no eligible practitioner, and `NoCoordinator`.
    """
    now = clock.now()
    application = _locked(access, now)
    if application.state not in WRITABLE:
        raise NotWritable
    if not access.eligible:
        raise MayNotSubmit
    coordinators = _coordinators(access.city_id)
    if not coordinators:
        raise NoCoordinator
    audit.record(ASK, access.subject, actor_id=person_id)
    key = f"application_word:{access.id}:{now:%Y-%m-%d}"
    name = db.session.scalar(sa.select(Person.name).where(Person.id == person_id))
    said = {**_about(access), "by": name, "by_id": person_id}
    tell_many("application_word", [Told(f"{key}:{i}", i, said) for i in sorted(coordinators)])


def endorse(*, access: Access, person_id: int) -> None:
    """Give the coordinator's word. It stays when answers change. Raises `NotWritable` and `OnlyCoordinators`."""
    application = _locked(access, clock.now())
    if application.state not in WRITABLE:
        raise NotWritable
    if not access.coordinates:
        raise OnlyCoordinators
    application.endorsed_at, application.endorsed_by_id = clock.now(), person_id
    audit.record(ENDORSE, access.subject, actor_id=person_id)
    db.session.flush()


def take_back_word(*, access: Access, person_id: int) -> None:
    """Take the word back, before it was used. Raises as `endorse`."""
    application = _locked(access, clock.now())
    if application.state not in WRITABLE:
        raise NotWritable
    if not access.coordinates:
        raise OnlyCoordinators
    application.endorsed_at = application.endorsed_by_id = None
    audit.record(TAKE_BACK, access.subject, actor_id=person_id)
    db.session.flush()


def submit(*, slug: str, city_id: int, person_id: int, at: datetime) -> Receipt:
    """Submit a city's application as of `at`, when the server was asked to.

    Everything is judged behind the locks, in their order (call, application): who asks, whether the call is open, every
    answer, whether the city is eligible at that moment. A second press, or another's in the same moment, gives the
    submission that stands. Raises `NotFound`, `CallNotOpen`, `CallClosed`, `MayNotSubmit`, `NeedsWord`, `NotComplete`
    and `CityNotEligible`.
    """
    person = identity_of(person_id)
    application = _locked(get_access(slug, city_id, person, at), None)
    access = get_access(slug, city_id, person, at)  # as it stands behind the locks
    if application.state not in WRITABLE:
        return _standing_receipt(access)
    check_open(access.call.opens_at, access.call.closes_at, at)
    if not access.may_submit:
        raise NeedsWord if access.eligible else MayNotSubmit
    entries = queries.list_entries(access)
    faults = list_faults(entries)
    if faults:
        raise NotComplete(faults)
    if not judging_queries.is_eligible_city(access.call, at, access.city_id):
        raise CityNotEligible
    application.state = ApplicationState.SUBMITTED
    application.submitted_at, application.submitted_by_id = at, person_id
    _forget_removed(access.id)
    _forget_judgement(access.id)
    db.session.flush()
    frozen = freezing.freeze(access.id, Occasion.SUBMISSION, at=at)
    audit.record(SUBMIT, access.subject, actor_id=person_id, hash=frozen.hash)
    db.session.flush()
    _send_receipts(access, entries, frozen)
    tell_again(access.id, submission_id=frozen.id)
    return Receipt(queries.receipt_of(frozen.hash), at, is_new=True)


def list_faults(entries: list[Entry]) -> list[Fault]:
    """What is wrong with the answers, in the order of the questions."""
    return [entry.fault for entry in entries if entry.fault is not None]


def withdraw(*, access: Access, person_id: int, is_sure: bool = False) -> None:
    """Make a submitted application a draft again, while the call is open; what was submitted stays frozen.

    Raises `CallClosed`, `NotSubmitted` and `MayNotSubmit`; unless `is_sure`, `WouldBeLost` where the city could not
    submit it again today, as the rule was changed since, or who met it has gone.
    """
    now = clock.now()
    application = _locked(access, now)
    if application.state != ApplicationState.SUBMITTED:
        raise NotSubmitted
    if not access.may_submit:
        raise MayNotSubmit
    if not is_sure and not judging_queries.is_eligible_city(access.call, now, access.city_id):
        raise WouldBeLost
    application.state = ApplicationState.WITHDRAWN
    application.submitted_at = application.submitted_by_id = None
    audit.record(WITHDRAW, access.subject, actor_id=person_id)
    db.session.flush()


def _locked(access: Access, at: datetime | None) -> Application:
    """The application, locked after its call, so that neither dates, rule nor state change any more.

    With `at`, raises `CallNotOpen` or `CallClosed` where the call is not open then.
    """
    opens_at, closes_at = db.session.execute(
        sa.select(GrantCall.opens_at, GrantCall.closes_at)
        .where(GrantCall.id == access.call.id)
        .with_for_update(read=True)
    ).one()
    application = db.session.scalars(
        sa.select(Application)
        .where(Application.id == access.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if at is not None:
        check_open(opens_at, closes_at, at)
    return application


def _standing_receipt(access: Access) -> Receipt:
    submitted = queries.find_submitted(access.id)
    if submitted is None:
        raise NotWritable
    return Receipt(submitted.receipt, submitted.at, is_new=False)


def _forget_removed(application_id: int) -> None:
    """Files that were removed and never submitted: no row refers to them any more, and the sweep takes them.

    None goes where a document of before cannot be read, which might have named it.
    """
    documents = [freezing.opened(row) for row in list_frozen(application_id)]
    if None in documents:
        return
    kept = {file.hash for document in documents if document for file in document.snapshot.files}
    db.session.execute(
        sa.delete(ApplicationFile).where(
            ApplicationFile.application_id == application_id,
            ApplicationFile.removed_at.is_not(None),
            ApplicationFile.hash.not_in(kept),
        )
    )


def _forget_judgement(application_id: int) -> None:
    """What was reviewed or about to be decided of an earlier submission does not hold of this one."""
    db.session.execute(sa.delete(DecisionDraft).where(DecisionDraft.application_id == application_id))
    begin_again(application_id)


def _send_receipts(access: Access, entries: list[Entry], frozen: Frozen) -> None:
    """Tell all who worked on it and may still see it, and the city's coordinators what changed since their word."""
    coordinators = _coordinators(access.city_id)
    changed = sum(entry.after_word for entry in entries)
    values = {
        **_about(access),
        "number": queries.receipt_of(frozen.hash),
        "at": frozen.at.isoformat(),
        "time_zone": access.call.time_zone,
    }
    people = {worker.author.id for worker in queries.list_workers(access) if worker.is_of_city}
    tell_many(
        "application_received",
        [
            Told(
                f"application_received:{frozen.id}:{i}",
                i,
                {**values, "changed": changed if i in coordinators else 0},
            )
            for i in sorted(people | coordinators)
        ],
    )


def _coordinators(city_id: int) -> set[int]:
    return set(
        db.session.scalars(
            sa.select(PersonRole.person_id)
            .join(Person, Person.id == PersonRole.person_id)
            .where(
                PersonRole.role == Role.COORDINATOR,
                PersonRole.city_id == city_id,
                PersonRole.to_at.is_(None),
                Person.state == PersonState.ACTIVE,
            )
        )
    )


def _about(access: Access) -> dict[str, Any]:
    """What a notice says of an application."""
    titles = source_first(access.call.title, access.call.source_language)
    return {"slug": access.call.slug, "titles": titles, "city_id": access.city_id, "city": access.city_name}
