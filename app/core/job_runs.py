"""What administrators see of jobs: a row for each piece of work, and one for each job that comes round by itself.

Written on a connection of its own, outside whatever the job or the request does. Of a job that comes round,
`ended_at` is when it last ended well, and `tries` how often it has failed since.
"""

from __future__ import annotations

import traceback
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.config import ROOT
from app.extensions import db

from . import clock
from .models import JobRun, JobState
from .transactions import separate_write

KEPT = timedelta(days=7)
FAILURES_KEPT = timedelta(days=90)

_run = JobRun.__table__


def queue(name: str, arguments: dict[str, Any]) -> int:
    """A row for work that is about to be handed over; its id."""
    with separate_write() as connection:
        row = connection.execute(
            sa.insert(JobRun).values(
                name=name, arguments=arguments, state=JobState.QUEUED, tries=0, queued_at=clock.now()
            )
        )  # fmt: skip
        return _id_of(row)


def begin(run_id: int) -> int:
    """The work begins, and the row says so; returns for which time."""
    with separate_write() as connection:
        connection.execute(
            sa.update(JobRun)
            .where(_run.c.id == run_id)
            .values(state=JobState.RUNNING, tries=_run.c.tries + 1, started_at=clock.now(), ended_at=None)
        )
        return connection.scalar(sa.select(_run.c.tries).where(_run.c.id == run_id)) or 1


def end(run_id: int, state: JobState, error: str | None = None) -> None:
    """How the work stands now: done, failed, or queued for another try."""
    ended = None if state is JobState.QUEUED else clock.now()
    with separate_write() as connection:
        connection.execute(
            sa.update(JobRun).where(_run.c.id == run_id).values(state=state, error=error, ended_at=ended)
        )  # fmt: skip


def begin_round(name: str) -> int:
    """A job that comes round begins; the id of its one row."""
    now = clock.now()
    with separate_write() as connection:
        run_id = connection.scalar(sa.select(_run.c.id).where(_run.c.name == name).order_by(_run.c.id).limit(1))
        if run_id is None:
            row = connection.execute(
                sa.insert(JobRun).values(
                    name=name, arguments={}, state=JobState.RUNNING, tries=0, queued_at=now, started_at=now
                )
            )  # fmt: skip
            return _id_of(row)
        connection.execute(sa.update(JobRun).where(_run.c.id == run_id).values(state=JobState.RUNNING, started_at=now))
        return int(run_id)


def end_round(run_id: int, error: str | None = None) -> None:
    """A job that comes round has ended, well or not."""
    well = {"state": JobState.DONE, "tries": 0, "error": None, "ended_at": clock.now()}
    badly = {"state": JobState.FAILED, "tries": _run.c.tries + 1, "error": error}
    with separate_write() as connection:
        connection.execute(sa.update(JobRun).where(_run.c.id == run_id).values(badly if error else well))


def find_last_start(rounds: Collection[str]) -> datetime | None:
    """When the worker last began one of `rounds`, the jobs that come round; None: never."""
    return db.session.scalar(sa.select(sa.func.max(JobRun.started_at)).where(JobRun.name.in_(rounds)))


def queue_again(run_id: int, most: timedelta) -> tuple[str, dict[str, Any]] | None:
    """Queue work again that failed, or has waited or run for longer than `most`; its name and arguments.

    None if there is no such run, or it is under way.
    """
    before = clock.now() - most
    stuck = sa.or_(
        sa.and_(_run.c.state == JobState.RUNNING, _run.c.started_at < before),
        sa.and_(_run.c.state == JobState.QUEUED, _run.c.queued_at < before),
    )
    with separate_write() as connection:
        taken: sa.CursorResult[Any] = connection.execute(
            sa.update(JobRun)
            .where(_run.c.id == run_id, sa.or_(_run.c.state == JobState.FAILED, stuck))
            .values(state=JobState.QUEUED, tries=0, error=None, queued_at=clock.now(), started_at=None)
        )
        if not taken.rowcount:
            return None
        row = connection.execute(sa.select(_run.c.name, _run.c.arguments).where(_run.c.id == run_id)).one()
        return row.name, row.arguments


def prune(rounds: Collection[str] = ()) -> int:
    """Throw out the rows of work that was done more than a week ago, or failed a season ago; returns how many.

    Of `rounds`, the jobs that come round, the last run stays however it ended.
    """
    now = clock.now()
    done = sa.and_(_run.c.state == JobState.DONE, _run.c.ended_at < now - KEPT)
    failed = sa.and_(
        _run.c.state == JobState.FAILED, _run.c.ended_at < now - FAILURES_KEPT, _run.c.name.not_in(rounds)
    )  # fmt: skip
    with separate_write() as connection:
        gone: sa.CursorResult[Any] = connection.execute(sa.delete(JobRun).where(sa.or_(done, failed)))
        return gone.rowcount


def what_went_wrong(error: BaseException) -> str:
    """The kind of an error and where it arose in this code: never its text, in which people's data may stand."""
    places = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(ROOT / "app"))]
    if not places:
        return type(error).__name__
    last = places[-1]
    return f"{type(error).__name__} in {last.filename.removeprefix(f'{ROOT}/')}, line {last.lineno}"


def _id_of(written: sa.CursorResult[Any]) -> int:
    key = written.inserted_primary_key
    assert key is not None
    return int(key[0])
