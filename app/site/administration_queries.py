"""What administrators see of the work that runs behind the pages: jobs, and the mail that waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core import clock, jobs
from app.core.models import JobRun, JobState, Outbox, OutboxState
from app.extensions import db

MOST_LISTED = 50
LATE = timedelta(minutes=10)  # beyond its time, after which a job that comes round is said to be late


@dataclass(frozen=True, slots=True)
class Round:
    """A job that comes round by itself. `ended_at`: when it last ended well; `failures` since then."""

    name: str
    ended_at: datetime | None
    failures: int
    error: str | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many runs of one job wait, and since when the oldest of them does."""

    name: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class OutboxFigures:
    """How many mails wait, how many failed, and since when the oldest waits."""

    waiting: int
    failed: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Work:
    """What runs, waits and failed, and how what comes round does, and the worker that does it all.

    `stuck`: the ids of runs so old that they were probably lost. `waiting`: all that is queued, by job.
    """

    running: Sequence[JobRun]
    queued: Sequence[JobRun]
    waiting: list[Waiting]
    failed: Sequence[JobRun]
    rounds: list[Round]
    worker: jobs.Worker
    stuck: frozenset[int]


def get_work() -> Work:
    """The jobs, in one statement; of each state the newest 50, and what waits of each job counted."""
    alike = [JobRun.state, JobRun.name]
    newest = (
        sa.select(
            JobRun.id,
            sa.func.row_number().over(partition_by=JobRun.state, order_by=JobRun.id.desc()).label("place"),
            sa.func.row_number().over(partition_by=alike, order_by=JobRun.id.desc()).label("place_of_job"),
            sa.func.count().over(partition_by=alike).label("alike"),
            sa.func.min(JobRun.queued_at).over(partition_by=alike).label("since"),
        )
        .where(JobRun.name.not_in(jobs.periodic()))
        .subquery()
    )
    found = db.session.execute(
        sa.select(JobRun, newest.c.place, newest.c.place_of_job, newest.c.alike, newest.c.since)
        .outerjoin(newest, newest.c.id == JobRun.id)
        .where(
            sa.or_(JobRun.name.in_(jobs.periodic()), newest.c.place <= MOST_LISTED, newest.c.place_of_job == 1),
        )
        .order_by(JobRun.id.desc())
    ).all()
    rows = [row for row, place, *_ in found if place is None or place <= MOST_LISTED]
    single = [row for row in rows if row.name not in jobs.periodic()]
    last = {row.name: row for row in rows if row.name in jobs.periodic()}
    return Work(
        running=[row for row in single if row.state == JobState.RUNNING],
        queued=[row for row in single if row.state == JobState.QUEUED],
        waiting=[
            Waiting(row.name, count, since)
            for row, _, place_of_job, count, since in found
            if place_of_job == 1 and row.state == JobState.QUEUED
        ],
        failed=[row for row in single if row.state == JobState.FAILED],
        rounds=[_round(name, job, last.get(name)) for name, job in jobs.periodic().items()],
        worker=jobs.Worker(max((row.started_at for row in last.values() if row.started_at), default=None), clock.now()),
        stuck=frozenset(row.id for row in single if _is_stuck(row)),
    )


def get_outbox_figures() -> OutboxFigures:
    """The mail that has not left."""
    waiting = Outbox.state == OutboxState.WAITING
    row = db.session.execute(
        sa.select(
            sa.func.count(sa.case((waiting, 1))),
            sa.func.count(sa.case((Outbox.state == OutboxState.FAILED, 1))),
            sa.func.min(sa.case((waiting, Outbox.created_at))),
        ).where(Outbox.state.in_([OutboxState.WAITING, OutboxState.FAILED]))
    ).one()
    return OutboxFigures(*row)


def list_unsent() -> Sequence[Outbox]:
    """The mails that failed, and those tried without success that wait for another try; the newest 50."""
    return db.session.scalars(
        sa.select(Outbox)
        .where(
            sa.or_(
                Outbox.state == OutboxState.FAILED,
                sa.and_(Outbox.state == OutboxState.WAITING, Outbox.error.is_not(None)),
            )
        )
        .order_by(Outbox.id.desc())
        .limit(MOST_LISTED)
    ).all()


def _round(name: str, job: jobs.Job, row: JobRun | None) -> Round:
    ended_at = row.ended_at if row else None
    is_late = ended_at is not None and ended_at < clock.now() - job.every - LATE
    return Round(name, ended_at, row.tries if row else 0, row.error if row else None, is_late)


def _is_stuck(run: JobRun) -> bool:
    since = {JobState.RUNNING: run.started_at, JobState.QUEUED: run.queued_at}.get(JobState(run.state))
    return since is not None and since < clock.now() - jobs.STUCK
