"""People and enrolments from a file: shown first, then done in batches, each in a transaction of its own.

A batch locks the file's row and goes on after the rows that are done, so that a run may be killed, or run twice.
Sent again, a file changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from app.auth import cohort_services
from app.auth import services as auth
from app.auth.errors import EmailTaken
from app.auth.identity import Identity, identity_of
from app.auth.models import Person
from app.core import audit, clock
from app.core.errors import NotFound
from app.core.jobs import enqueue
from app.core.transactions import after_commit
from app.extensions import db
from app.progress import services as progress
from app.progress.errors import NotAdmitted

from . import people_import_queries as queries
from .errors import NothingToConfirm
from .models import ImportReport, ImportState, PeopleImport, Refusal
from .people_judging import Frame, Judged
from .people_rows import People, Row

JOB = "exchange.people_import"
AT_ONCE = 50  # rows that are done within the request; more are a job's
BATCH = 50
MOST_TOLD = 500  # refusals that are kept


def summed(before: ImportReport, judged: Iterable[Judged]) -> ImportReport:
    """What rows do, added to what others did. Pure."""
    counts = dict.fromkeys(("people", "enrolled", "grouped", "due", "unchanged", "refused"), 0)
    refusals = list(before.refusals)
    for one in judged:
        if one.why:
            counts["refused"] += 1
            if len(refusals) < MOST_TOLD:
                refusals.append(Refusal(one.row.line, one.why, one.about[:80]))
            continue
        counts["people"] += one.new
        counts["enrolled"] += one.enrols
        counts["grouped"] += one.grouped
        counts["due"] += one.sooner
        counts["unchanged"] += one.unchanged
    added = {name: getattr(before, name) + count for name, count in counts.items()}
    return replace(before, **added, refusals=tuple(refusals))


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


def do_some(*, import_id: int, rows: Sequence[Row], frame: Frame, limit: int = BATCH) -> bool:
    """Do the next rows of a file that is under way; whether any are left. What each would do is judged anew."""
    row = _locked(import_id, ImportState.RUNNING)
    by = identity_of(row.person_id)
    giver = db.session.get_one(Person, row.person_id)
    done: list[Judged] = []
    groups: dict[int, list[int]] = defaultdict(list)
    for one in list(queries.judged(rows[row.done : row.done + limit], frame)):
        done.append(_do(one, giver, groups))
    for cohort_id, ids in groups.items():
        cohort_services.add(cohort_id=cohort_id, people=ids, by=by)
    row.report = summed(row.report, done)
    row.done = min(row.done + limit, len(rows))
    row.touched_at = clock.now()
    if row.done == len(rows):
        row.state, row.finished_at, row.file_hash = ImportState.DONE, clock.now(), None
    db.session.flush()
    return row.done < len(rows)


def _do(one: Judged, by: Person, groups: dict[int, list[int]]) -> Judged:
    """Do what a row says; what it came to, which is a refusal where something changed in this very moment."""
    if one.why:
        return one
    person = db.session.get(Person, one.person_id) if one.person_id else queries.find_person(one.email)
    try:
        if person is None:
            person = auth.invite(
                email=one.email, name=one.name, language=one.language, city_id=one.city_id, by=by
            )  # fmt: skip
        elif one.placed and one.city_id is not None:
            auth.place(person_id=person.id, city_id=one.city_id, by=by.id)
        if one.course_id is not None and (one.enrols or one.sooner):
            progress.enrol(person=person, course_id=one.course_id, due_at=one.due_at, by_id=by.id)
    except NotAdmitted:
        return Judged(one.row, why="not_admitted", about=one.row.course)
    except (EmailTaken, NotFound):
        return Judged(one.row, why="meanwhile", about=one.email)
    if one.grouped and one.cohort_id is not None:
        groups[one.cohort_id].append(person.id)
    return one


def _locked(import_id: int, state: ImportState) -> PeopleImport:
    row = db.session.get(PeopleImport, import_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != state:
        raise NothingToConfirm
    return row
