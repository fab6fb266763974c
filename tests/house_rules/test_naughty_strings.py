"""The Big List of Naughty Strings through every field of words: kept and shown as typed, as text and nothing else.

https://github.com/minimaxir/big-list-of-naughty-strings
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.config import ROOT
from app.core.merging import encode
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses.models import Activity, Course
from app.courses.translation.texts import tidied
from app.extensions import db
from app.network.facts import facts_of
from app.network.models import City
from app.network.queries import get_city
from app.quizzes.models import QuestionVersion, Quiz, Response
from app.quizzes.types import AcceptedAnswer, ShortAnswer, ShortAnswerAnswer, SingleChoice
from tests.courses.translating import a_course_to_translate
from tests.exchange.test_xliff import exported, taken
from tests.exchange.xliff import conforms, translate
from tests.factories import a_city, a_course, a_person, an_answer, signed_in, text
from tests.pages import Page, check_page, read_page

CORPUS = ROOT.parent / "shared" / "corpus" / "attacks" / "blns.json"

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason=f"the collected strings are not here: {CORPUS}")


def packed(longest: int) -> Iterator[str]:
    """All the strings, as many together as a field of `longest` characters takes."""
    line = ""
    for string in json.loads(CORPUS.read_text()):
        if line and len(line) + 1 + len(string) > longest:
            yield line
            line = ""
        line = f"{line} {string}"[-longest:].strip()
    yield line


def as_line(typed: str) -> str:
    """What is left of `typed` where a line is asked for, invisible characters aside."""
    return "".join("".join(c for c in typed if c.isprintable()).split())


@pytest.fixture
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def clerk(app: Flask, tokens_apart: None) -> FlaskClient:
    """An administrator, who takes a course with a short answer in it."""
    question = ShortAnswer(text("Which crossing?"), {"en": (AcceptedAnswer("zebra"),)}, "en")
    a_course("course", modules=1, lessons=0, questions=[question])
    client = signed_in(app.test_client(), a_person(city=a_city("Ghent"), roles=(Role.ADMINISTRATOR,)))
    client.post("/courses/course/enrolment")
    client.post("/learn/course/test/attempts")
    return client


def shown(client: FlaskClient, address: str, **asked: str) -> Page:
    """A page, which is sound."""
    response = client.get(address, query_string=asked)
    assert response.status_code in (200, 404), (address, asked)
    faults = set(check_page(response.text)) - {"a template was not rendered"}  # some strings look like one
    assert not faults, (address, asked)
    return read_page(response.text)


def value_of(page: Page, name: str) -> str:
    return next(e.attributes.get("value", "") for e in page.all("input") if e.attributes.get("name") == name)


def test_a_name(clerk: FlaskClient) -> None:
    for typed in packed(120):
        fields = {"profile-name": typed, "profile-language": "en", "profile-time_zone": "UTC"}
        status = clerk.post("/account", data=fields).status_code
        assert status == (302 if as_line(typed) else 400)
        if status == 400:
            continue
        kept = db.session.scalars(sa.select(Person.name)).one()
        db.session.rollback()
        assert as_line(kept) == as_line(typed)
        heading = next(e.text for e in shown(clerk, "/people/1").all("h1"))
        assert kept in heading


def test_a_city(clerk: FlaskClient) -> None:
    fields = {"country": "NO", "region": "europe", "size_band": "medium", "joined_on": "2016-05-01"}
    for typed in packed(120):
        before = encode(facts_of(get_city(1)))
        db.session.rollback()
        assert clerk.post("/cities/1/edit", data={**fields, "name": typed, "before": before}).status_code == 302
        kept = db.session.scalars(sa.select(City.name)).one()
        db.session.rollback()
        assert as_line(kept) == as_line(typed)
        heading = next(e.text for e in shown(clerk, "/cities/1").all("h1"))
        assert " ".join(kept.split()) in " ".join(heading.split())


def test_an_answer(clerk: FlaskClient) -> None:
    for sequence, typed in enumerate(packed(500)):
        sent = an_answer(0, sequence=sequence, text=typed)
        assert clerk.post("/attempts/1/responses", data=sent).status_code == 303
        kept = db.session.scalars(sa.select(Response.answer)).one()
        db.session.rollback()
        assert kept == ShortAnswerAnswer(typed.strip())
        assert value_of(shown(clerk, "/attempts/1"), "q0-text") == typed.strip()


def test_a_note(clerk: FlaskClient) -> None:
    for number, typed in enumerate(packed(2000)):
        with unit_of_work():
            db.session.execute(sa.update(Course).values(summary=text(f"Changed {number} times")))
        seen = value_of(shown(clerk, "/teach/courses/1"), "seen")
        assert clerk.post("/teach/courses/1/editions", data={"note": typed, "seen": seen}).status_code == 303
        page = shown(clerk, "/teach/courses/1")
        assert as_line(typed.strip()) in as_line("".join(e.text for e in page.all("main")))


def test_the_title_of_an_activity(clerk: FlaskClient) -> None:
    former = "Test"
    for typed in packed(200):
        status = clerk.post(
            "/teach/courses/1/activities/1/title", data={"title": typed, "version": string_hash(former)}
        ).status_code
        assert status == (303 if as_line(typed) else 422)
        if status == 422:
            continue
        former = db.session.scalars(sa.select(Activity.title)).one().best("en", "en")
        db.session.rollback()
        assert as_line(former) == as_line(typed)
        assert former in next(e.text for e in shown(clerk, "/teach/courses/1").all("a") if "data-name" in e.attributes)
        assert value_of(shown(clerk, "/teach/courses/1/activities/1/title"), "title") == former


def test_the_title_of_a_course(clerk: FlaskClient) -> None:
    for typed in packed(200):
        fields = {"title": typed, "source_language": "en", "slug": ""}
        response = clerk.post("/teach/courses/new", data=fields)
        assert response.status_code == (303 if as_line(typed) else 422)
        if response.status_code == 303:
            heading = next(e.text for e in shown(clerk, response.location).all("h1"))
            assert as_line(typed) == as_line(heading)


def in_lines(typed: str) -> str:
    """What a text box keeps of `typed`."""
    return typed.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def test_a_question(clerk: FlaskClient) -> None:
    """Its stem, choices, and what is said to them; kept as typed, shown so in the form, the list and the try."""
    for typed in packed(900):
        sent = {
            "type": "single_choice", "stem": typed, "feedback": typed, "right": "0", "action": "save", "number": "0",
            "choices-0-text": typed, "choices-0-feedback": typed, "choices-1-text": f"Not {typed}",
        }  # fmt: skip
        saved = clerk.post("/teach/courses/1/questions", data=sent)
        assert saved.status_code == 303, typed
        kept = db.session.scalars(sa.select(QuestionVersion.content).order_by(QuestionVersion.id.desc())).first()
        db.session.rollback()
        assert isinstance(kept, SingleChoice)
        words = in_lines(typed)
        texts = [kept.stem, kept.feedback, kept.choices[0].text, kept.choices[0].feedback]
        assert [part.best("en", "en") for part in texts if part] == [words] * 4
        page = shown(clerk, saved.location)
        boxes = {e.attributes["name"]: e.text.replace("\r\n", "\n") for e in page.all("textarea")}
        for name in ("stem", "feedback", "choices-0-text", "choices-0-feedback"):
            assert boxes[name].removeprefix("\n") == words
        assert as_line(words) in as_line("".join(e.text for e in page.all("label")))
    shown(clerk, f"/teach/courses/1/quizzes/{quiz_id()}")


def test_an_accepted_answer(clerk: FlaskClient) -> None:
    for typed in packed(500):
        sent = {"type": "short_answer", "stem": "Which?", "action": "try", "number": "0", "answers-0-text": typed}
        tried = clerk.post("/teach/courses/1/questions", data={**sent, "text": typed})
        if not as_line(typed):
            continue
        assert tried.status_code == 200, typed
        assert set(check_page(tried.text)) <= {"a template was not rendered"}
        (field,) = [e for e in read_page(tried.text).all("input") if e.attributes.get("name") == "answers-0-text"]
        assert as_line(field.attributes.get("value", "")) == as_line(typed)


@pytest.mark.parametrize("name", ["pass_mark", "attempts", "grading", "made_from"])
def test_a_setting_that_is_no_number(clerk: FlaskClient, name: str) -> None:
    address = f"/teach/courses/1/quizzes/{quiz_id()}"
    for typed in list(packed(60))[::8]:
        sent = {"made_from": "{}", "pass_mark": "70", "attempts": "", "grading": "highest", name: typed}
        refused = clerk.post(f"{address}/settings", data=sent)
        assert refused.status_code in (303, 409, 422)
        if refused.status_code == 422:
            assert set(check_page(refused.text)) <= {"a template was not rendered"}


def quiz_id() -> int:
    found = db.session.scalar(sa.select(Quiz.id))
    db.session.rollback()
    assert found
    return found


@pytest.mark.parametrize(
    ("address", "name", "longest"),
    [
        ("/courses", "q", 200),
        ("/people", "q", 100),
        ("/cities", "q", 100),
        ("/verify", "code", 500),
        ("/teach/courses/1/quizzes/1", "q", 200),
    ],
)
def test_a_search(clerk: FlaskClient, address: str, name: str, longest: int) -> None:
    for typed in list(packed(longest))[::4]:
        page = shown(clerk, address, **{name: typed})
        assert value_of(page, name) == typed.strip()


def test_the_settings_of_a_course(clerk: FlaskClient) -> None:
    address = "/teach/courses/1/settings"
    for typed in packed(200):
        before = value_of(shown(clerk, address), "before")
        fields = {"title": typed, "summary": typed, "length": "computed", "order": "free", "before": before}
        choices = {"completed_by": "required", "scored": "any", "validity": "ever"}
        answer = clerk.post(address, data=fields | choices)
        assert answer.status_code == (303 if as_line(typed) else 422), typed
        if answer.status_code == 303:
            page = shown(clerk, address)
            assert as_line(value_of(page, "title")) == as_line(typed)
            assert next(e for e in page.all("textarea")).text.split() == typed.split()


def test_addresses_to_invite_and_trainers(clerk: FlaskClient) -> None:
    for typed in packed(2000):
        answer = clerk.post("/teach/courses/1/audience/invitations", data={"addresses": typed})
        assert answer.status_code in (303, 422)
        answer = clerk.post("/teach/courses/1/trainers", data={"email": typed, "role": "author"})
        assert answer.status_code in (409, 422)
        answer = clerk.post("/teach/courses/1/settings/address", data={"slug": typed, "was": "course"})
        assert answer.status_code == 422


def test_a_translation_typed_and_as_a_file(app: Flask, tokens_apart: None) -> None:
    course = a_course_to_translate()
    client = signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,)))
    address = f"/teach/courses/{course.id}/languages/fr/course"
    for number, typed in enumerate(packed(5000)):
        page = shown(client, address)
        sent = {"shown.summary": value_of(page, "shown.summary"), "source.summary": value_of(page, "source.summary")}
        assert client.post(address, data=sent | {"text.summary": typed}).status_code == 303, ascii(typed)
        (box,) = [e for e in shown(client, address).all("textarea") if e.attributes["name"] == "text.summary"]
        assert box.text.strip() == typed.strip()
        with unit_of_work():
            loaded = db.session.get(Course, course.id)
            assert loaded is not None and loaded.summary.phrases["fr"].string == tidied(typed)
            loaded.summary = loaded.summary.with_phrase("en", f"{number} {typed}"[:5000], "en")
        data = exported(course)
        assert conforms(data) == []
        taken(course, translate(data, str))
        db.session.rollback()
        summary = db.session.get_one(Course, course.id).summary
        assert summary.phrases["fr"].string == tidied(summary.phrases["en"].string)
