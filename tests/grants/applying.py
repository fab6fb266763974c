"""A city that applies: its people, an open call with questions, and what they send."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants.applications.reading import mark_of
from app.grants.calls.questionnaire import Answer, Choice, Question, QuestionKind, Questionnaire
from app.grants.models import Application, ApplicationAnswer, GrantCall
from app.grants.rules import Completed
from app.network.models import City
from tests.factories import a_city, a_course, a_person, signed_in, text
from tests.grants.factories import DAY, NOW, a_call, a_completion

SCRIPT = {"X-Requested-With": "fetch"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
QUESTIONS = (
    Question("plan", QuestionKind.TEXT, text("What will you do?"), help=text("Say it to a neighbour."), words=100),
    Question(
        "reach",
        QuestionKind.CHOICE,
        text("Whom do you reach?"),
        choices=(Choice("schools", text("Schools")), Choice("parents", text("Parents"))),
    ),
    Question("sum", QuestionKind.AMOUNT, text("How much do you ask for?"), least=1000, most=40000),
    Question("budget", QuestionKind.BUDGET, text("What does it cost?"), most=40000),
    Question("papers", QuestionKind.FILES, text("Letters of support"), files=2),
    Question("more", QuestionKind.TEXT, text("Anything else?"), required=False),
)


@dataclass(frozen=True)
class Town:
    """Sfax and its people: Amina coordinates it, Hedi is eligible, Nadia is not; `call` is open."""

    app: Flask
    city: City
    call: GrantCall
    course: Course
    amina: Person
    hedi: Person
    nadia: Person

    @property
    def address(self) -> str:
        return f"/grants/{self.call.slug}/application/{self.city.id}"

    def browser(self, person: Person) -> FlaskClient:
        return signed_in(self.app.test_client(), person)

    def begun(self, person: Person | None = None) -> FlaskClient:
        """The browser of somebody (Amina) who has begun the application."""
        client = self.browser(person or self.amina)
        answer = client.post(f"/grants/{self.call.slug}/application", data={"city": self.city.id})
        assert answer.status_code == 303, answer.status
        return client


def a_town(
    app: Flask, *, at: datetime = NOW, closes_at: datetime = datetime(2027, 1, 31, 17, 0, tzinfo=UTC), **values: Any
) -> Town:
    """The city as of `at`; the call opened before."""
    city, course = a_city("Sfax", country="TN"), a_course("prevention")
    amina = a_person("Amina Trabelsi", city=city, roles=(Role.COORDINATOR,))
    hedi, nadia = a_person("Hedi Jaziri", city=city), a_person("Nadia Ben Amor", city=city)
    a_completion(hedi, course, at=at - 3 * DAY)
    call = a_call(Completed(course.id), slug="local", closes_at=closes_at, **values)
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id)
        row.questionnaire = Questionnaire(QUESTIONS)
        row.currency = "EUR"
    return Town(app, city, call, course, amina, hedi, nadia)


def stands(key: str) -> ApplicationAnswer | None:
    """The row of an answer, as the database has it."""
    db.session.rollback()
    return db.session.scalar(
        sa.select(ApplicationAnswer).where(ApplicationAnswer.key == key).execution_options(populate_existing=True)
    )


def application() -> Application:
    db.session.rollback()
    return db.session.scalars(sa.select(Application).execution_options(populate_existing=True)).one()


def typed(key: str, *, version: int = 0, seen: Answer = None, **fields: Any) -> dict[str, Any]:
    """The fields of one answer, as the page sends them: made from `version`, when `seen` stood there."""
    sent = {f"{key}.{name}": value for name, value in fields.items()}
    return {f"{key}.version": version, f"{key}.seen": mark_of(seen), **sent}


def everything() -> dict[str, Any]:
    """All that is asked, answered as it should be, but for the file."""
    return {
        **typed("plan", text="We open the school in the evening."),
        **typed("reach", choice="schools"),
        **typed("sum", amount="12,000"),
        **typed("budget", item=["Staff", "Light"], cost=["10,000", "2 000"]),
    }


def a_file(name: str = "letter.pdf", content: bytes = PDF) -> dict[str, Any]:
    """The fields of adding a file."""
    return {"go": "file:papers", "papers.file": (io.BytesIO(content), name)}


def parts(fields: dict[str, Any]) -> dict[str, Any]:
    """A large form in parts, as bytes: what the test client would keep in a file, it never closes."""
    body = b""
    for name, value in fields.items():
        stream, filename = value if isinstance(value, tuple) else (None, "")
        said = f'form-data; name="{name}"' + (f'; filename="{filename}"' if stream else "")
        content = stream.read() if stream else str(value).encode()
        body += f"--edge\r\nContent-Disposition: {said}\r\n\r\n".encode() + content + b"\r\n"
    return {"data": body + b"--edge--\r\n", "content_type": "multipart/form-data; boundary=edge"}


def answered(town: Town, client: FlaskClient) -> None:
    """Everything is answered, the file too."""
    assert client.post(town.address, data=everything()).status_code == 303
    assert client.post(town.address, data=a_file(), content_type="multipart/form-data").status_code == 303
