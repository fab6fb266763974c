"""Jobs: work that runs after the request, in the worker, each in the application's context.

Kept in a SQLite file of their own. `enqueue` outside a transaction or through `transactions.after_commit`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app
from huey import SqliteHuey, crontab

F = TypeVar("F", bound=Callable[..., Any])

log = structlog.get_logger()
_jobs: dict[str, tuple[Callable[..., Any], str | None]] = {}


def job(name: str, *, every_minute: bool = False, every_hour_at: int | None = None) -> Callable[[F], F]:
    """Name a function as a job. It opens its own units of work and may run more than once.

    One that comes round by itself does so every minute, or every hour at a minute of its own.
    """

    def register(function: F) -> F:
        _jobs[name] = (function, "*" if every_minute else None if every_hour_at is None else str(every_hour_at))
        return function

    return register


def init_app(app: Flask) -> None:
    """Give the application its queue, as `app.extensions["jobs"]`."""
    huey = SqliteHuey("academy", filename=str(app.config["SETTINGS"].jobs_file), fsync=True)
    app.extensions["jobs"] = huey

    def run(name: str, arguments: dict[str, Any]) -> Any:
        with app.app_context():
            log.info("job", name=name, **arguments)
            return _jobs[name][0](**arguments)

    app.extensions["run_job"] = huey.task(retries=3, retry_delay=30, name="run")(run)
    for name, (_function, minute) in _jobs.items():
        if minute is not None:
            huey.periodic_task(crontab(minute=minute), name=f"periodic-{name}")(lambda name=name: run(name, {}))


def enqueue(name: str, **arguments: Any) -> None:
    """Hand a job to the worker. In tests nothing runs by itself: they call the job's function."""
    if name not in _jobs:
        raise LookupError(f"no job {name}")
    if current_app.testing:
        current_app.extensions.setdefault("enqueued", []).append((name, arguments))
    else:
        current_app.extensions["run_job"](name, arguments)
