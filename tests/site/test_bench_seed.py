"""A large network, made small: what it holds is what the site would have made of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.auth.models import Person
from app.config import Settings
from app.core import clock
from app.courses.editions import get_edition
from app.extensions import db
from app.progress.certificates import codes
from app.progress.models import (
    ActivityProgress,
    ActivityState,
    Certificate,
    Completion,
    Enrolment,
    EnrolmentState,
)
from app.progress.services import counted
from app.progress.tallies import queries as tally_queries
from app.quizzes.models import Attempt, Response
from app.site.bench_seed.shape import Shape, distinct, spread, uneven
from tests.factories import a_city

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SMALL = ("--cities", "6", "--courses", "6", "--people", "90", "--enrolments", "300", "--activities", "3000")


def run(app: Flask, *arguments: str) -> Result:
    with clock.at(NOW):
        return app.test_cli_runner().invoke(args=["bench", "seed", *arguments])


@pytest.fixture
def demonstration(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, demo=True))
    return app


@pytest.fixture
def network(demonstration: Flask) -> Iterator[Flask]:
    result = run(demonstration, *SMALL)
    assert result.exit_code == 0, result.output
    yield demonstration


def count(model: type, *conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def test_it_refuses_outside_a_demonstration(app: Flask) -> None:
    assert "DEMO=yes" in run(app, *SMALL).output
    assert count(Person) == 0


def test_it_fills_an_empty_database_only(demonstration: Flask) -> None:
    a_city()
    result = run(demonstration, *SMALL)
    assert result.exit_code != 0 and "something in the database" in result.output
    assert count(Person) == 0


def test_what_it_makes_is_consistent(network: Flask) -> None:
    """Every cached figure is what the site counts from the rows below it, and each completion has its certificate."""
    assert count(Enrolment) == 300
    assert abs(count(ActivityProgress) - 3000) < 60
    progress: dict[int, list[ActivityProgress]] = {}
    for row in db.session.scalars(sa.select(ActivityProgress)):
        progress.setdefault(row.enrolment_id, []).append(row)
    completions = {row.enrolment_id: row for row in db.session.scalars(sa.select(Completion))}
    certificates = {row.completion_id: row for row in db.session.scalars(sa.select(Certificate))}
    states = Counter[str]()
    for enrolment in db.session.scalars(sa.select(Enrolment)):
        rows = progress.pop(enrolment.id, [])
        found = counted(
            get_edition(enrolment.counted_edition_id),
            {row.activity_id: ActivityState(row.state) for row in rows},
            {row.activity_id: row.score for row in rows},
        )
        assert enrolment.states == {row.activity_id: row.state for row in rows}
        assert (enrolment.done, enrolment.total) == (found.standing.done, found.standing.total)
        assert enrolment.score == found.score
        assert found.standing.complete == (enrolment.state == EnrolmentState.COMPLETED) == (enrolment.id in completions)
        assert (enrolment.completed_at is not None) == (enrolment.id in completions)
        assert (enrolment.withdrawn_at is not None) == (enrolment.state == EnrolmentState.WITHDRAWN)
        moments = [enrolment.enrolled_at, *sorted(row.first_at for row in rows), enrolment.touched_at, NOW]
        assert moments == sorted(moments)
        states[enrolment.state] += 1
        if completion := completions.pop(enrolment.id, None):
            certificate = certificates.pop(completion.id)
            assert (completion.person_id, completion.city_id) == (enrolment.person_id, enrolment.city_id)
            assert completion.completed_at == enrolment.completed_at == certificate.issued_at
            assert codes.read(certificate.code) == certificate.code
            assert certificate.towers
    assert not progress and not completions and not certificates
    assert 0.3 < states[EnrolmentState.COMPLETED] / 300 < 0.5
    assert states[EnrolmentState.WITHDRAWN] and states[EnrolmentState.OPEN]
    assert count(Enrolment, Enrolment.state == EnrolmentState.OPEN, Enrolment.due_at < NOW)
    assert tally_queries.list_differences() == []
    assert tally_queries.list_wrong_learners() == []


def test_attempts_earned_what_progress_says(network: Flask) -> None:
    earned = (
        sa.select(Attempt.score, sa.func.avg(Response.fraction).label("mean"), ActivityProgress.score.label("kept"))
        .join(Response, Response.attempt_id == Attempt.id)
        .join(
            ActivityProgress,
            sa.and_(
                ActivityProgress.enrolment_id == Attempt.enrolment_id,
                ActivityProgress.activity_id == Attempt.activity_id,
            ),
        )
        .group_by(Attempt.id, Attempt.score, ActivityProgress.score)
    )
    rows = db.session.execute(earned).all()
    assert rows
    for row in rows:
        assert row.score == row.kept == pytest.approx(row.mean)


def test_every_reference_holds_and_ids_go_on(network: Flask) -> None:
    with db.engine.connect() as connection:
        for table in (Enrolment, ActivityProgress, Completion, Certificate):
            foreign = sa.inspect(connection).get_foreign_keys(table.__tablename__)
            assert {key["referred_table"] for key in foreign} >= {"person"}
            assert sa.inspect(connection).get_indexes(table.__tablename__)
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert a_city().id == 7


def test_who_is_in_it_can_sign_in(network: Flask) -> None:
    client = network.test_client()
    token = client.get("/sign-in").text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    form = {"email": "admin1@bench.example", "password": "bench-bench-bench", "csrf_token": token}
    assert client.post("/sign-in", data=form).status_code in (302, 303)
    assert client.get("/reports/completion").status_code == 200
    assert client.get("/learn").status_code == 200


def test_a_scale_keeps_how_many_enrolments_a_city_has_in_a_course() -> None:
    whole = Shape(1_000, 200, 200_000, 1_000_000, 10_000_000)
    tenth = whole.scaled(0.01)
    assert (tenth.people, tenth.enrolments, tenth.activities) == (2_000, 10_000, 100_000)
    assert tenth.enrolments / (tenth.cities * tenth.courses) == whole.enrolments / (whole.cities * whole.courses)


def test_shares_come_to_the_whole_and_favour_the_first() -> None:
    dice = random.Random(1)
    parts = spread(500, 100, 9, dice)
    assert sum(parts) == 500 and min(parts) >= 0 and max(parts) <= 9
    with pytest.raises(ValueError):
        spread(500, 100, 4, dice)
    weights = uneven(20, 0.8)
    drawn = Counter(place for _person in range(500) for place in distinct(weights, 4, dice))
    assert all(len(set(distinct(weights, 15, dice))) == 15 for _person in range(20))
    assert drawn[0] > 2 * drawn[19]
