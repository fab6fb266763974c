"""Turns to write to a SQLite file, in a row.

Whom SQLite finds the file busy for, it lets ask again and again, ever less often: with many writing at once somebody
is passed over for seconds. So writers of all processes wait in a row for a lock beside the file, which the system
hands on the moment it is free, and takes from a process that dies. It only orders: SQLite's own lock still guards.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import suppress
from threading import Lock

PATIENCE = 30  # seconds, as for SQLite's own lock


class Turns:
    """The turns at one file: of the threads of this process, and then of processes."""

    def __init__(self, database: str) -> None:
        self.path = f"{database}-turn"
        self.threads = Lock()
        self.file = -1
        self.process = 0

    def wait(self) -> bool:
        """Wait for a turn; False where none came, so that whoever asked goes on without."""
        if not self.threads.acquire(timeout=PATIENCE):
            return False
        try:
            if self.process != os.getpid():  # a fork shares its parent's lock: each process opens the file itself
                self.file, self.process = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), os.getpid()
            fcntl.flock(self.file, fcntl.LOCK_EX)
        except OSError:
            self.threads.release()
            return False
        return True

    def hand_on(self) -> None:
        with suppress(OSError):
            fcntl.flock(self.file, fcntl.LOCK_UN)
        self.threads.release()


_turns: dict[str, Turns] = {}


class Connection(sqlite3.Connection):
    """A connection that waits for its turn before it writes, and hands it on when its transaction has ended."""

    turn: Turns | None = None

    def begin_writing(self, database: str) -> None:
        """Begin a transaction that may write, and wait until it can."""
        turns = _turns.setdefault(database, Turns(database))
        self.turn = turns if turns.wait() else None
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._hand_on()
            raise

    def commit(self) -> None:
        super().commit()
        self._hand_on()  # not where it failed: what follows then is a rollback

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._hand_on()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._hand_on()

    def _hand_on(self) -> None:
        turn, self.turn = self.turn, None
        if turn is not None:
            turn.hand_on()
