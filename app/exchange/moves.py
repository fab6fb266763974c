"""Moves: imports and exports that run as jobs. What a person starts and answers, and what the job writes down.

Each function here is a few rows, so that progress is written in small transactions of its own. A run of the job
carries a name; one that was given up for lost finds that another took over, and stops.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.auth.models import Person
from app.core import audit, clock
from app.core.jobs import enqueue
from app.core.transactions import after_commit
from app.courses.library import uploads
from app.courses.models import CourseMove, MoveKind, MoveState
from app.extensions import db

from . import story
from .errors import NothingToAnswer, Superseded
from .story import Story

JOB = "exchange.move"
MOST_TRIES = 3
SILENCE = timedelta(minutes=3)  # after which a run is given up for lost
KEPT = timedelta(days=1)  # how long a file waits to be fetched, or a question to be answered
UNFINISHED = (MoveState.WAITING, MoveState.RUNNING)


def start_export(*, course_id: int, slug: str, by: int) -> int:
    """Begin to export a course; one that is under way for the same person already is that one. The id of the move."""
    audit.record("course.export", f"course:{course_id}", actor_id=by)
    return _start(MoveKind.EXPORT, by, course_id=course_id, file_name=f"{slug}.zip")


def start_import(*, file_hash: str, file_name: str, by: int, upload_id: str = "") -> int:
    """Begin to import the folder whose zip is in the store. The id of the move, as for `start_export`.

    The upload that brought it is over.
    """
    if upload_id:
        uploads.end(upload_id=upload_id, by=by)
    return _start(MoveKind.IMPORT, by, file_hash=file_hash, file_name=file_name[:255])


def _start(kind: MoveKind, by: int, **values: Any) -> int:
    same = sa.select(CourseMove.id).where(
        CourseMove.kind == kind,
        CourseMove.person_id == by,
        CourseMove.state.in_(UNFINISHED),
        *(getattr(CourseMove, name) == value for name, value in values.items() if name != "file_name"),
    )
    under_way: int | None = db.session.scalar(same.order_by(CourseMove.id.desc()).limit(1))
    if under_way is not None:
        return under_way
    move = CourseMove(kind=kind, person_id=by, created_at=clock.now(), **values)
    db.session.add(move)
    db.session.flush()
    _hand_over(move.id)
    return move.id


def answer(*, move_id: int, reviewed: bool = False, address: str = "") -> None:
    """Let an import that asks go on: over the course that is there or, with an `address`, as a new one there.

    Raises `NothingToAnswer`.
    """
    move = _locked(move_id)
    told = story.read(move.report)
    if (
        move.state != MoveState.WAITING
        or told.question is None
        or (told.question is story.Question.TAKEN and not address)
    ):
        raise NothingToAnswer
    agreed = not address
    _write(
        move,
        told.but(question=None, agreed=agreed, reviewed=reviewed, address=address or told.address, tries=0, things=()),
    )
    move.done = move.total = 0
    _hand_over(move_id)


def drop(*, move_id: int) -> None:
    """Forget an import that asks, with nothing changed. Raises `NothingToAnswer`."""
    move = _locked(move_id)
    if move.state != MoveState.WAITING or story.read(move.report).question is None:
        raise NothingToAnswer
    db.session.delete(move)
    db.session.flush()


@dataclass(frozen=True, slots=True)
class Begun:
    """A run of a move that has begun, as plain values; `language` is its person's."""

    move_id: int
    run: str
    kind: MoveKind
    person_id: int
    language: str
    course_id: int | None
    file_hash: str | None
    file_name: str
    told: Story


def take_up(move_id: int) -> Begun | None:
    """Begin a run. None where there is nothing to do: it is over, runs elsewhere, asks, or failed too often."""
    move = db.session.get(CourseMove, move_id, with_for_update=True, populate_existing=True)
    if move is None or move.state not in UNFINISHED:
        return None
    told = story.read(move.report)
    if told.question is not None or (move.state == MoveState.RUNNING and not _silent(told)):
        return None
    if told.tries >= MOST_TRIES:
        _end(
            move, MoveState.FAILED, why=_("It was begun %(count)s times, and never came to its end.", count=told.tries)
        )
        return None
    told = told.but(tries=told.tries + 1, run=secrets.token_hex(8), touched_at=clock.now())
    _write(move, told)
    move.state, move.done = MoveState.RUNNING, 0
    language = db.session.scalar(sa.select(Person.language).where(Person.id == move.person_id)) or "en"
    db.session.flush()
    kind = MoveKind(move.kind)
    return Begun(
        move.id, told.run, kind, move.person_id, language, move.course_id, move.file_hash, move.file_name, told
    )


def note(move_id: int, run: str, done: int, total: int) -> None:
    """Write down how far a run is. Raises `Superseded`."""
    move = running(move_id, run)
    move.done, move.total = done, total
    _write(move, story.read(move.report).but(touched_at=clock.now()))


def running(move_id: int, run: str) -> CourseMove:
    """The move, locked, as long as this run of it is the one that is on. Raises `Superseded`."""
    move = db.session.get(CourseMove, move_id, with_for_update=True, populate_existing=True)
    if move is None or move.state != MoveState.RUNNING or story.read(move.report).run != run:
        raise Superseded
    return move


def finish(move_id: int, run: str, state: MoveState, *, course_id: int | None = None, **told: Any) -> None:
    """The end of a run. Raises `Superseded`."""
    move = running(move_id, run)
    move.course_id = course_id or move.course_id
    _end(move, state, **told)


def _end(move: CourseMove, state: MoveState, **told: Any) -> None:
    move.state, move.finished_at = state, clock.now()
    if state is MoveState.DONE:
        move.done = move.total
    if move.kind == MoveKind.IMPORT:
        move.file_hash = None
    _write(move, story.read(move.report).but(**told))


def ask(move_id: int, run: str, question: story.Question, **told: Any) -> None:
    """Leave the move waiting for its person's answer. Raises `Superseded`."""
    move = running(move_id, run)
    move.state = MoveState.WAITING
    _write(move, story.read(move.report).but(question=question, agreed=False, **told))


def fail(move_id: int, run: str, why: str) -> bool:
    """A run that went wrong: whether it may be tried again; else the move has failed, and says `why`."""
    move = running(move_id, run)
    told = story.read(move.report)
    if told.tries < MOST_TRIES:
        move.state = MoveState.WAITING
        return True
    finish(move_id, run, MoveState.FAILED, why=why)
    return False


def keep_file(move_id: int, run: str, file_hash: str) -> None:
    """Name the file that an export made. Raises `Superseded`."""
    running(move_id, run).file_hash = file_hash


def list_lost() -> list[int]:
    """Moves whose run has not been heard of, or that no run ever took up: a worker was killed."""
    rows = db.session.scalars(
        sa.select(CourseMove).where(CourseMove.state.in_(UNFINISHED)).order_by(CourseMove.id).limit(100)
    )
    return [
        move.id
        for move in rows
        if (told := story.read(move.report)).question is None and _silent(told, since=move.created_at)
    ]


def list_stale() -> list[int]:
    """Moves whose file has been kept long enough."""
    before = clock.now() - KEPT
    return list(
        db.session.scalars(
            sa.select(CourseMove.id)
            .where(
                CourseMove.file_hash.is_not(None),
                sa.or_(
                    CourseMove.finished_at < before,
                    sa.and_(CourseMove.state == MoveState.WAITING, CourseMove.created_at < before),
                ),
            )
            .order_by(CourseMove.id)
            .limit(100)
        )
    )


def let_go(move_id: int) -> None:
    """Let a move's file go; one that still waited for an answer is refused, and nothing was changed.

    The sweep takes a file that no row refers to any more: others may keep the same one, or be about to.
    """
    move = _locked(move_id)
    if move.state in UNFINISHED:
        _end(move, MoveState.REFUSED, question=None, why=_("Nobody answered within a day, so the folder was removed."))
    move.file_hash = None
    db.session.flush()


def forget(*, person_id: int) -> None:
    """End what an erased person was bringing in or taking out, and let the files go; a name of a file may be theirs."""
    mine = sa.select(CourseMove).where(CourseMove.person_id == person_id).order_by(CourseMove.id)
    for move in db.session.scalars(mine.with_for_update().execution_options(populate_existing=True)):
        if move.state in UNFINISHED:
            _end(move, MoveState.REFUSED, question=None, why=_("The account of who began it was erased."))
        move.file_hash, move.file_name = None, ""
    db.session.flush()


def _silent(told: Story, since: datetime | None = None) -> bool:
    heard = told.touched_at or since
    return heard is None or clock.now() - heard > SILENCE


def _locked(move_id: int) -> CourseMove:
    move = db.session.get(CourseMove, move_id, with_for_update=True, populate_existing=True)
    if move is None:
        raise NothingToAnswer
    return move


def _write(move: CourseMove, told: Story) -> None:
    move.report = story.write(told)


def _hand_over(move_id: int) -> None:
    after_commit(lambda: enqueue(JOB, move_id=move_id))
