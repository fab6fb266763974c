"""Who writes to a SQLite file waits in a row, and nobody keeps a turn that is over."""

from __future__ import annotations

import fcntl
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from app.core import turns
from app.core.turns import Connection


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "some.sqlite")


@pytest.fixture
def connect(path: str) -> Iterator[list[Connection]]:
    made = []
    for _ in range(3):
        made.append(sqlite3.connect(path, factory=Connection, isolation_level=None, check_same_thread=False))
    made[0].execute("CREATE TABLE said (who INTEGER)")
    yield made
    for one in made:
        one.close()


def is_free(path: str) -> bool:
    with open(f"{path}-turn", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_turn_ends_with_its_transaction_however_that_ends(connect: list[Connection], path: str, end: str) -> None:
    connect[0].begin_writing(path)
    assert not is_free(path)
    connect[0].execute("INSERT INTO said VALUES (1)")
    getattr(connect[0], end)()
    assert is_free(path)
    connect[1].begin_writing(path)
    assert connect[1].execute("SELECT count(*) FROM said").fetchone() == (int(end == "commit"),)
    connect[1].rollback()


def test_a_turn_that_cannot_be_used_is_handed_on(connect: list[Connection], path: str) -> None:
    connect[0].execute("BEGIN")  # a transaction in a transaction is an error
    with pytest.raises(sqlite3.OperationalError):
        connect[0].begin_writing(path)
    assert is_free(path)


def test_nobody_writes_before_their_turn(connect: list[Connection], path: str) -> None:
    connect[0].begin_writing(path)
    order: list[int] = []

    def write(number: int) -> None:
        connect[number].begin_writing(path)
        order.append(number)
        connect[number].commit()

    others = [Thread(target=write, args=(number,)) for number in (1, 2)]
    for other in others:
        other.start()
    for other in others:
        other.join(0.2)
    assert order == []
    connect[0].commit()
    for other in others:
        other.join(10)
    assert sorted(order) == [1, 2]


def test_a_process_that_is_killed_keeps_no_turn(connect: list[Connection], path: str) -> None:
    code = (
        "import sqlite3, sys, time; from app.core.turns import Connection; path = sys.argv[1]\n"
        "one = sqlite3.connect(path, factory=Connection, isolation_level=None); one.begin_writing(path)\n"
        "print('mine', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"mine\n"
        assert not is_free(path)
        process.kill()
    connect[0].begin_writing(path)
    connect[0].commit()


def test_without_a_turn_in_time_sqlites_own_lock_decides(
    connect: list[Connection], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    connect[0].begin_writing(path)
    connect[1].execute("PRAGMA busy_timeout=50")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        connect[1].begin_writing(path)
    connect[0].commit()
    connect[1].begin_writing(path)
    connect[1].commit()
    assert is_free(path)
