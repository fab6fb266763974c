"""People and enrolments from a file: shown first, then done in batches, each in a transaction of its own.

A batch locks the file's row and goes on after the rows that are done, so that a run may be killed, or run twice.
Sent again, a file changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from msgspec.structs import replace

from app.auth import tokens
from app.auth.addresses import folded
from app.auth.identity import Identity, identity_of
from app.auth.models import Person
from app.core import audit, clock
from app.core.jobs import enqueue
from app.core.redacting import GONE
from app.core.transactions import after_commit
from app.extensions import db

from ..errors import NothingToConfirm
from ..models import ImportReport, ImportState, PeopleImport, Refusal
from . import queries
from .doing import do
from .judging import Frame, Judged
from .marks import marked
from .rows import People, Row

JOB = "exchange.people_import"
AT_ONCE = 50  # rows that are done within the request; more are a job's
BATCH = 500
MOST_TOLD = 500  # refusals that are kept with their reasons; of the others the file of them is made anew
LONGEST_ABOUT = 80  # of what each is about


def summed(before: ImportReport, judged: Iterable[Judged], start: int = 0) -> ImportReport:
    """What rows do, from the place `start` in the file, added to what the earlier ones did. Pure."""
    counts = dict.fromkeys(("people", "enrolled", "grouped", "due", "unchanged", "refused"), 0)
    refusals, left_out = list(before.refusals), []
    for place, one in enumerate(judged, start):
        if one.why:
            counts["refused"] += 1
            left_out.append(place)
            if len(refusals) < MOST_TOLD:
                refusals.append(Refusal(one.row.line, one.why, one.about[:LONGEST_ABOUT]))
            continue
        counts["people"] += one.new
        counts["enrolled"] += one.enrols
        counts["grouped"] += one.grouped
        counts["due"] += one.sooner
        counts["unchanged"] += one.unchanged
    added = {name: getattr(before, name) + count for name, count in counts.items()}
    return replace(before, **added, refusals=tuple(refusals), left_out=marked(before.left_out, left_out))


def show(*, people: People, report: ImportReport, file_hash: str, file_name: str, by: int) -> PeopleImport:
    """Keep what a file would do, for its sender to look at."""
    now = clock.now()
    row = PeopleImport(
        person_id=by, file_hash=file_hash, file_name=file_name[:255], total=len(people.rows), report=report,
        created_at=now, touched_at=now,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def confirm(*, import_id: int, rows: Sequence[Row], by: Identity) -> None:
    """Do what was shown: at once where the rows are few, else by a job. Raises `NothingToConfirm`."""
    row = _locked(import_id, ImportState.SHOWN)
    kept = ImportReport(encoding=row.report.encoding, guessed=row.report.guessed)
    row.state, row.report, row.done, row.touched_at = ImportState.RUNNING, kept, 0, clock.now()
    audit.record("people.import", f"people_import:{import_id}", actor_id=by.id, rows=row.total)
    db.session.flush()
    if len(rows) <= AT_ONCE:
        do_some(import_id=import_id, rows=rows, frame=queries.get_frame(by, rows), limit=AT_ONCE)
    else:
        after_commit(lambda: enqueue(JOB, import_id=import_id))


def drop(*, import_id: int) -> None:
    """Let a file go that was only shown. Raises `NothingToConfirm`."""
    row = _locked(import_id, ImportState.SHOWN)
    row.state, row.finished_at, row.file_hash = ImportState.DROPPED, clock.now(), None
    db.session.flush()


def leave(*, import_id: int) -> None:
    """End a file that cannot be gone on with; its page says how many of its rows are done."""
    row = _locked(import_id, ImportState.RUNNING)
    row.state, row.finished_at, row.file_hash = ImportState.DONE, clock.now(), None
    db.session.flush()


def forget(*, person_id: int) -> None:
    """End an erased person's files where they are."""
    mine = sa.select(PeopleImport).where(PeopleImport.person_id == person_id).order_by(PeopleImport.id)
    for row in db.session.scalars(mine.with_for_update().execution_options(populate_existing=True)):
        if row.state in (ImportState.SHOWN, ImportState.RUNNING):
            row.state = ImportState.DROPPED if row.state == ImportState.SHOWN else ImportState.DONE
            row.finished_at, row.file_hash = clock.now(), None
        row.file_name = ""
        row.report = replace(row.report, file_hash=None)
    db.session.flush()


def forget_address(*, import_id: int, address: str, drops: bool) -> None:
    """Take an erased person's address out of the refusals of a file.

    `address` is its `fingerprint`. `drops`: let the file go if it is only shown, and what was sent if it is done.
    """
    row = db.session.get(PeopleImport, import_id, with_for_update=True, populate_existing=True)
    if row is None:
        return
    kept = tuple(replace(one, about=GONE) if is_about(one, address) else one for one in row.report.refusals)
    if kept != row.report.refusals:
        row.report = replace(row.report, refusals=kept)
    if drops and row.state == ImportState.DONE:
        row.report = replace(row.report, file_hash=None)
    if drops and row.state == ImportState.SHOWN:
        row.state, row.finished_at, row.file_hash = ImportState.DROPPED, clock.now(), None
    db.session.flush()


def is_about(refusal: Refusal, address: str) -> bool:
    """Whether what a refusal is about is, as a whole, the address behind a fingerprint."""
    return "@" in refusal.about and fingerprint(refusal.about) == address


def fingerprint(address: str) -> str:
    """What an address is known by once it is gone, folded and as short as refusals keep it."""
    return tokens.fingerprint("people_import", folded(address)[:LONGEST_ABOUT])


def do_some(*, import_id: int, rows: Sequence[Row], frame: Frame, limit: int = BATCH) -> bool:
    """Do the next rows of a file that is under way; whether any are left. What each would do is judged anew."""
    row = _locked(import_id, ImportState.RUNNING)
    judged = list(queries.judged(rows[row.done : row.done + limit], frame))
    done = do(judged, giver=db.session.get_one(Person, row.person_id), by=identity_of(row.person_id))
    row.report = summed(row.report, done, row.done)
    row.done = min(row.done + limit, len(rows))
    row.touched_at = clock.now()
    if row.done == len(rows):
        if row.report.refused > len(row.report.refusals):
            row.report = replace(row.report, file_hash=row.file_hash)
        row.state, row.finished_at, row.file_hash = ImportState.DONE, clock.now(), None
    db.session.flush()
    return row.done < len(rows)


def _locked(import_id: int, state: ImportState) -> PeopleImport:
    row = db.session.get(PeopleImport, import_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != state:
        raise NothingToConfirm
    return row
