"""The request is the transaction: one commit point for pages, commands and jobs.

An unsafe request that ends under 400 commits once, after the view; everything else rolls back.
A GET never writes, and an attempt to is an error. On SQLite a writing transaction begins with
`BEGIN IMMEDIATE`, since there a read that turns into a write fails at once without waiting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, Response, request
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import ORMExecuteState, Session

from app.extensions import db

from . import turns

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

log = structlog.get_logger()

_writing: ContextVar[bool] = ContextVar("writing", default=False)


class ReadOnly(RuntimeError):
    """Something tried to write where only reading is allowed: a defect, never the person's fault."""


class TransactionOpen(RuntimeError):
    """Slow work was begun while a transaction was open: a defect."""


def init_app(app: Flask) -> None:
    """Tie the transaction to the request."""
    app.before_request(_open)
    app.after_request(_close)
    app.teardown_request(_forget)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """A writing transaction for commands and jobs: commits at the end, rolls back on any exception.

    Within another unit of work it joins that one.
    """
    if _writing.get():
        yield
        return
    if db.session().in_transaction():
        db.session.rollback()  # what was only read; a write must begin anew
    token = _writing.set(True)
    try:
        yield
        _commit()
    except BaseException:
        _roll_back()
        raise
    finally:
        _writing.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """A short read of its own within an unsafe request, closed at the end so that slow work can follow.

    Take plain values out of it: rows loaded here belong to no transaction afterwards. Where nothing can be written,
    or a transaction is already open, it changes nothing.
    """
    if not _writing.get() or db.session().in_transaction():
        yield
        return
    token = _writing.set(False)
    try:
        yield
    finally:
        db.session.close()
        _writing.reset(token)


@contextmanager
def outside_transaction(what: str) -> Iterator[None]:
    """Guard slow work (hashing, images, PDF, network): fails if a transaction is open."""
    if _writing.get() and db.session().in_transaction():
        raise TransactionOpen(f"{what} was begun while a writing transaction was open")
    yield


@contextmanager
def separate_write() -> Iterator[sa.Connection]:
    """A writing transaction on a connection of its own, whatever the session is doing."""
    token = _writing.set(True)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        _writing.reset(token)


def give_up() -> None:
    """End a request's transaction with nothing written, so that a page that says why may take its time."""
    _roll_back()
    _writing.set(False)


def after_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the present transaction has been committed; never if it is rolled back.

    The same callback twice is called once.

    What it raises is logged and no more: what was done is done, and the person is not to be told otherwise.
    """
    waiting: list[Callable[[], object]] = db.session().info.setdefault("after_commit", [])
    if callback not in waiting:
        waiting.append(callback)


def _open() -> None:
    _writing.set(request.method not in SAFE_METHODS)


def _close(response: Response) -> Response:
    if request.method not in SAFE_METHODS and response.status_code < 400:
        _commit()
    else:
        _roll_back()
    return response


def _forget(_error: BaseException | None) -> None:
    _writing.set(False)


def _commit() -> None:
    session = db.session()
    session.commit()
    for callback in session.info.pop("after_commit", []):
        try:
            callback()
        except Exception as error:
            log.error("after_commit", exc_info=error)


def _roll_back() -> None:
    session = db.session()
    session.info.pop("after_commit", None)
    session.rollback()


@event.listens_for(Engine, "connect")
def _configure_sqlite(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # transactions begin in `_begin` below
    # Patience first: asking for the journal may already have to wait for another process.
    for pragma in ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "connect")
def _configure_postgresql(connection: Any, _record: object) -> None:
    """Do without compiling: a statement over the whole network looks dear, and compiling takes far longer than it."""
    if isinstance(connection, sqlite3.Connection):
        return
    connection.execute("SET jit = off")
    connection.commit()  # else the setting would go with whatever is rolled back first


@event.listens_for(Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        assert raw is not None
        if _writing.get() and isinstance(raw, turns.Connection):
            raw.begin_writing(str(connection.engine.url.database))
        else:
            raw.execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


@event.listens_for(Session, "before_flush")
def _refuse_flush(session: Session, _context: object, _instances: object) -> None:
    if not _writing.get() and (session.new or session.dirty or session.deleted):
        raise ReadOnly("rows were changed outside a writing request or unit of work")


@event.listens_for(Session, "do_orm_execute")
def _refuse_write(state: ORMExecuteState) -> None:
    if not _writing.get() and (state.is_insert or state.is_update or state.is_delete):
        raise ReadOnly("a writing statement was sent outside a writing request or unit of work")
