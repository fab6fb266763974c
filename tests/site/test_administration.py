"""What administrators see of background work, and what they can set going again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core import clock, job_runs, jobs, mail
from app.core.models import JobRun, JobState, Outbox, OutboxState
from app.core.transactions import unit_of_work
from app.extensions import db
from app.site import administration_queries as queries
from tests.factories import a_person, signed_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield signed_in(client, a_person(roles=(Role.ADMINISTRATOR,)))
    app.config["WTF_CSRF_ENABLED"] = True


def page(client: FlaskClient, at: datetime = NOON) -> str:
    with clock.at(at):
        return client.get("/administration/jobs").get_data(as_text=True)


def a_failed_run() -> int:
    with clock.at(NOON):
        run_id = job_runs.queue("progress.recount", {"course_id": 7})
        job_runs.begin(run_id)
        job_runs.end(run_id, JobState.FAILED, "ValueError in app/progress/jobs.py, line 7")
    return run_id


def mails(count: int = 1, state: OutboxState = OutboxState.FAILED) -> None:
    with clock.at(NOON), unit_of_work():
        for number in range(count):
            mail.post(key=f"{state}:{number}", kind="placed", recipient=f"p{number}@city.example", language="en")
        rows = db.session.scalars(sa.select(Outbox).where(Outbox.key.startswith(f"{state}:")))
        for row in rows:
            row.state, row.error, row.tries = state, "550 nobody", 3


def test_a_job_that_failed_is_shown_and_can_be_run_again(app: Flask, administrator: FlaskClient) -> None:
    run_id = a_failed_run()
    shown = page(administrator)
    assert 'Recounting progress on a new edition <span class="meta"><code>progress.recount</code></span>' in shown
    assert "ValueError in app/progress/jobs.py" in shown and "Run again" in shown
    assert administrator.post(f"/administration/jobs/{run_id}/again").status_code == 303
    assert app.extensions["enqueued"] == [("progress.recount", {"course_id": 7})]
    assert administrator.post(f"/administration/jobs/{run_id}/again").status_code == 404
    assert db.session.scalar(sa.select(JobRun.state)) == JobState.QUEUED


def test_a_mail_that_failed_is_shown_and_can_be_sent_again(administrator: FlaskClient) -> None:
    mails(2)
    shown = page(administrator)
    assert "p0@city.example" in shown and "550 nobody" in shown and "Send all 2 failed mails again" in shown
    first = db.session.scalar(sa.select(sa.func.min(Outbox.id)))
    db.session.rollback()
    assert administrator.post(f"/administration/mail/{first}/again").status_code == 303
    assert administrator.post(f"/administration/mail/{first}/again").status_code == 404
    assert [row.state for row in outbox()] == [OutboxState.WAITING, OutboxState.FAILED]
    administrator.post("/administration/mail/again")
    assert [(row.state, row.tries) for row in outbox()] == [(OutboxState.WAITING, 0)] * 2


def outbox() -> list[Outbox]:
    db.session.rollback()
    rows = list(db.session.scalars(sa.select(Outbox).order_by(Outbox.id)))
    db.session.expunge_all()
    return rows


def test_a_mail_that_was_sent_is_not_sent_again(administrator: FlaskClient) -> None:
    mails(1, OutboxState.SENT)
    assert administrator.post(f"/administration/mail/{outbox()[0].id}/again").status_code == 404


def test_a_worker_that_is_silent_is_said_so(administrator: FlaskClient) -> None:
    assert "The worker has not run yet." in page(administrator)
    with clock.at(NOON):
        jobs.run("jobs.prune", {})
    heard = page(administrator, NOON + timedelta(minutes=5))
    assert "The worker has not run" not in heard and "The worker runs" in heard
    assert "The worker has not run for 20 minutes." in page(administrator, NOON + timedelta(minutes=20))


def test_what_comes_round_is_late_when_it_should_have_run(app: Flask) -> None:
    with clock.at(NOON):
        jobs.run("jobs.prune", {})
    late = {}
    for minutes in (65, 75):
        with clock.at(NOON + timedelta(minutes=minutes)):
            late[minutes] = {round.name for round in queries.get_work().rounds if round.is_late}
    assert "jobs.prune" not in late[65] and "jobs.prune" in late[75]


def test_the_page_costs_few_statements(administrator: FlaskClient, statements: list[str]) -> None:
    for _ in range(8):
        a_failed_run()
    mails(5)
    statements.clear()
    page(administrator)
    assert len(statements) == 4


def test_what_waits_is_counted_by_job(administrator: FlaskClient) -> None:
    for course_id in range(queries.MOST_LISTED + 2):
        with clock.at(NOON - timedelta(minutes=course_id)):
            job_runs.queue("progress.recount", {"course_id": course_id})
    with clock.at(NOON):
        job_runs.queue("progress.follow_person", {"person_id": 1})
    shown = page(administrator)
    assert f"{queries.MOST_LISTED + 2} wait" in shown and "1 waits" in shown and shown.count("progress.recount") == 1
    waiting = {job.name: job for job in queries.get_work().waiting}
    assert waiting["progress.recount"].since == NOON - timedelta(minutes=queries.MOST_LISTED + 1)


def test_a_job_that_is_no_more_is_shown_by_its_name(administrator: FlaskClient) -> None:
    with clock.at(NOON):
        run_id = job_runs.queue("long.gone", {})
        job_runs.end(run_id, JobState.FAILED, "LookupError")
    assert "<code>long.gone</code>" in page(administrator)
