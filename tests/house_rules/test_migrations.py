"""Migrations lead to the models, up from nothing and down again, and lose no row on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.config import ROOT
from app.core.base import Base
from app.core.health import newest_migration
from app.extensions import db

from .scene import a_scene, count_rows, rows_by_table

# SQLAlchemy cannot read such an index back from SQLite; on PostgreSQL it is compared.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
]


@pytest.fixture
def database(app: Flask) -> Iterator[None]:
    """The test's database, at the newest migration again afterwards."""
    yield
    db.session.remove()
    upgrade()


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()][::-1]


def current() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def test_the_newest_migration_is_what_the_models_say(app: Flask) -> None:
    assert current() == newest_migration()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def tables_there() -> tuple[str, ...]:
    """The site's tables of today that the database has."""
    with db.engine.connect() as connection:
        return tuple(sorted({*sa.inspect(connection).get_table_names()} & {*Base.metadata.tables}))


def test_the_migrations_are_one_line_of_descent() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert len(scripts.get_heads()) == 1
    assert all(not script.is_merge_point for script in scripts.walk_revisions())


def test_the_scene_has_a_row_in_every_table(app: Flask) -> None:
    a_scene()
    assert [table for table, rows in rows_by_table().items() if not rows] == []


def test_down_and_up_again_by_each_step_keeps_every_row(database: None) -> None:
    a_scene()
    before = rows_by_table()
    db.session.remove()
    for revision in revisions()[-2::-1]:
        downgrade(revision=revision)
        below = count_rows(tables_there())
        assert below == {table: rows for table, rows in before.items() if table in below}, f"down to {revision}"
        upgrade()
        assert {table: rows for table, rows in rows_by_table().items() if table in below} == below


def test_down_to_nothing_and_up_again(database: None) -> None:
    a_scene()
    db.session.remove()
    downgrade(revision="base")
    with db.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert current() == newest_migration()
    a_scene()
    assert all(rows_by_table().values())


def test_whoever_enrols_while_tallies_are_first_counted_waits(database: None) -> None:
    if db.engine.dialect.name != "postgresql":
        return  # SQLite lets in one writer at a time
    db.session.remove()
    downgrade(revision="0004")
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        upgrade(revision="0005")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    locked = next(i for i, words in enumerate(said) if words.startswith("LOCK TABLE enrolment"))
    assert locked < next(i for i, words in enumerate(said) if "FROM enrolment" in words)


def test_rebuilding_every_table_in_a_batch_keeps_every_row(app: Flask, tmp_path: Path) -> None:
    """On SQLite a batch drops the old table, which with foreign keys on would take its children along.

    An index over an expression is not carried over: a migration that rebuilds `person_role` creates it again.
    """
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL alters in place
    a_scene()
    before = rows_by_table()
    db.session.remove()
    scripts = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9999_rebuild.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '9999', {newest_migration()!r}\n"
        "def upgrade():\n"
        f"    for table in {list(before)!r}:\n"
        "        with op.batch_alter_table(table, recreate='always'):\n"
        "            pass\n"
    )
    upgrade(directory=str(scripts))
    assert current() == "9999"
    assert rows_by_table() == before


def test_the_shell_migrates(app: Flask) -> None:
    shown = app.test_cli_runner().invoke(args=["db", "current"])
    assert shown.exit_code == 0, shown.output
