"""A text that was acknowledged is there, whatever becomes of the server: one is killed while two trainers type."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

from flask_migrate import upgrade

from app import create_app
from app.auth.models import Role
from app.config import Settings
from app.courses import editions
from app.extensions import db
from tests.factories import a_draft, a_person, signed_in
from tests.quizzes.test_survives import PATIENCE, free_port, kill, serving  # noqa: F401

SECONDS = 1.0  # of typing before the server is killed, and until each of both has saved


@dataclass
class Trainer:
    """One trainer's browser in the lesson; on a conflict, mine is saved over theirs, which stays in the history."""

    name: str
    port: int
    course: int
    lesson: int
    cookie: str
    acknowledged: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"/teach/courses/{self.course}/lessons/{self.lesson}"

    def ask(self, connection: HTTPConnection, method: str, path: str, fields: dict[str, object]) -> tuple[int, bytes]:
        headers = {"Cookie": f"academy={self.cookie}", "X-Requested-With": "fetch"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(fields), headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.partition("=")[2].partition(";")[0]
        if answer.status not in (200, 409):
            raise HTTPException(answer.status)
        return answer.status, answer.read()

    def type_on(self) -> None:
        """Save one text after the other until the server is gone; each says whose it is and which."""
        opened = closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE))
        with opened as connection, suppress(OSError, HTTPException):
            _status, page = self.ask(connection, "GET", f"{self.address}/text", {})
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.decode())
            assert found
            fields: dict[str, object] = {"csrf_token": found[1], "version": 1, "choice": ""}
            for number in range(1_000_000):
                words = f"{self.name} {number}."
                while True:
                    fields["html"] = f"<p>{words}</p>"
                    status, said = self.ask(connection, "POST", f"{self.address}/bodies/en", fields)
                    fields["version"] = json.loads(said)["version"]
                    if status == 200:
                        break
                    fields["choice"] = "mine"
                fields["choice"] = ""
                self.acknowledged.append(words)


def test_every_acknowledged_text_outlives_the_server(
    settings: Settings,
    tmp_path: Path,
    serving: Callable[[int], subprocess.Popen[bytes]],  # noqa: F811
) -> None:
    editions.forget()  # what other tests read of their databases
    path, port = tmp_path / "academy.sqlite", free_port()
    app = create_app(replace(settings, data=tmp_path, database_url=f"sqlite:///{path}"))
    with app.app_context():
        upgrade()
        course = a_draft(modules=1, lessons=1)
        lesson = course.modules[0].activities[0].id
        trainers = []
        for name in ("Amal", "Jonas"):
            person = a_person(name, roles=(Role.ADMINISTRATOR,))
            cookie = signed_in(app.test_client(), person).get_cookie("academy")
            assert cookie
            trainers.append(Trainer(name, port, course.id, lesson, cookie.value))
        db.session.remove()
        db.engine.dispose()
    process = serving(port)
    try:
        threads = [Thread(target=trainer.type_on) for trainer in trainers]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not all(trainer.acknowledged for trainer in trainers):
            time.sleep(0.05)
    finally:
        kill(process)
    for thread in threads:
        thread.join(PATIENCE)
    with sqlite3.connect(path) as connection:
        present = connection.execute("SELECT html FROM lesson_body").fetchone()[0]
        kept = {html for (html,) in connection.execute("SELECT body FROM content")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    for trainer in trainers:
        assert trainer.acknowledged
        # The last acknowledged is the text, or a version of it that the other, or one's own next, took the place of.
        last = f"<p>{trainer.acknowledged[-1]}</p>"
        following = f"<p>{trainer.name} {len(trainer.acknowledged)}.</p>"
        assert last in kept | {present} or following in kept | {present}
    assert "locked" not in (tmp_path / "server.log").read_text()
