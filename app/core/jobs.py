"""Jobs: work that runs after the request, in the worker, each in the application's context.

Kept in a SQLite file of their own. `enqueue` outside a transaction or through `transactions.after_commit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app
from huey import SqliteHuey, crontab

from . import job_runs
from .models import JobState

F = TypeVar("F", bound=Callable[..., Any])

MOST_TRIES = 5
WAITS = (30, 120, 600, 3600)  # seconds before each further try
STUCK = timedelta(hours=2)  # after which work that is said to run or to wait has probably been lost

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A function under its name. `minute`: of the hour at which it comes round by itself, `*` for each; None: never."""

    function: Callable[..., Any]
    minute: str | None

    @property
    def every(self) -> timedelta:
        """How often one that comes round does so."""
        return timedelta(minutes=1) if self.minute == "*" else timedelta(hours=1)


_jobs: dict[str, Job] = {}


def job(name: str, *, every_minute: bool = False, every_hour_at: int | None = None) -> Callable[[F], F]:
    """Name a function as a job. It opens its own units of work and may run more than once.

    One that comes round by itself does so every minute, or every hour at a minute of its own.
    """

    def register(function: F) -> F:
        _jobs[name] = Job(function, "*" if every_minute else None if every_hour_at is None else str(every_hour_at))
        return function

    return register


def periodic() -> dict[str, Job]:
    """The jobs that come round by themselves, by name."""
    return {name: job for name, job in sorted(_jobs.items()) if job.minute is not None}


def init_app(app: Flask) -> None:
    """Give the application its queue, as `app.extensions["jobs"]`."""
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


@job("jobs.prune", every_hour_at=43)
def prune() -> int:
    """Work that was done long ago need not be listed."""
    return job_runs.prune(periodic())
