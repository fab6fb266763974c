"""What quizzes bear, for `make bench`: many saving and many starting at once, and statistics of many attempts.

    python -m bench.quizzes sqlite
    scripts/postgres python -m bench.quizzes postgresql

prints the figures as JSON. A real server answers on a database of its own that is safe from a power cut; the clients
are threads of this process, and so share the machine with it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import msgspec
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.auth.models import Person
from app.config import from_environment
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.editions import PublishedEdition, get_edition
from app.extensions import db
from app.progress import services as progress
from app.progress.models import Enrolment
from app.quizzes import services
from app.quizzes.models import Attempt, AttemptSlot, Response
from app.quizzes.settings import QuizSettings
from app.quizzes.statistics import queries as statistics_queries
from app.quizzes.statistics.queries import Chosen
from app.quizzes.types import SingleChoiceAnswer
from tests.factories import a_choice_question, a_course, a_person, signed_in

from .bench import serving

QUESTIONS = 10
SAVING = 32  # practitioners at once
SAVING_SECONDS = 10.0
STARTING = 1_000  # practitioners who start the same quiz
AT_ONCE = 100  # of their requests on their way at a time
ATTEMPTS = 100_000
AT_A_TIME = 2_000  # rows written together
PREFIX = "q{}-"  # of the fields of a question, by its slot


@dataclass
class Practitioner:
    """One person's browser; `attempt` is open where it saves. `took` are seconds until each answer was acknowledged."""

    cookie: str
    attempt: int = 0
    token: str = ""
    took: list[float] = field(default_factory=list)

    def ask(
        self, connection: HTTPConnection, method: str, path: str, fields: dict[str, object] | None = None
    ) -> tuple[int, str, bytes]:
        """Status, where it leads, and what it says."""
        headers = {
            "Cookie": f"academy={self.cookie}", "Content-Type": "application/x-www-form-urlencoded",
            "X-Requested-With": "fetch",
        }  # fmt: skip
        connection.request(method, path, urlencode(fields or {}), headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.partition("=")[2].partition(";")[0]
        return answer.status, answer.headers.get("Location", ""), answer.read()

    def open(self, connection: HTTPConnection, path: str) -> None:
        """Look at a page, and remember its token."""
        status, _where, page = self.ask(connection, "GET", path)
        found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
        assert status == 200 and found, f"{path} answered {status}"
        self.token = found[1].decode()

    def save(self, connection: HTTPConnection, until: float) -> None:
        """Give one answer after the other."""
        sequences = [0] * QUESTIONS
        saved = 0
        while time.perf_counter() < until:
            slot, choice = saved % QUESTIONS, "abc"[saved % 3]
            fields = {
                "csrf_token": self.token, "slot": slot, f"{PREFIX.format(slot)}sequence": sequences[slot],
                f"{PREFIX.format(slot)}choice": choice,
            }  # fmt: skip
            began = time.perf_counter()
            status, _where, said = self.ask(connection, "POST", f"/attempts/{self.attempt}/responses", fields)
            self.took.append(time.perf_counter() - began)
            assert status == 200, f"a save was answered {status}: {said[:300]!r}"
            sequences[slot] = json.loads(said)["sequence"]
            saved += 1


def measure(database: str) -> dict[str, float]:
    """The figures of one database, `sqlite` or `postgresql`."""
    with tempfile.TemporaryDirectory(prefix="academy-bench.") as folder:
        environment = _environment(Path(folder), database)
        app = create_app(from_environment(environment))
        with app.app_context():
            upgrade()
            quiz = Quizzed.make(app)
            figures = {**quiz.saving(environment, database)}
            if database == "sqlite":
                figures |= {**quiz.starting(environment), **quiz.looking_back()}
            db.session.remove()
            db.engine.dispose()
    return figures


@dataclass
class Quizzed:
    """A published course that is one quiz of ten questions."""

    app: Flask
    course_id: int
    edition: PublishedEdition

    @classmethod
    def make(cls, app: Flask) -> Quizzed:
        questions = [a_choice_question(f"Question {n}?") for n in range(1, QUESTIONS + 1)]
        course = a_course("quiz", modules=1, lessons=0, questions=list(questions), quiz=QuizSettings(attempts=None))
        assert course.edition_id
        return cls(app, course.id, get_edition(course.edition_id))

    def people(self, count: int) -> Iterator[tuple[Practitioner, int]]:
        """Practitioners who are enrolled and signed in, each with the id of the enrolment."""
        for _person in range(count):
            person = a_person()
            with unit_of_work():
                enrolment_id = progress.enrol(person=person, course_id=self.course_id).id
            cookie = signed_in(self.app.test_client(), person).get_cookie("academy")
            assert cookie
            yield Practitioner(cookie.value), enrolment_id

    def saving(self, environment: dict[str, str], database: str) -> dict[str, float]:
        """How many answers a second are acknowledged, and how long the slowest in a hundred takes."""
        people = []
        for practitioner, enrolment_id in self.people(SAVING):
            with unit_of_work():
                practitioner.attempt = services.start_attempt(
                    enrolment_id=enrolment_id, edition=self.edition, activity=self.edition.by_key["test"], language="en"
                ).id
            people.append(practitioner)
        db.session.remove()
        figures = {} if database != "sqlite" else {"quiz_save_statements": self.statements(people[0])}
        with serving("wsgi:app", environment) as site:
            ready = Barrier(SAVING)

            def save(practitioner: Practitioner) -> None:
                with connected(site) as connection:
                    practitioner.open(connection, f"/attempts/{practitioner.attempt}")
                    ready.wait(60)
                    practitioner.save(connection, time.perf_counter() + SAVING_SECONDS)

            _all_at_once(save, people, SAVING)
        took = [seconds for practitioner in people for seconds in practitioner.took]
        return {
            **figures,
            f"quiz_saves_per_second_{database}": round(len(took) / SAVING_SECONDS),
            f"quiz_save_p99_ms_{database}": round(quantiles(took, n=100)[98] * 1000),
        }

    def statements(self, practitioner: Practitioner) -> int:
        """How many statements a save sends, within this process."""
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement, re.IGNORECASE):
                sent.append(statement)

        engine = db.engine
        client = self.app.test_client()
        client.set_cookie("academy", practitioner.cookie)
        page = client.get(f"/attempts/{practitioner.attempt}").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        slot = QUESTIONS - 1
        named = PREFIX.format(slot)
        fields = {"csrf_token": token[1], "slot": slot, f"{named}sequence": 0, f"{named}choice": "a"}
        address, headers = f"/attempts/{practitioner.attempt}/responses", {"X-Requested-With": "fetch"}
        assert client.post(address, data=fields, headers=headers).status_code == 200
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            answer = client.post(address, data={**fields, f"{named}sequence": 1}, headers=headers)
            assert answer.status_code == 200 and answer.json and answer.json["sequence"] == 2
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
        practitioner.cookie = client.get_cookie("academy").value  # type: ignore[union-attr]
        with unit_of_work():  # as before, for who saves next
            db.session.execute(
                sa.update(Response).where(Response.attempt_id == practitioner.attempt).values(sequence=0)
            )
        return len(sent)

    def starting(self, environment: dict[str, str]) -> dict[str, float]:
        """How long it takes until a thousand have started. Raises where one is refused."""
        people = [practitioner for practitioner, _enrolment in self.people(STARTING)]
        db.session.remove()
        quiz = self.edition.by_key["test"].id
        with serving("wsgi:app", environment) as site:

            def look(practitioner: Practitioner) -> None:
                with connected(site) as connection:
                    practitioner.open(connection, "/learn/quiz/test")

            def start(practitioner: Practitioner) -> None:
                with connected(site) as connection:
                    status, where, said = practitioner.ask(
                        connection, "POST", "/learn/quiz/test/attempts", {"csrf_token": practitioner.token}
                    )
                assert status == 303 and "/attempts/" in where, f"a start was answered {status}: {said[:300]!r}"

            before = _count_attempts(quiz)
            _all_at_once(look, people, 16)
            began = time.perf_counter()
            _all_at_once(start, people, AT_ONCE)
            took = time.perf_counter() - began
        assert _count_attempts(quiz) - before == STARTING
        return {"quiz_start_1000_seconds": round(took, 2)}

    def looking_back(self) -> dict[str, float]:
        """How long the statistics of a hundred thousand attempts take: of the quiz, and every answer to every item."""
        self.fill()
        chosen = Chosen(self.edition.by_key["test"].id)
        began = time.perf_counter()
        computed = statistics_queries.compute(chosen)
        answers = statistics_queries.list_answers(chosen, computed.items, computed.totals)
        took = time.perf_counter() - began
        assert computed.figures.attempts >= ATTEMPTS and len(answers) == QUESTIONS
        return {"quiz_statistics_100k_seconds": round(took, 2)}

    def fill(self) -> None:
        """A hundred thousand submitted attempts, each of an enrolment of its own: rows as SQLite holds them."""
        activity = self.edition.by_key["test"]
        slots = services.data_of(activity).slots
        shown = msgspec.json.encode([AttemptSlot(s.version_id, s.marks, ("a", "b", "c"), 1) for s in slots]).decode()
        given = [msgspec.json.encode(SingleChoiceAnswer(choice)).decode() for choice in "abca"]
        now = clock.now().replace(tzinfo=None).isoformat(" ")
        with unit_of_work():
            connection = db.session.connection()
            person, enrolment, attempt = (
                connection.scalar(sa.select(sa.func.max(table.id))) or 0 for table in (Person, Enrolment, Attempt)
            )
            write = connection.exec_driver_sql
            for first in range(1, ATTEMPTS + 1, AT_A_TIME):
                people, enrolments, attempts, responses = [], [], [], []
                for n in range(first, first + AT_A_TIME):
                    answers = [(n * (place + 3) + n // (place + 1)) % 4 for place in range(len(slots))]
                    right = sum(answer in (0, 3) for answer in answers)
                    people.append((person + n, f"many{n}@city.example", now))
                    enrolments.append((enrolment + n, person + n, self.course_id, now, now, self.edition.id))
                    attempts.append(
                        (attempt + n, enrolment + n, activity.id, self.edition.id, now, now, right / len(slots), shown)
                    )
                    responses += [
                        (attempt + n, place, slot.version_id, slot.marks, given[answer], now, float(answer in (0, 3)))
                        for place, (slot, answer) in enumerate(zip(slots, answers, strict=True))
                    ]
                write(_PERSON, people)
                write(_ENROLMENT, enrolments)
                write(_ATTEMPT, attempts)
                write(_RESPONSE, responses)


_PERSON = """INSERT INTO person (id, email, name, language, time_zone, password_hash, state, created_at)
VALUES (?, ?, 'Amina Trabelsi', 'en', 'UTC', '', 'active', ?)"""
_ENROLMENT = """INSERT INTO enrolment (id, person_id, course_id, language, cycle, state, done, total, states,
enrolled_at, touched_at, counted_edition_id, version_id) VALUES (?, ?, ?, 'en', 1, 'open', 0, 1, '{}', ?, ?, ?, 1)"""
_ATTEMPT = """INSERT INTO attempt (id, enrolment_id, cycle, activity_id, number, edition_id, language, state,
started_at, finished_at, score, slots) VALUES (?, ?, 1, ?, 1, ?, 'en', 'submitted', ?, ?, ?, ?)"""
_RESPONSE = """INSERT INTO response (attempt_id, slot, version_id, marks, answer, sequence, flagged, tries, locked,
saved_at, fraction, feedback, waits) VALUES (?, ?, ?, ?, ?, 1, 0, '[]', 0, ?, ?, '[]', 0)"""


def _count_attempts(activity_id: int) -> int:
    count = db.session.scalar(sa.select(sa.func.count()).where(Attempt.activity_id == activity_id))
    db.session.rollback()
    return count or 0


def _all_at_once(do: Callable[[Practitioner], None], people: list[Practitioner], threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(do, people))  # raises what one of them raised


@contextmanager
def connected(site: str) -> Iterator[HTTPConnection]:
    address = urlsplit(site)
    with closing(HTTPConnection(address.hostname or "", address.port, timeout=60)) as connection:
        yield connection


def _environment(data: Path, database: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, "DATA_DIR": str(data), "SECRET_KEY": "only-for-the-bench", "LOG_LEVEL": "ERROR"}
    if database == "postgresql":
        environment["DATABASE_URL"] = os.environ["TEST_POSTGRESQL_URL"]
    return environment


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
