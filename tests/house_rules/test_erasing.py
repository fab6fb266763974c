"""Once somebody is erased, neither their name nor their address stands anywhere: in no table, on no page."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth import services
from app.auth.models import Person, PersonState, Role, SignIn
from app.core import audit, jobs, mail
from app.core.base import Base
from app.core.transactions import unit_of_work
from app.courses.models import CourseInvitation
from app.exchange.models import ImportReport, ImportState, PeopleImport, Refusal
from app.extensions import db
from app.messages.models import Notice
from tests.factories import a_person, signed_in

from .scene import BEFORE, Scene, a_scene
from .test_bad_input import QUESTIONS
from .test_routes import requests

WHO = ("practitioner", "trainer", "coordinator", "administrator")
# Where the design keeps what named a person, and why.
KEPT = {("certificate", "holder"): "the holder chose that certificates go on naming them"}


def _named_everywhere(scene: Scene, person: Person) -> None:
    """Everything that the site writes down by value of somebody, for themselves and for others."""
    said = {"by": person.name, "by_id": person.id}
    about = said | {"groups": [{"notices": [said | {"words": "\ue000 enrolled you."}]}]}
    other = scene.administrator if person.id != scene.administrator.id else scene.trainer
    with unit_of_work():
        for state in ("waiting", "sent", "failed"):
            mail.post(key=f"own:{state}", kind="confirm", recipient=person.email or "", language="en", name=person.name)
            mail.post(key=f"other:{state}", kind="digest", recipient="other@ghent.example", language="en", **about)
        db.session.add_all(
            [
                Notice(key="own", kind="enrolled", person_id=person.id, values=about, created_at=BEFORE),
                Notice(key="other", kind="enrolled", person_id=other.id, values=about, created_at=BEFORE),
                CourseInvitation(course_id=scene.course.id, email=person.email, invited_at=BEFORE),
                SignIn(person_id=person.id, created_at=BEFORE, last_used_at=BEFORE, device="Firefox"),
                PeopleImport(
                    person_id=other.id, state=ImportState.DONE, created_at=BEFORE, touched_at=BEFORE,
                    report=ImportReport(refused=1, refusals=(Refusal(2, "closed", person.email or ""),)),
                ),
            ]
        )  # fmt: skip
        audit.record("test", f"person:{person.id}", actor_id=other.id, email=person.email, name=person.name)


def _found(*words: str) -> set[tuple[str, str]]:
    """The columns, of all tables, that hold any of these words in whatever case."""
    found = set()
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.c:
                if isinstance(column.type, sa.Integer | sa.Float | sa.Boolean | sa.Date):
                    continue
                written = sa.func.lower(sa.cast(column, sa.Text))
                held = sa.or_(*(written.contains(word.lower(), autoescape=True) for word in words))
                if connection.scalar(sa.select(sa.func.count()).select_from(table).where(held)):
                    found.add((table.name, column.name))
    return found


def run_what_waits(app: Flask) -> None:
    """What erasing leaves to jobs."""
    for name, arguments in app.extensions["enqueued"]:
        if name in ("messages.forget", "exchange.forget_address"):
            jobs.run(name, arguments)


@pytest.mark.parametrize("keeps_name", [True, False])
@pytest.mark.parametrize("who", WHO)
def test_no_table_names_who_was_erased(app: Flask, who: str, keeps_name: bool) -> None:
    scene = a_scene()
    person: Person = getattr(scene, who)
    a_person("Another Administrator", roles=(Role.ADMINISTRATOR,))
    _named_everywhere(scene, person)
    words = (person.name, person.email or "")
    assert {("person", "name"), ("person", "email"), ("outbox", "recipient"), ("notice", "values")} <= _found(*words)
    with unit_of_work():
        services.erase(person_id=person.id, keeps_name=keeps_name, reason=f"{person.name} asked.", by=None)
    run_what_waits(app)
    certified = who == "practitioner" and keeps_name
    assert _found(*words) == (set(KEPT) if certified else set())


@pytest.mark.parametrize("reader", ["administrator", "trainer", "coordinator"])
def test_no_page_or_file_names_who_was_erased(app: Flask, reader: str) -> None:
    """Every route that can be read, as each who may see people, before and after."""
    scene = a_scene()
    a_person("Another Administrator", roles=(Role.ADMINISTRATOR,))
    gone = [getattr(scene, who) for who in WHO if who != reader]
    words = [word for person in gone for word in (person.name, person.email or "")]
    by_reader = signed_in(app.test_client(), getattr(scene, reader))

    pages = [
        (address, asked)
        for rule, method, address in list(requests(app, scene))
        if method == "GET" and rule.endpoint not in ("static", "people_import.sample")  # whose people are invented
        for asked in [{}, *([QUESTIONS[rule.endpoint]] if rule.endpoint in QUESTIONS else [])]
    ]

    def read(address: str, asked: dict[str, str]) -> bytes:
        answer = by_reader.get(address, query_string=asked)
        assert answer.status_code < 500, address
        return answer.data if answer.status_code == 200 else b""

    def naming() -> set[str]:
        return {address for address, said in shown if any(word.encode() in said for word in words)}

    shown = [(address, said) for address, asked in pages if (said := read(address, asked))]
    before = naming()
    assert len(before) >= {"administrator": 12, "trainer": 3, "coordinator": 5}[reader], before
    with unit_of_work():
        for person in gone:
            services.erase(person_id=person.id, keeps_name=False, reason="Asked.", by=None)
    run_what_waits(app)
    opened = {address for address, _said in shown}
    shown = [(address, read(address, asked)) for address, asked in pages if address in opened]
    assert naming() == set()
    assert db.session.scalar(sa.select(sa.func.count()).where(Person.state == PersonState.ERASED)) == len(gone)


def test_reports_go_on_counting_what_was_completed(app: Flask) -> None:
    scene = a_scene()
    reading = signed_in(app.test_client(), scene.administrator)

    def figures() -> str:
        return re.sub(r"<[^>]*>", " ", reading.get("/reports/completion?period=all").text.partition("<main")[2])

    before = figures()
    with unit_of_work():
        services.erase(person_id=scene.practitioner.id, keeps_name=False, reason="Asked.", by=None)
    assert figures() == before
    listed = reading.get("/reports/people?period=all").text
    assert "(erased)" in listed and f"/reports/people/{scene.practitioner.id}" not in listed
