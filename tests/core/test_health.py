"""Whether the process lives, whether it can serve, and whether the worker is heard of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.core import clock, health, job_runs, jobs

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_it_is_ready_before_the_worker_has_ever_run_and_says_so(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        200, {"status": "ready", "faults": [], "warnings": ["the worker has not run yet"]},
    )  # fmt: skip
    assert client.get("/healthz").json == {"status": "alive"}


@pytest.mark.parametrize(
    ("minutes", "warnings"), [(1, []), (10, []), (11, ["the worker has not run for 11 minutes"])]
)  # fmt: skip
def test_a_worker_that_is_silent_is_a_warning_and_no_fault(
    client: FlaskClient, minutes: int, warnings: list[str]
) -> None:
    with clock.at(NOON):
        jobs.run("jobs.prune", {})
    with clock.at(NOON + timedelta(minutes=minutes)):
        answer = client.get("/readyz")
    assert answer.status_code == 200 and answer.json
    assert answer.json["status"] == "ready" and answer.json["warnings"] == warnings


def test_work_that_somebody_handed_over_is_no_sign_of_life_before_it_begins(client: FlaskClient) -> None:
    with clock.at(NOON):
        job_runs.queue("progress.recount", {"course_id": 1})
        answer = client.get("/readyz")
    assert answer.json and answer.json["warnings"] == ["the worker has not run yet"]


def test_a_database_at_another_migration_is_a_fault(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "newest_migration", lambda: "another")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "faults": ["the database is at another migration"], "warnings": []}
