"""An answer that was acknowledged is there, whatever becomes of the server: a real one is killed while many save."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.config import ROOT, Settings
from app.core.transactions import unit_of_work
from app.courses import editions
from app.extensions import db
from app.progress import services as progress
from app.quizzes import queries, services
from app.quizzes.types import AcceptedAnswer, ShortAnswer
from tests.factories import a_course, a_person, an_answer, signed_in, text

CLIENTS = 32
SECONDS = 1.0  # of saving before the server is killed, and until everyone has saved once
PATIENCE = 30


@dataclass
class Window:
    """One person's browser in the middle of an attempt; `acknowledged` and `sent` count the saves of its answer."""

    port: int
    attempt: int
    cookie: str
    token: str = ""
    acknowledged: int = 0
    sent: int = 0

    def ask(self, connection: HTTPConnection, method: str, path: str, fields: dict[str, object] | None = None) -> bytes:
        headers = {"Cookie": f"academy={self.cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        headers["X-Requested-With"] = "fetch"
        connection.request(method, path, urlencode(fields or {}), headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise HTTPException(answer.status)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.partition("=")[2].partition(";")[0]
        return answer.read()

    def open(self) -> None:
        with closing(self._connection()) as connection:
            page = self.ask(connection, "GET", f"/attempts/{self.attempt}").decode()
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        self.token = found[1]

    def save_on(self) -> None:
        """Save one answer after the other until the server is gone; each tells which it is."""
        address = f"/attempts/{self.attempt}/responses"
        with closing(self._connection()) as connection, suppress(OSError, HTTPException):
            while True:
                given = an_answer(0, sequence=self.sent, text=f"answer {self.sent + 1}")
                fields = {"csrf_token": self.token, **given}
                self.sent += 1
                answer = json.loads(self.ask(connection, "POST", address, fields))
                assert answer["sequence"] == self.sent
                self.acknowledged = self.sent

    def _connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)


def windows(app: Flask, port: int) -> list[Window]:
    """Thirty-two people, each with an attempt open."""
    question = ShortAnswer(text("Which crossing?"), {"en": (AcceptedAnswer("zebra"),)}, "en")
    course = a_course("course", modules=1, lessons=0, questions=[question])
    assert course.edition_id
    edition = editions.get_edition(course.edition_id)
    opened = []
    for _person in range(CLIENTS):
        person = a_person()
        with unit_of_work():
            enrolment = progress.enrol(person=person, course_id=course.id)
            attempt = services.start_attempt(
                enrolment_id=enrolment.id, edition=edition, activity=edition.activities[0], language="en"
            )
            attempt_id = attempt.id
        cookie = signed_in(app.test_client(), person).get_cookie("academy")
        assert cookie
        opened.append(Window(port, attempt_id, cookie.value))
    return opened


@pytest.fixture
def serving(settings: Settings, tmp_path: Path) -> Callable[[int], subprocess.Popen[bytes]]:
    """Starts a real server on a port, with a database of its own in `tmp_path`."""

    def serve(port: int) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        environment = {
            **kept, "DATA_DIR": str(tmp_path), "SECRET_KEY": settings.secret_key, "PORT": str(port), "WEB_WORKERS": "2",
            "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
        log = (tmp_path / "server.log").open("ab")
        with log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    return process
            except OSError:
                time.sleep(0.05)
        kill(process)
        raise AssertionError((tmp_path / "server.log").read_text())

    return serve


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the server and its workers as a failing machine would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_acknowledged_answer_outlives_the_server(
    settings: Settings, tmp_path: Path, serving: Callable[[int], subprocess.Popen[bytes]]
) -> None:
    editions.forget()  # what other tests read of their databases
    queries.forget()
    path, port = tmp_path / "academy.sqlite", free_port()
    app = create_app(replace(settings, data=tmp_path, database_url=f"sqlite:///{path}"))
    with app.app_context():
        upgrade()
        opened = windows(app, port)
        db.session.remove()
        db.engine.dispose()
    process = serving(port)
    try:
        for window in opened:
            window.open()
        threads = [Thread(target=window.save_on) for window in opened]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not all(window.acknowledged for window in opened):
            time.sleep(0.05)
    finally:
        kill(process)
    for thread in threads:
        thread.join(PATIENCE)
    with sqlite3.connect(path) as connection:
        kept = dict(connection.execute("SELECT attempt_id, sequence FROM response"))
        words = dict(connection.execute("SELECT attempt_id, json_extract(answer, '$.text') FROM response"))
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    for window in opened:
        assert window.acknowledged >= 1
        assert window.acknowledged <= kept[window.attempt] <= window.sent
        assert words[window.attempt] == f"answer {kept[window.attempt]}"
    assert "locked" not in (tmp_path / "server.log").read_text()
