"""One database of `make bench-large`, filled if it is not, and measured:

    python -m bench.large_database sqlite 0.1
    scripts/postgres python -m bench.large_database postgresql 0.1

prints the figures as JSON; with `files` after that, those of the files alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.auth.models import Person
from app.config import from_environment
from app.courses.models import Course
from app.extensions import db
from app.progress.models import Enrolment, EnrolmentState
from tests.factories import signed_in

from . import large_grants
from .large import FILES, FOLDER, REPORT, RUNS
from .results import Figure

ADMINISTRATOR = "admin1@bench.example"


def measure(database: str, scale: str) -> dict[str, Figure]:
    """The figures of one database, `sqlite` or `postgresql`."""
    folder = FOLDER / f"{database}-{scale}"
    folder.mkdir(parents=True, exist_ok=True)
    environment = _environment(folder, database)
    took = _fill(environment, scale)
    app = create_app(from_environment(environment))
    with app.app_context():
        administrator = _browser(app, sa.select(Person).where(Person.email == ADMINISTRATOR))
        busiest = sa.select(Enrolment.person_id).group_by(Enrolment.person_id).order_by(sa.func.count().desc()).limit(1)
        practitioner = _browser(app, sa.select(Person).where(Person.id == busiest.scalar_subquery()))
        filters = _filters()
        large_grants.ensure_call()
        db.session.remove()
    figures: dict[str, Figure] = {} if took is None else {"seed_1m_seconds": took}
    figures["completion_page_1m_cold_ms"] = _once(administrator, REPORT)
    figures["completion_page_1m_ms"] = _page(administrator, REPORT)
    filtered = {name: _page(administrator, f"{REPORT}?{name}") for name in filters.values()}
    slowest = max(filtered, key=lambda name: filtered[name])
    figures["completion_filtered_1m_ms"] = filtered[slowest]
    figures["completion_filtered_1m_slowest"] = slowest
    for name, value in sorted(filtered.items(), key=lambda item: -item[1]):
        print(f"  {database}: {name} {value} ms", file=sys.stderr)
    grouped = {by: _page(administrator, f"{REPORT}?by={by}") for by in ("city", "course", "cohort", "role", "month")}
    figures["completion_grouped_1m_ms"] = max(grouped.values())
    figures["completion_grouped_1m_slowest"] = max(grouped, key=lambda by: grouped[by])
    figures["city_page_1m_ms"] = filtered[filters["city"]]
    figures["home_1m_ms"] = _page(practitioner, "/learn")
    with app.app_context():
        middle = _browser(app, large_grants.in_the_middle())
        db.session.remove()
        figures |= large_grants.measure(partial(_page, middle), partial(_page, practitioner))
        db.engine.dispose()
    command = [sys.executable, "-m", "bench.large_database", database, scale, "files"]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {f"{name}_{database}": value for name, value in figures.items()} | json.loads(said)


def measure_files(database: str, scale: str) -> dict[str, Figure]:
    """The figures of the files: in a process that has answered nothing else, whose memory is theirs and the site's."""
    app = create_app(from_environment(_environment(FOLDER / f"{database}-{scale}", database)))
    with app.app_context():
        administrator = _browser(app, sa.select(Person).where(Person.email == ADMINISTRATOR))
        rows = db.session.scalar(sa.select(sa.func.count()).where(Enrolment.state != EnrolmentState.WITHDRAWN)) or 0
        db.session.remove()
    figures: dict[str, Figure] = {}
    peak = 0.0
    for name, address in FILES.items():
        rate, megabytes = _export(administrator, address, rows)
        figures[f"export_rows_per_second_{name}"] = rate
        peak = max(peak, megabytes)
    figures["export_peak_mb"] = peak
    return {f"{name}_{database}": value for name, value in figures.items()}


def _fill(environment: dict[str, str], scale: str) -> int | None:
    """Fill the database; how many seconds it took, None where it was filled already."""
    from flask_migrate import upgrade  # ten megabytes, which the process whose memory is measured must not hold

    app = create_app(from_environment(environment))
    with app.app_context():
        upgrade()
        filled = db.session.scalar(sa.select(Enrolment.id).limit(1)) is not None
        db.session.remove()
        db.engine.dispose()
    if filled:
        return None
    began = time.monotonic()
    flask = Path(sys.executable).with_name("flask")
    subprocess.run(
        [flask, "--app", "wsgi", "bench", "seed", "--scale", scale], env=environment, check=True, stdout=sys.stderr
    )
    return round(time.monotonic() - began)


def _filters() -> dict[str, str]:
    """Each filter alone, at its most costly: the largest city, the course that most are in."""

    def most(column: sa.ColumnElement[int]) -> sa.Select[int]:
        return sa.select(column).where(column.is_not(None)).group_by(column).order_by(sa.func.count().desc()).limit(1)

    city = db.session.scalar(most(Enrolment.city_id))
    course = db.session.scalar(sa.select(Course.slug).where(Course.id == most(Enrolment.course_id).scalar_subquery()))
    return {
        "period": "period=all",
        "months": "period=3",
        "region": "region=africa",
        "course": f"course={course}",
        "city": f"city={city}",
        "country": "country=KE",
        "cohort": "cohort=1",
        "role": "role=none",
        "completed": "state=completed",
        "open": "state=open",
        "late": "state=late",
        "basis": "basis=completed",
    }


def _browser(app: Flask, whom: sa.Select[Person]) -> FlaskClient:
    return signed_in(app.test_client(), db.session.scalars(whom).one())


def _page(client: FlaskClient, address: str) -> int:
    """Milliseconds that a page takes: the middle of some, after one that warms up."""
    _once(client, address)
    return round(statistics.median(_once(client, address) for _run in range(RUNS)))


def _once(client: FlaskClient, address: str) -> int:
    began = time.perf_counter()
    answer = client.get(address)
    took = round((time.perf_counter() - began) * 1000)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return took


def _export(client: FlaskClient, address: str, rows: int) -> tuple[int, float]:
    """Rows a second of a whole file, and the most memory that this process held meanwhile, in megabytes."""
    with _peak() as peak:
        began = time.perf_counter()
        answer = client.get(address, buffered=False)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        for _chunk in answer.iter_encoded():
            pass
        took = time.perf_counter() - began
    return round(rows / took), peak[0]


@contextmanager
def _peak() -> Iterator[list[float]]:
    """The most resident memory within the block, by the system's own count, in megabytes."""
    Path("/proc/self/clear_refs").write_text("5")
    found: list[float] = []
    yield found
    status = Path("/proc/self/status").read_text()
    found.append(round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1))


def _environment(folder: Path, database: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {
        **kept, "DATA_DIR": str(folder), "SECRET_KEY": "only-for-the-bench", "LOG_LEVEL": "ERROR", "DEMO": "yes",
    }  # fmt: skip
    if database == "postgresql":
        environment["DATABASE_URL"] = os.environ["TEST_POSTGRESQL_URL"]
    return environment


if __name__ == "__main__":
    print(json.dumps((measure_files if "files" in sys.argv else measure)(sys.argv[1], sys.argv[2])))
