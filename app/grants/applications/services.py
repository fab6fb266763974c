"""What people of a city do with its application while it is a draft: begin it, write it, add files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from app.core import audit, clock
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.extensions import db

from ..calls.call import Call
from ..calls.questionnaire import Answer, Question
from ..models import Application, ApplicationAnswer, ApplicationFile, ApplicationState, GrantCall
from . import list_queries
from .access import CREATE, WORK, WRITABLE, WRITE, Access, subject_of
from .errors import CallClosed, CallNotOpen, NotWritable, NotYours, TooManyFiles
from .intake import TakenIn
from .reading import Typed, mark_of


class Outcome(StrEnum):
    """What became of an answer that was sent."""

    SAVED = "saved"
    STOOD = "stood"  # it stands as it was sent, or nobody touched it
    CONFLICT = "conflict"  # somebody else saved another one meanwhile: nothing was overwritten
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Settled:
    """One answer after it was sent: the version that stands, and `value`, what stands now."""

    key: str
    outcome: Outcome
    version: int
    value: Answer
    saved_at: datetime | None
    saved_by_id: int | None


def begin(*, call: Call, city_id: int, person_id: int, candidates: list[list_queries.Candidate]) -> int:
    """The application of a city, begun if it was not; two who begin at once get the same one. Its id.

    `candidates`: the cities for which the person may. Raises `NotYours`, `CallNotOpen` and `CallClosed`.
    """
    if city_id not in {candidate.id for candidate in candidates}:
        raise NotYours
    found = _find(call.id, city_id)
    if found is not None:
        return found
    check_open(call.opens_at, call.closes_at, clock.now())
    application = Application(
        call_id=call.id,
        city_id=city_id,
        state=ApplicationState.DRAFT,
        created_at=clock.now(),
        created_by_id=person_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(application)
    except sa.exc.IntegrityError:  # somebody else began it in the same moment
        return _find(call.id, city_id) or 0
    audit.record(CREATE, subject_of(application.id), actor_id=person_id)
    db.session.flush()
    return application.id


def _find(call_id: int, city_id: int) -> int | None:
    return db.session.scalar(
        sa.select(Application.id).where(Application.call_id == call_id, Application.city_id == city_id)
    )


def check_open(opens_at: datetime, closes_at: datetime, at: datetime) -> None:
    """Raise `CallNotOpen` or `CallClosed` where a call is not open at `at`; at `closes_at` it has closed."""
    if at < opens_at:
        raise CallNotOpen
    if at >= closes_at:
        raise CallClosed


def save(*, access: Access, answers: list[Typed], person_id: int, at: datetime, alone: bool = False) -> list[Settled]:
    """Save what was typed, answer by answer, each as a change of the version it was made from.

    An answer that nobody touched, or that stands already, is left as it is; one that somebody else saved meanwhile is
    a conflict, and nothing of theirs is overwritten. `at`: when the server was asked, which is what the deadline is
    about; that they are saved is said of the moment when they are, so that it compares with a coordinator's word.
    `alone`: a change of files follows in the same transaction.
    Raises `NotFound`, `CallClosed` and `NotWritable`.
    """
    _hold(access, at, alone=alone)
    now = clock.now()
    settled = [_settle(access.id, typed, person_id, now) for typed in answers]
    if any(one.outcome is Outcome.SAVED for one in settled):
        _note_work(access, person_id)
    return settled


def _settle(application_id: int, typed: Typed, person_id: int, now: datetime) -> Settled:
    row = db.session.get(ApplicationAnswer, (application_id, typed.key), with_for_update=True, populate_existing=True)
    stands = row.value if row else None
    if typed.mark == mark_of(stands) or typed.is_untouched:
        return _settled(typed.key, Outcome.STOOD, row)
    if typed.too_long:
        return _settled(typed.key, Outcome.TOO_LONG, row)
    if (row.version_id if row else 0) != typed.version:
        return _settled(typed.key, Outcome.CONFLICT, row)
    if row is None:
        row = ApplicationAnswer(application_id=application_id, key=typed.key)
    row.value, row.saved_by_id, row.saved_at = typed.value, person_id, now
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError:  # two wrote the first answer at once
        row = db.session.get_one(ApplicationAnswer, (application_id, typed.key), populate_existing=True)
        return _settled(typed.key, Outcome.CONFLICT, row)
    return _settled(typed.key, Outcome.SAVED, row)


def _settled(key: str, outcome: Outcome, row: ApplicationAnswer | None) -> Settled:
    if row is None:
        return Settled(key, outcome, 0, None, None, None)
    return Settled(key, outcome, row.version_id, row.value, row.saved_at, row.saved_by_id)


@dataclass(frozen=True, slots=True)
class FileChange:
    """Whose files are changed: of which question, by whom, and when the server was asked."""

    access: Access
    question: Question
    person_id: int
    at: datetime


def add_file(change: FileChange, file: TakenIn) -> None:
    """Add a file that is in the store; the same again is there once. Raises `TooManyFiles`, and as `save`."""
    standing = _held_files(change)
    same = next((row for row in standing if row.hash == file.hash and row.name == file.name), None)
    if same is not None and same.removed_at is None:
        return
    _check_room(change, standing)
    if same is not None:
        _put_back(same, change.person_id)
    else:
        db.session.add(
            ApplicationFile(
                application_id=change.access.id,
                key=change.question.key,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                hash=file.hash,
                added_by_id=change.person_id,
                added_at=clock.now(),
            )
        )
    _note_work(change.access, change.person_id)


def remove_file(change: FileChange, file_id: int) -> None:
    """Take a file out of its answer; it can be put back until the application is submitted. Raises as `save`."""
    row = _one_of(_held_files(change), file_id)
    if row.removed_at is None:
        row.removed_at = clock.now()
        _note_work(change.access, change.person_id)


def restore_file(change: FileChange, file_id: int) -> None:
    """Put a file that was removed back. Raises `TooManyFiles`, and as `save`."""
    standing = _held_files(change)
    row = _one_of(standing, file_id)
    if row.removed_at is not None:
        _check_room(change, standing)
        _put_back(row, change.person_id)
        _note_work(change.access, change.person_id)


def _put_back(row: ApplicationFile, person_id: int) -> None:
    """A file that comes back is added anew, so that it counts as changed since a word that was given without it."""
    row.removed_at, row.added_at, row.added_by_id = None, clock.now(), person_id


def _held_files(change: FileChange) -> list[ApplicationFile]:
    """The files of the question, those that were removed too, while nobody else changes them."""
    _hold(change.access, change.at, alone=True)
    return list(
        db.session.scalars(
            sa.select(ApplicationFile)
            .where(ApplicationFile.application_id == change.access.id, ApplicationFile.key == change.question.key)
            .order_by(ApplicationFile.id)
        )
    )


def _one_of(files: list[ApplicationFile], file_id: int) -> ApplicationFile:
    for row in files:
        if row.id == file_id:
            return row
    raise NotFound


def _check_room(change: FileChange, standing: list[ApplicationFile]) -> None:
    if sum(row.removed_at is None for row in standing) >= change.question.files:
        raise TooManyFiles


def _hold(access: Access, at: datetime, *, alone: bool = False) -> None:
    """Keep the application a draft until the end of the transaction, whoever presses submit meanwhile.

    Many may write at once, so the lock is shared; `alone` where what is counted must not race. A shared lock is never
    made one of these in the same transaction: two who did so would wait for each other.
    """
    opens_at, closes_at = db.session.execute(
        sa.select(GrantCall.opens_at, GrantCall.closes_at).where(GrantCall.id == access.call.id)
    ).one()
    check_open(opens_at, closes_at, at)
    state = db.session.scalar(
        sa.select(Application.state).where(Application.id == access.id).with_for_update(read=not alone)
    )
    if state not in WRITABLE:
        raise NotWritable


def _note_work(access: Access, person_id: int) -> None:
    """Write down once that the person works on this, so that it is known when another's words replace theirs.

    `access` was read before the request: it may have written it down since, for an answer that came with a file.
    """
    if not access.worked and not _is_noted(access, person_id):
        audit.record(WRITE, access.subject, actor_id=person_id)
    db.session.flush()


def _is_noted(access: Access, person_id: int) -> bool:
    noted = sa.exists().where(
        AuditEvent.subject == access.subject, AuditEvent.actor_id == person_id, AuditEvent.action.in_(WORK)
    )
    return bool(db.session.scalar(sa.select(noted)))
