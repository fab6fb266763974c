"""The work of a move: it may be killed and run again, and writes down how far it is in small transactions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.jobs import enqueue, job
from app.core.transactions import reading, unit_of_work
from app.courses.models import MoveKind, MoveState

from . import folder, moves, queries, services, stored
from .errors import Superseded
from .fates import Imported
from .faults import Fault, Refused
from .folder.writing import Stored, Written
from .moves import Begun
from .parsed import Parsed
from .story import MOST_TOLD, Question, faults_of, things_of

log = structlog.get_logger()

NOTE_EVERY = 0.5  # seconds


@job(moves.JOB, _l("Moving courses in and out"))
def move(move_id: int) -> None:
    """Run a move to its end, or to what it asks. What goes wrong is tried again, and then said."""
    with unit_of_work():
        begun = moves.take_up(move_id)
    if begun is None:
        return
    with force_locale(begun.language):
        try:
            _WORK[begun.kind](begun, Progress(begun))
        except Superseded:
            log.warning("move_superseded", move=move_id)
        except Exception as error:
            why = _("Something went wrong on our side. It was noted; try again, or tell whoever runs this site.")
            with unit_of_work():
                again = moves.fail(move_id, begun.run, why)
            if again:
                raise
            log.error("move_failed", move=move_id, exc_info=error)


@job("exchange.resume", _l("Taking up moves of courses that were interrupted"), every_minute=True)
def resume() -> None:
    """Hand over again what a killed worker left."""
    with reading():
        lost = moves.list_lost()
    for move_id in lost:
        enqueue(moves.JOB, move_id=move_id)


@job("exchange.sweep", _l("Clearing away files of moved courses"), every_minute=True)
def sweep() -> None:
    """Remove the files that have waited for a day."""
    with reading():
        stale = moves.list_stale()
    for move_id in stale:
        with unit_of_work():
            moves.let_go(move_id)


class Progress:
    """Writes down how far a run is, twice a second at most; also that it lives, while a large file takes its time."""

    def __init__(self, begun: Begun) -> None:
        self.begun = begun
        self.done = self.total = 0
        self.noted_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.beat()

    def beat(self) -> None:
        """Say that the work goes on. Raises `Superseded` if another run took over."""
        if time.monotonic() - self.noted_at < NOTE_EVERY:
            return
        with unit_of_work():
            moves.note(self.begun.move_id, self.begun.run, self.done, self.total)
        self.noted_at = time.monotonic()


def _export(begun: Begun, progress: Progress) -> None:
    assert begun.course_id is not None
    with unit_of_work():  # a short one: a long read would stay open while the files are written
        files = queries.get_folder(begun.course_id)
    there, missing = _at_hand(files)
    with stored.scratch() as out:
        folder.write_zip(there, out, _copying(progress), lambda done: progress(done, len(there)))
        size = out.tell()
        out.seek(0)
        digest = stored.keep(out, progress.beat)
    with unit_of_work():
        moves.keep_file(begun.move_id, begun.run, digest)
        moves.note(begun.move_id, begun.run, len(there), len(there))
        moves.finish(begun.move_id, begun.run, MoveState.DONE, size=size, warnings=faults_of(missing))


def _copying(progress: Progress) -> folder.Copy:
    """How a stored file is written to the zip, piece by piece."""

    def copy(digest: str, out: BinaryIO) -> None:
        for piece in stored.pieces(digest):
            out.write(piece)
            progress.beat()

    return copy


def _at_hand(files: dict[str, Written]) -> tuple[dict[str, Written], list[Fault]]:
    """The files, without those that are not in the store, and these."""
    gone = {name for name, held in files.items() if isinstance(held, Stored) and not stored.holds(held.hash)}
    faults = [Fault(name, 1, _("the file is no longer there, so it was left out")) for name in sorted(gone)]
    return {name: held for name, held in files.items() if name not in gone}, faults


def _import(begun: Begun, progress: Progress) -> None:
    assert begun.file_hash is not None
    with stored.as_path(begun.file_hash) as path:
        parsed = folder.read(path, progress)
        try:
            _bring_in(begun, parsed, progress)
        except Refused as refused:
            faults = [replace(f, file=begun.file_name) if f.file == path.name else f for f in refused.faults]
            left_out = max(0, len(faults) - MOST_TOLD)
            with unit_of_work():
                moves.finish(
                    begun.move_id, begun.run, MoveState.REFUSED, faults=faults_of(faults), left_out=left_out, things=()
                )


def _bring_in(begun: Begun, parsed: Parsed, progress: Progress) -> None:
    """Import the folder, or ask first: over which course of theirs, or at which address."""
    course = parsed.sound()
    course = replace(course, key=begun.told.address or course.key)
    with reading():
        target = queries.find_target(course.key, begun.person_id)
    if target is not None and not target.editable:
        with unit_of_work():
            moves.ask(begun.move_id, begun.run, Question.TAKEN, address=course.key)
        return
    if target is not None:
        course = replace(course, key=target.slug)
    parsed = replace(parsed, course=course)
    over = target.id if target else None
    warnings = faults_of(parsed.warnings)
    if target is not None and not (begun.told.agreed and begun.told.over == over):
        would = _tried(begun, parsed)
        with unit_of_work():
            moves.ask(
                begun.move_id, begun.run, Question.OVER, over=over, address=course.key, title=target.title,
                warnings=warnings, things=things_of(would, rows=False),
            )  # fmt: skip
        return
    services.prepare(parsed, progress.beat)
    with unit_of_work():
        moves.running(begun.move_id, begun.run)
        imported = services.import_course(
            parsed,
            trainer_id=begun.person_id if over is None else None,
            by=begun.person_id,
            reviewed=begun.told.reviewed,
        )
        moves.finish(
            begun.move_id, begun.run, MoveState.DONE, course_id=imported.course_id, over=over, warnings=warnings,
            things=things_of(imported, rows=True),
        )  # fmt: skip


class _Undone(Exception):
    """Everything that was tried is to be rolled back."""


def _tried(begun: Begun, parsed: Parsed) -> Imported:
    """What an import would do, found by doing it and rolling it back. Raises `Refused`."""
    found: list[Imported] = []
    try:
        with unit_of_work():
            found.append(services.import_course(parsed, trainer_id=None, by=begun.person_id))
            raise _Undone
    except _Undone:
        return found[0]


_WORK: dict[MoveKind, Callable[[Begun, Progress], None]] = {MoveKind.EXPORT: _export, MoveKind.IMPORT: _import}
