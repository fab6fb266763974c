"""Jobs: what is written down of each run, and what is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import clock, job_runs, jobs
from app.core.models import JobRun, JobState
from app.core.transactions import unit_of_work
from app.extensions import db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Work:
    """Work that fails as often as it is told to."""

    failures = 0
    done = 0

    def __call__(self, **_arguments: Any) -> None:
        if self.failures:
            self.failures -= 1
            raise ValueError("noor@city.example could not be read")
        self.done += 1


@pytest.fixture
def work(app: Flask) -> Iterator[Work]:
    function = Work()
    jobs.job("test.once", _l("Once"))(function)
    jobs.job("test.round", _l("Round"), every_minute=True)(function)
    yield function
    for name in ("test.once", "test.round"):
        del jobs._jobs[name]


def runs() -> list[JobRun]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(JobRun).order_by(JobRun.id)))


def test_what_is_done_is_written_down(work: Work) -> None:
    run_id = job_runs.queue("test.once", {"course_id": 1})
    assert [(run.state, run.tries, run.arguments) for run in runs()] == [(JobState.QUEUED, 0, {"course_id": 1})]
    with clock.at(NOON):
        assert jobs.run("test.once", {"course_id": 1}, run_id) is None
    [run] = runs()
    assert (run.state, run.tries, run.started_at, run.ended_at, run.error) == (JobState.DONE, 1, NOON, NOON, None)


def test_what_fails_is_tried_again_later_and_later_and_then_given_up(app: Flask, work: Work) -> None:
    work.failures = 100
    run_id = job_runs.queue("test.once", {})
    waits = [jobs.run("test.once", {}, run_id) for _ in range(jobs.MOST_TRIES)]
    assert waits == [30, 120, 600, 3600, None]
    [run] = runs()
    assert (run.state, run.tries) == (JobState.FAILED, 5)
    assert jobs.run_again(run_id) and not jobs.run_again(run_id)
    assert app.extensions["enqueued"] == [("test.once", {})]
    [run] = runs()
    assert (run.state, run.tries, run.error) == (JobState.QUEUED, 0, None)


def test_an_error_is_written_down_without_what_it_says_of_people(work: Work) -> None:
    work.failures = 1
    jobs.run("test.once", {}, job_runs.queue("test.once", {}))
    [run] = runs()
    assert run.error is not None and run.error.startswith("ValueError in app/core/jobs.py, line ")


def test_of_what_comes_round_the_last_run_is_kept_with_its_last_success(work: Work) -> None:
    for minute, failures in enumerate((0, 0, 1, 1)):
        work.failures = failures
        with clock.at(NOON + timedelta(minutes=minute)):
            assert jobs.run("test.round", {}) is None
    [run] = runs()
    assert (run.state, run.tries) == (JobState.FAILED, 2)
    assert (run.started_at, run.ended_at) == (NOON + timedelta(minutes=3), NOON + timedelta(minutes=1))
    jobs.run("test.round", {})
    [run] = runs()
    assert (run.state, run.tries, run.error) == (JobState.DONE, 0, None)


@pytest.mark.parametrize("began", [True, False])
def test_what_was_lost_can_be_run_again_after_two_hours(work: Work, began: bool) -> None:
    with clock.at(NOON):
        run_id = job_runs.queue("test.once", {})
        if began:
            job_runs.begin(run_id)
        assert not jobs.run_again(run_id)
    with clock.at(NOON + timedelta(minutes=121)):
        assert jobs.run_again(run_id)


def test_what_was_done_long_ago_is_not_listed_for_ever(work: Work) -> None:
    for moment in (NOON - timedelta(days=8), NOON):
        with clock.at(moment):
            jobs.run("test.once", {}, job_runs.queue("test.once", {}))
    with clock.at(NOON):
        assert jobs.prune() == 1
    assert len(runs()) == 1


def test_a_run_is_written_down_whatever_becomes_of_its_transaction(work: Work) -> None:
    def breaks() -> None:
        with unit_of_work():
            db.session.execute(sa.insert(JobRun).values(name="x", arguments={}, queued_at=NOON))
            raise ZeroDivisionError

    jobs.job("test.breaks", _l("Breaks"))(breaks)
    jobs.run("test.breaks", {}, job_runs.queue("test.breaks", {}))
    del jobs._jobs["test.breaks"]
    assert [run.name for run in runs()] == ["test.breaks"]


def test_what_failed_a_season_ago_goes_but_what_comes_round_stays(work: Work) -> None:
    with clock.at(NOON - timedelta(days=91)):
        jobs.run("test.round", {})
        work.failures = 100
        jobs.run("test.round", {})
        run_id = job_runs.queue("test.once", {})
        for _try in range(jobs.MOST_TRIES):
            jobs.run("test.once", {}, run_id)
    with clock.at(NOON - timedelta(days=3)):
        assert jobs.prune() == 0
    with clock.at(NOON):
        assert jobs.prune() == 1
    assert [(run.name, run.tries) for run in runs()] == [("test.round", 1)]


def test_every_job_says_in_words_what_it_does(app: Flask) -> None:
    with app.test_request_context():
        words = {name: str(said) for name, said in jobs.in_words().items()}
    assert {"progress.add_up", "mail.deliver", "exchange.people_import"} <= words.keys()
    assert len(set(words.values())) == len(words)
    for name, said in words.items():
        assert " " in said and said[0].isupper() and name not in said, name
