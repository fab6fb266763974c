"""Writing millions of rows: by `executemany` on SQLite, by COPY on PostgreSQL, indexes and references afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa
from psycopg import sql

from app.core.base import Base
from app.extensions import db

AT_A_TIME = 5_000  # rows written together
DAY = 86_400

Row = tuple[Any, ...]


class Moments:
    """Seconds since 1970 as both databases hold a moment in UTC. Kept by the day, since most rows have two."""

    def __init__(self) -> None:
        self.zone = "+00" if db.engine.dialect.name == "postgresql" else ""
        self.days: dict[int, str] = {}
        self.times = [
            f" {hour:02}:{minute:02}:{second:02}.000000{self.zone}"
            for hour in range(24)
            for minute in range(60)
            for second in range(60)
        ]

    def __getitem__(self, moment: int) -> str:
        day, second = divmod(moment, DAY)
        if day not in self.days:
            self.days[day] = datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
        return self.days[day] + self.times[second]


class Writer:
    """Writes rows of one table. Columns that are not named get the model's own default.

    Values are as the database holds them: moments by `Moments`, documents as JSON.
    """

    def __init__(self, model: type[Base], *columns: str) -> None:
        table: Any = model.__table__
        defaults = {
            column.name: _stored(column)
            for column in table.columns
            if column.name not in columns and column.default is not None and not column.primary_key
        }
        self.table = table.name
        self.columns = (*columns, *defaults)
        self.constant = tuple(defaults.values())
        self.written = 0

    def write(self, rows: Iterable[Row]) -> None:
        """Write `rows`, some thousand at a time."""
        rows = iter(rows)
        while chunk := [row + self.constant for row in islice(rows, AT_A_TIME)]:
            self.written += len(chunk)
            connection = db.session.connection().connection
            if db.engine.dialect.name == "postgresql":
                self._copy(connection, chunk)
            else:
                self._insert(connection, chunk)

    def _insert(self, connection: Any, rows: list[Row]) -> None:
        names = ", ".join(f'"{name}"' for name in self.columns)
        marks = ", ".join("?" * len(self.columns))
        connection.executemany(f'INSERT INTO "{self.table}" ({names}) VALUES ({marks})', rows)

    def _copy(self, connection: Any, rows: list[Row]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        with connection.cursor() as cursor:
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.table), names)
            with cursor.copy(statement) as copy:
                copy.write("".join(map(_line, rows)))


def _line(row: Row) -> str:
    return "\t".join(["\\N" if value is None else _escaped(value) for value in row]) + "\n"


def _escaped(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t") if "\\" in value else value
    return str(value)


def _stored(column: sa.Column[Any]) -> Any:
    """The default of a column as the database holds it."""
    default: Any = column.default
    value = default.arg(None) if default.is_callable else default.arg
    if isinstance(column.type, sa.JSON) or isinstance(getattr(column.type, "impl", None), sa.JSON):
        return msgspec.json.encode(value).decode()
    return int(value) if isinstance(value, bool) else value


@contextmanager
def bare(tables: Iterable[str]) -> Iterator[None]:
    """Take indexes, triggers and references off `tables` for the block; they are made, and so checked, at its end."""
    names = list(tables)
    remade: list[str] = []
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        for name in names:
            remade += _strip(connection, name)
    else:
        found = connection.exec_driver_sql("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index'").all()
        for index, table, made_by in found:
            if table in names and made_by and "UNIQUE" not in made_by:
                connection.exec_driver_sql(f'DROP INDEX "{index}"')
                remade.append(made_by)
        found = connection.exec_driver_sql("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for trigger, table, made_by in found:
            if table in names:
                connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
                remade.append(made_by)
    yield
    for statement in remade:
        connection.exec_driver_sql(statement)


def _strip(connection: sa.Connection, table: str) -> list[str]:
    references = connection.execute(
        sa.text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = CAST(:table AS regclass) AND contype = 'f' ORDER BY conname"
        ),
        {"table": f'"{table}"'},
    ).all()
    indexes = connection.execute(
        sa.text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = :table"
            " AND indexdef NOT LIKE 'CREATE UNIQUE%' ORDER BY indexname"
        ),
        {"table": table},
    ).all()
    for name, _definition in references:
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    return [
        f'ALTER TABLE "{table}" ENABLE TRIGGER USER',
        *(definition for _name, definition in indexes),
        *(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}' for name, definition in references),
    ]


@contextmanager
def filling() -> Iterator[None]:
    """Ready the connection that the session will take for a load into an empty database, and put it back after.

    SQLite keeps a journal of what was there before, which is next to nothing, instead of writing every page twice.
    """
    if db.engine.dialect.name != "sqlite":
        yield
        return
    db.session.remove()
    db.engine.dispose()
    _tell("PRAGMA journal_mode=DELETE", "PRAGMA cache_size=-200000")
    try:
        yield
    finally:
        db.session.remove()
        db.engine.dispose()
        _tell("PRAGMA journal_mode=WAL")
        db.engine.dispose()


def _tell(*pragmas: str) -> None:
    with db.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        for pragma in pragmas:
            raw.execute(pragma)


def count_on() -> None:
    """Let PostgreSQL count on from the last id of each table."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        key = table.primary_key.columns
        if [column.name for column in key] == ["id"] and isinstance(key["id"].type, sa.Integer):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), max(id))"
                f' FROM "{table.name}" HAVING max(id) IS NOT NULL'
            )


def tidy() -> None:
    """Do at once what PostgreSQL does by itself after a while: learn how values are spread, and what all may see."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
