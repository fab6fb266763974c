"""A trainer who brings questions in from files, and takes them out."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from app.auth.models import Person
from app.courses.models import Course
from app.extensions import db
from app.quizzes.models import Question, QuestionVersion
from app.quizzes.types import Content
from tests.factories import signed_in

CSV = (
    b"key,type,question,answer 1,answer 2,right,category,tags\r\n"
    b'who-first,single_choice,Who should be heard first?,The neighbours,The press,1,Streets,"safety, basics"\r\n'
    b"stripes,short_answer,Which crossing has stripes?,zebra*,,,,\r\n"
)


class Mover:
    """Sends files to one course as a browser does."""

    def __init__(self, client: FlaskClient, person: Person, course_id: int) -> None:
        self.client = signed_in(client, person)
        self.course_id = course_id
        self.address = f"/teach/courses/{course_id}/questions"
        page = self.client.get("/teach").text
        self.token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    def check(self, data: bytes, name: str = "questions.csv", **fields: str) -> Any:
        said = {"csrf_token": self.token, "format": "any", "language": "en", "category": "", "tags": "",
                "state": "ready", **fields}  # fmt: skip
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in said.items()
        ]
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        body = b"".join([*parts, head, b"Content-Type: application/octet-stream\r\n\r\n", data, b"\r\n--x--\r\n"])
        return self.client.post(f"{self.address}/import", data=body, content_type="multipart/form-data; boundary=x")

    def take(self, page: str, **fields: str) -> Any:
        """Press the button of a preview, with what it carries and what is chosen on it."""
        form = page.partition("/import/taking")[2].partition("</form>")[0]
        said = {}
        for tag in re.findall(r"<input [^>]*>", form):
            attributes = {k: unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', tag)}
            kind = attributes.get("type", "text")
            if kind == "hidden" or (kind == "radio" and " checked" in tag and attributes["name"].startswith("way-")):
                said[attributes["name"]] = attributes.get("value", "")
        return self.client.post(f"{self.address}/import/taking", data={"csrf_token": self.token, **said, **fields})

    def bring(self, data: bytes, name: str = "questions.csv", **fields: str) -> Any:
        looked = self.check(data, name, **fields)
        assert looked.status_code == 200
        return self.take(looked.text)


def bank_of(course: Course | int) -> dict[str, tuple[str, tuple[str, ...], list[tuple[int, str, Content]]]]:
    """Category, tags and versions (number, state, content) of a course's questions, by key."""
    db.session.rollback()
    course_id = course if isinstance(course, int) else course.id
    found = {}
    for row in db.session.scalars(sa.select(Question).where(Question.course_id == course_id)):
        versions = db.session.execute(
            sa.select(QuestionVersion.number, QuestionVersion.state, QuestionVersion.content)
            .where(QuestionVersion.question_id == row.id)
            .order_by(QuestionVersion.number)
        )
        found[row.key] = (row.category, tuple(row.tags), [(v.number, str(v.state), v.content) for v in versions])
    db.session.rollback()
    return found
