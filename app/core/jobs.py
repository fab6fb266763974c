"""Jobs: work that runs after the request, in the worker, each in the application's context.

Kept in a SQLite file of their own. `enqueue` outside a transaction or through `transactions.after_commit`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from . import clock, job_runs
from .models import JobState

F = TypeVar("F", bound=Callable[..., Any])

MOST_TRIES = 5
WAITS = (30, 120, 600, 3600)  # seconds before each further try
STUCK = timedelta(hours=2)  # after which work that is said to run or to wait has probably been lost

SILENT = timedelta(minutes=10)  # after which a worker is said to be silent, since something comes round every minute

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A function under its name, and what it does in words.

    `minute`: of the hour at which it comes round by itself, `*` for each; None: never.
    """

    function: Callable[..., Any]
    words: LazyString
    minute: str | None

    @property
    def every(self) -> timedelta:
        """How often one that comes round does so."""
        return timedelta(minutes=1) if self.minute == "*" else timedelta(hours=1)


_jobs: dict[str, Job] = {}


def job(
    name: str, words: LazyString, *, every_minute: bool = False, every_hour_at: int | None = None
) -> Callable[[F], F]:
    """Name a function as a job, and say in words what it does. It opens its own units of work and may run twice.

    One that comes round by itself does so every minute, or every hour at a minute of its own.
    """

    def register(function: F) -> F:
        minute = "*" if every_minute else None if every_hour_at is None else str(every_hour_at)
        _jobs[name] = Job(function, words, minute)
        return function

    return register


def in_words() -> dict[str, LazyString]:
    """What each job does, by its name."""
    return {name: job.words for name, job in sorted(_jobs.items())}


def periodic() -> dict[str, Job]:
    """The jobs that come round by themselves, by name."""
    return {name: job for name, job in sorted(_jobs.items()) if job.minute is not None}


@dataclass(frozen=True, slots=True)
class Worker:
    """The process that runs the jobs. `heard_at`: when it last began anything that comes round; None: never."""

    heard_at: datetime | None
    now: datetime

    @property
    def silent_for(self) -> int | None:
        """The minutes since it was heard of, if they are too many."""
        if self.heard_at is None or self.now - self.heard_at <= SILENT:
            return None
        return int((self.now - self.heard_at).total_seconds() // 60)

    @property
    def is_alive(self) -> bool:
        return self.heard_at is not None and self.silent_for is None


def get_worker() -> Worker:
    """How the worker is, by what it wrote down: one statement."""
    return Worker(job_runs.find_last_start(periodic()), clock.now())


def init_app(app: Flask) -> None:
    """Give the application its queue, as `app.extensions["jobs"]`."""
    with _without("psycopg"):  # huey loads what it could keep jobs in: for PostgreSQL nine megabytes, never used here
        from huey import SqliteHuey, crontab
    huey = SqliteHuey("academy", filename=str(app.config["SETTINGS"].jobs_file), fsync=True)
    app.extensions["jobs"] = huey

    def run_here(name: str, arguments: dict[str, Any], run_id: int | None = None) -> None:
        with app.app_context():
            wait = run(name, arguments, run_id)
        if wait is not None:
            task.schedule(args=(name, arguments, run_id), delay=wait)

    task = huey.task(name="run")(run_here)
    app.extensions["run_job"] = task
    for name, known in periodic().items():
        huey.periodic_task(crontab(minute=known.minute), name=f"periodic-{name}")(lambda name=name: run_here(name, {}))


@contextmanager
def _without(package: str) -> Iterator[None]:
    """A package is not there to be imported, unless it has been already."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # how Python notes what cannot be imported
    try:
        yield
    finally:
        del sys.modules[package]


def run(name: str, arguments: dict[str, Any], run_id: int | None = None) -> int | None:
    """Do a piece of work and write down how it went; returns after how many seconds to try again, if at all."""
    log.info("job", name=name, **arguments)
    function, comes_round = _jobs[name].function, _jobs[name].minute is not None
    if comes_round or run_id is None:
        run_id = job_runs.begin_round(name)
        try:
            function(**arguments)
        except Exception as error:
            log.error("job_failed", name=name, exc_info=error)
            job_runs.end_round(run_id, job_runs.what_went_wrong(error))
            return None
        job_runs.end_round(run_id)
        return None
    tries = job_runs.begin(run_id)
    try:
        function(**arguments)
    except Exception as error:
        log.error("job_failed", name=name, exc_info=error)
        again = tries < MOST_TRIES
        job_runs.end(run_id, JobState.QUEUED if again else JobState.FAILED, job_runs.what_went_wrong(error))
        return WAITS[tries - 1] if again else None
    job_runs.end(run_id, JobState.DONE)
    return None


def enqueue(name: str, **arguments: Any) -> None:
    """Hand a job to the worker. In tests nothing runs by itself: they call the job's function."""
    if name not in _jobs:
        raise LookupError(f"no job {name}")
    if current_app.testing:
        current_app.extensions.setdefault("enqueued", []).append((name, arguments))
    else:
        run_id = None if _jobs[name].minute is not None else job_runs.queue(name, arguments)
        current_app.extensions["run_job"](name, arguments, run_id)


def run_again(run_id: int) -> bool:
    """Hand work that failed to the worker once more; whether there was any to hand over."""
    found = job_runs.queue_again(run_id, STUCK)
    if found is None:
        return False
    name, arguments = found
    if current_app.testing:
        current_app.extensions.setdefault("enqueued", []).append((name, arguments))
    else:
        current_app.extensions["run_job"](name, arguments, run_id)
    return True


@job("jobs.prune", _l("Taking what was done long ago off this list"), every_hour_at=43)
def prune() -> int:
    """Work that was done long ago need not be listed."""
    return job_runs.prune(periodic())
