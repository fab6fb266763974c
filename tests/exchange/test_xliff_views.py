from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.config import ROOT
from app.core.models import AuditEvent
from app.courses.models import Course
from app.courses.translation import queries as translation_queries
from app.exchange.xliff.reading import LARGEST
from app.extensions import db
from tests.courses.translating import a_course_to_translate, a_translator
from tests.factories import a_person, signed_in
from tests.house_rules.scene import rows_by_table
from tests.pages import check_page

from .xliff import conforms, edited, q, translate, unit

ATTACKS = sorted((ROOT.parent / "shared" / "corpus" / "attacks" / "xml").glob("*.xml"))


class Exchange:
    """Somebody who sends one course's texts out and takes them back."""

    def __init__(self, client: FlaskClient, person: Person, course: Course, language: str = "fr") -> None:
        self.client = signed_in(client, person)
        self.address = f"/teach/courses/{course.id}/languages/{language}/xliff"
        page = self.client.get("/teach").text
        self.token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    def export(self) -> bytes:
        response = self.client.get(self.address)
        assert response.status_code == 200
        return bytes(response.data)

    def check(self, data: bytes) -> Any:
        """As a browser sends a file; Werkzeug's own way leaves a temporary file open when it is large."""
        body = b"".join(
            [
                b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + self.token.encode() + b"\r\n",
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="translated.xlf"\r\n',
                b"Content-Type: application/xliff+xml\r\n\r\n" + data + b"\r\n--x--\r\n",
            ]
        )
        return self.client.post(self.address, data=body, content_type="multipart/form-data; boundary=x")

    def take(self, page: str) -> Any:
        carried = re.search(r'name="file" value="([^"]*)"', page)
        assert carried
        return self.client.post(f"{self.address}/taking", data={"csrf_token": self.token, "file": carried[1]})


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person(roles=(Role.TRAINER,))


@pytest.fixture
def course(trainer: Person) -> Course:
    return a_course_to_translate(trainer)


@pytest.fixture
def exchange(app: Flask, trainer: Person, course: Course) -> Exchange:
    return Exchange(app.test_client(), trainer, course)


def test_a_file_goes_out_under_the_course_s_name(exchange: Exchange, course: Course) -> None:
    response = exchange.client.get(exchange.address)
    assert response.content_type == "application/xliff+xml"
    assert response.headers["Content-Disposition"] == f"attachment; filename={course.slug}.fr.xlf"
    assert conforms(response.data) == []


def test_a_file_is_looked_at_then_taken_and_written_down(exchange: Exchange, course: Course, trainer: Person) -> None:
    before = rows_by_table()
    looked = exchange.check(translate(exchange.export(), str.upper))
    assert looked.status_code == 200 and rows_by_table() == before
    assert check_page(looked.text) == []
    assert "21 texts get their first translation" in looked.text and "Take 21 changes" in looked.text
    assert "BODY OF LESSON 1.1." in looked.text
    taken = exchange.take(looked.text)
    assert (taken.status_code, taken.location) == (303, exchange.address.removesuffix("/xliff"))
    db.session.rollback()
    tally = translation_queries.get_translation(course.id, "fr").tally
    assert tally.done == tally.total == 21
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "course.take_translation")).one()
    assert (event.actor_id, event.details) == (trainer.id, {"language": "fr", "texts": 21})
    again = exchange.take(looked.text)  # a second click: it is all there already
    assert again.status_code == 303 and rows_by_table()["lesson_body"] == before["lesson_body"] + 2


def test_a_file_that_changes_nothing_says_so(exchange: Exchange) -> None:
    looked = exchange.check(exchange.export())
    assert "Nothing: every translation in it is what the course has already." in looked.text
    assert check_page(looked.text) == []


def test_a_file_that_does_not_fit_is_refused_whole_with_the_list(exchange: Exchange, course: Course) -> None:
    def spoil(root: Any) -> None:
        unit(root, "title", "course").set("id", "invented")
        unit(root, "summary", "course").find(q("segment")).find(q("source")).text = "Another"

    refused = exchange.check(edited(translate(exchange.export(), str.upper), spoil))
    assert refused.status_code == 422
    assert check_page(refused.text) == []
    for reason in (
        "the text title of course is missing",
        "the course has no text invented in course",
        "the source of “Summary” is not the course’s",
    ):
        assert reason in refused.text
    assert "3 things are wrong" in refused.text


def test_a_translator_takes_a_file_in_their_language_only(app: Flask, course: Course) -> None:
    salma = a_translator(course, "ar")
    arabic = Exchange(app.test_client(), salma, course, "ar")
    assert arabic.take(arabic.check(translate(arabic.export(), str.upper)).text).status_code == 303
    french = Exchange(app.test_client(), salma, course, "fr")
    assert french.check(translate(french.export(), str.upper)).status_code == 403
    packed = {"csrf_token": french.token, "file": "eJw="}
    assert french.client.post(f"{french.address}/taking", data=packed).status_code == 403


@pytest.mark.skipif(not ATTACKS, reason="the collection of attacks is not beside the project")
@pytest.mark.parametrize("file", ATTACKS, ids=lambda file: file.stem)
def test_files_that_attack_are_refused_with_a_message(exchange: Exchange, file: Path) -> None:
    response = exchange.check(file.read_bytes())
    assert response.status_code == 422 and "The file was not taken" in response.text
    assert "123 " not in response.text and "1234567890" not in response.text


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY f SYSTEM "file:///etc/passwd">]>"""
HEAD = b'<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="fr">'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"not xml", "this is not XML that can be read"),
        (BOMB + HEAD + b"&b;&f;</xliff>", "declares a document type of its own"),
        (HEAD + b"</xliff>", "the file has no texts"),
        (HEAD.replace(b'"2.0"', b'"3.0"') + b"</xliff>", "this is XLIFF 3.0"),
        (b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>', "this is XLIFF 1.2"),
        (b"<html/>", "this is not XLIFF but"),
        (HEAD + b'<file id="f" original="x/edition-1/y">' + b"<g>" * 5000, "this is not XML that can be read"),
    ],
)
def test_what_is_not_xliff_is_refused_in_words(exchange: Exchange, data: bytes, reason: str) -> None:
    response = exchange.check(data)
    assert response.status_code == 422 and reason in response.text
    assert "root:" not in response.text


def test_a_large_file_is_read_and_one_too_large_refused(exchange: Exchange) -> None:
    padding = b"<!--" + b"x" * (5 * 1024 * 1024) + b"-->"
    data = exchange.export().replace(b"</xliff>", padding + b"</xliff>")
    assert exchange.check(data).status_code == 200  # more than other forms may send
    assert "larger than 8 MB" in exchange.check(b" " * (LARGEST + 1)).text


@pytest.mark.parametrize("carried", ["", "x", "eJw=", "QUFBQQ==", "x" * 100_000])
def test_a_page_that_lost_its_file_says_so(exchange: Exchange, carried: str) -> None:
    data = {"csrf_token": exchange.token, "file": carried}
    response = exchange.client.post(f"{exchange.address}/taking", data=data)
    assert response.status_code == 422 and "The file was not taken" in response.text
