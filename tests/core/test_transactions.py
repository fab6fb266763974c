"""The request is the transaction: what commits, what rolls back, what may not happen at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, abort, redirect
from flask.testing import FlaskClient

from app.core import clock
from app.core.errors import DomainError
from app.core.models import AuditEvent
from app.core.transactions import (
    ReadOnly,
    TransactionOpen,
    after_commit,
    give_up,
    outside_transaction,
    reading,
    separate_write,
    unit_of_work,
)
from app.extensions import db

Answer = Callable[[Callable[[], Any]], FlaskClient]


def write(action: str = "tested") -> None:
    """Add one row to the audit log."""
    db.session.add(AuditEvent(at=clock.now(), actor_id=None, action=action, subject="test:1", details={}))
    db.session.flush()


def written() -> list[str]:
    """The actions that are in the database, as anyone else would see them."""

    def read(engine: sa.Engine) -> list[str]:
        with engine.connect() as connection:
            return list(connection.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(read, db.engine).result()


@pytest.fixture
def answering(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answer]:
    """`answering(view)`: a browser of a site whose GET and POST of two pages call `view`."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)

    def with_view(view: Callable[[], Any]) -> FlaskClient:
        for endpoint in ("site.accessibility", "site.choose_language"):
            permission = app.view_functions[endpoint].permission  # type: ignore[attr-defined]

            def asked(permission: Any = permission) -> Any:
                return view()

            asked.permission = permission  # type: ignore[attr-defined]
            monkeypatch.setitem(app.view_functions, endpoint, asked)
        return client

    yield with_view


GET, POST = "/accessibility", "/language"


def test_an_unsafe_request_commits_once_after_the_view(answering: Answer) -> None:
    def view() -> str:
        write("first")
        assert written() == []
        write("second")
        return "done"

    assert answering(view).post(POST).status_code == 200
    assert written() == ["first", "second"]


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: ("no", 400),
        lambda: abort(404),
        lambda: (_ for _ in ()).throw(DomainError("That is closed.")),
        lambda: (_ for _ in ()).throw(RuntimeError("nobody foresaw this")),
    ],
)
def test_a_refused_request_keeps_nothing(answering: Answer, refuse: Callable[[], Any]) -> None:
    def view() -> Any:
        write()
        return refuse()

    assert answering(view).post(POST).status_code >= 400
    assert written() == []


def test_a_redirect_after_post_commits(answering: Answer) -> None:
    def view() -> Any:
        write()
        return redirect("/")

    assert answering(view).post(POST).status_code == 302
    assert written() == ["tested"]


def test_a_get_cannot_write(answering: Answer) -> None:
    caught = []

    def view() -> str:
        with pytest.raises(ReadOnly) as row:
            write()
        db.session.rollback()
        with pytest.raises(ReadOnly):
            db.session.execute(sa.delete(AuditEvent))
        caught.append(row)
        return "read"

    assert answering(view).get(GET).status_code == 200
    assert caught and written() == []


def test_what_waits_for_the_commit_runs_after_it_and_never_without(answering: Answer) -> None:
    seen: list[list[str]] = []
    statuses = iter([200, 400])

    def view() -> Any:
        write()
        after_commit(lambda: seen.append(written()))
        return "said", next(statuses)

    client = answering(view)
    client.post(POST)
    client.post(POST)
    assert seen == [["tested"]]


def test_a_unit_of_work_commits_at_its_end_and_joins_the_one_it_is_in(app: Flask) -> None:
    with unit_of_work():
        write("outer")
        with unit_of_work():
            write("inner")
        assert written() == []
    assert written() == ["outer", "inner"]
    with pytest.raises(RuntimeError), unit_of_work():
        write("lost")
        raise RuntimeError
    assert written() == ["outer", "inner"]


def test_slow_work_may_not_hold_a_writing_transaction(app: Flask) -> None:
    with unit_of_work():
        with outside_transaction("hashing"):
            pass
        with reading():
            assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0
        with outside_transaction("hashing"):
            pass
        write()
        with pytest.raises(TransactionOpen), outside_transaction("hashing"):
            pass


def test_a_separate_write_stands_whatever_becomes_of_the_request(answering: Answer) -> None:
    def view() -> Any:
        with separate_write() as connection:
            connection.execute(
                sa.insert(AuditEvent).values(at=clock.now(), action="read", subject="person:1", details={})
            )
        return "no", 500

    assert answering(view).get(GET).status_code == 500
    assert written() == ["read"]


def test_a_request_that_gives_up_writes_nothing_and_may_then_be_slow(answering: Answer) -> None:
    def view() -> tuple[str, int]:
        write()
        give_up()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0
        with outside_transaction("slow work"):
            pass
        with pytest.raises(ReadOnly):
            write()
        db.session.rollback()
        return "why not", 200

    assert answering(view).post(POST).status_code == 200
    assert written() == []
