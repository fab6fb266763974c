"""What every test stands on: a real application on a real database, fresh for each test.

`--database sqlite` (the default) or `--database postgresql`, then at the address in `TEST_POSTGRESQL_URL`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.orm import close_all_sessions

from app import create_app
from app.config import Settings, from_environment
from app.core import assets, fragments
from app.core.base import Base
from app.core.transactions import unit_of_work
from app.courses import editions
from app.extensions import db
from app.quizzes import queries as questions
from app.quizzes.questions import pictures

# What a test may take depends on the machine, and no test here is about it. What must pass before a change lands draws
# the same every time; on a desk each run looks further.
hypothesis.settings.register_profile("house", deadline=None, derandomize=os.environ.get("REQUIRE_ALL") == "yes")
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is the same on every database runs once: what asks for no data (`app` has some, `the_app` alone has not)
    and what is marked so."""
    if config.getoption("--database") == "sqlite":
        return
    here, not_here = [], []
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        asks = "app" in fixtures or ("settings" in fixtures and "the_app" not in fixtures)
        (here if asks and not item.get_closest_marker("once") else not_here).append(item)
    config.hook.pytest_deselected(items=not_here)
    items[:] = here


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a test run: a data folder of its own, and the database the run asks for."""
    folder = tmp_path_factory.mktemp("data")
    environment = {"DATA_DIR": str(folder), "SECRET_KEY": "only-for-tests", "BASE_URL": "http://localhost"}
    if request.config.getoption("--database") == "postgresql":
        environment["DATABASE_URL"] = _postgresql_for_this_worker()
    return replace(from_environment(environment), testing=True)


def _postgresql_for_this_worker() -> str:
    """A database of its own for each test process, made anew."""
    url = os.environ.get("TEST_POSTGRESQL_URL")
    if not url:
        pytest.exit("TEST_POSTGRESQL_URL must say where PostgreSQL is; `make test` starts one", returncode=3)
    name = f"academy_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def the_app(settings: Settings) -> Iterator[Flask]:
    """The application, once for the run, on a migrated database."""
    if not (assets.BUILT / "manifest.json").exists():
        assets.build()
    app = create_app(settings)
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    if settings.database_url.startswith("sqlite"):
        path = Path(sa.make_url(settings.database_url).database or "")
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(path, path.with_suffix(".empty"))
    yield app
    with app.app_context():
        close_all_sessions()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What this process keeps of things that never change: each test's database begins their ids anew."""
    editions.forget()
    questions.forget()
    pictures.forget()
    fragments.forget()


@pytest.fixture
def app(the_app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application with an empty database."""
    the_app.extensions.pop("enqueued", None)
    the_app.extensions["pace"].storage.reset()
    with the_app.app_context():
        if settings.database_url.startswith("sqlite"):
            _restore(Path(sa.make_url(settings.database_url).database or ""))
        yield the_app
        db.session.remove()
        if not settings.database_url.startswith("sqlite"):
            _empty()
        shutil.rmtree(settings.mail_folder, ignore_errors=True)
        for folder in settings.media_folder.iterdir():
            shutil.rmtree(folder)


def _restore(path: Path) -> None:
    db.engine.dispose()
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copy(path.with_suffix(".empty"), path)


PAGE = 8_192  # bytes: in the first page of a table, rows lie in the order in which they were written


def _empty() -> None:
    """No row in any table, and every sequence at its start.

    To truncate all tables takes ten times as long as to delete the few rows of a test, whose room though is taken
    again by others, in another order: once a table has grown past a page, all are truncated.
    """
    names = [f'"{table.name}"' for table in Base.metadata.sorted_tables]
    tables = ", ".join(names)
    largest = ", ".join(f"pg_relation_size('{name}')" for name in names)
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
    used = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    with db.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))  # who left a transaction open is told
        connection.execute(sa.text(f"LOCK TABLE {tables}"))
        if connection.scalar(sa.text(f"SELECT greatest({largest})")) > PAGE:
            connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
            return
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))  # foreign keys are not looked up
        for name in connection.scalars(sa.text(filled)).all():
            connection.execute(sa.text(f"DELETE FROM {name}"))
        connection.execute(sa.text(f"{used} FROM pg_sequences WHERE last_value IS NOT NULL"))


class Browser(FlaskClient):
    """A browser whose every request has a context of its own, as on a server, whatever the test holds open."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return app.test_client()


@pytest.fixture
def work(app: Flask) -> Iterator[None]:
    """A unit of work around the test's own writes; rolled back at the end."""
    with unit_of_work():
        yield


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SELECT, INSERT, UPDATE and DELETE statements sent since the list was last cleared."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().split(None, 1)[0].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            sent.append(statement)

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)
