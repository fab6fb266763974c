from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.models import Person, Role
from app.core.models import Media
from app.core.store import the_store
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses.library import queries as library_queries
from app.courses.library import uploads
from app.courses.library.queries import LibraryItem
from app.courses.library.uploads import Purpose
from app.courses.models import Course, CourseMedia, CourseTrainer, Upload
from app.extensions import db
from tests.factories import a_draft, a_file, a_person, signed_in
from tests.made_files import TALK, a_bomb, a_docx, a_picture
from tests.pages import check_page

FETCH = {"X-Requested-With": "fetch"}
CAPTIONS = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nGood morning.\n"


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person("Stian Halvorsen", roles=(Role.TRAINER,))


@pytest.fixture
def course(trainer: Person) -> Course:
    course = a_draft(trainer=trainer)
    with unit_of_work():
        db.session.merge(course).languages = ["en", "fr"]
    db.session.rollback()
    return course


@pytest.fixture
def studio(app: Flask, client: FlaskClient, trainer: Person, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    return signed_in(client, trainer)


def library(course: Course, *more: str) -> str:
    return "/".join([f"/teach/courses/{course.id}/media", *more])


def send(studio: FlaskClient, course: Course, name: str, data: bytes, **headers: str) -> TestResponse:
    return studio.post(library(course), data={"file": (io.BytesIO(data), name)}, headers=headers)


def items(course: Course) -> list[LibraryItem]:
    """The library as the last request left it."""
    db.session.rollback()
    return library_queries.list_items(course.id)


def uploaded(person: Person, course: Course, name: str, data: bytes) -> str:
    """The id of an upload that came whole."""
    with unit_of_work():
        begun = uploads.begin(by=person.id, name=name, size=len(data), purpose=Purpose.MEDIA, course_id=course.id)
    path = uploads.keep_part(begun, data)
    with unit_of_work():
        uploads.count_part(progress=begun, length=len(data), path=path)
    return begun.id


def test_a_picture_comes_in_without_javascript_and_is_asked_about_at_once(studio: FlaskClient, course: Course) -> None:
    response = send(studio, course, "C:\\Photos\\The square.JPG", a_picture("JPEG", 1000, 500))
    assert response.status_code == 303
    page = studio.get(response.headers["Location"]).text
    assert not check_page(page)
    assert "The square.webp" in page
    assert "What it shows, in English" in page
    assert "What it shows, in French" in page
    assert "It only decorates" in page
    item = items(course)[0]
    assert (item.media_type, item.width, item.height, item.variants) == ("image/webp", 1000, 500, (480, 960))
    assert studio.get(item.thumbnail or "").status_code == 200
    form = f"f{item.hash[:12]}-"
    said = {f"{form}name": item.name, f"{form}alternative_en": "The  square ", f"{form}version": str(item.version)}
    assert studio.post(library(course, item.hash), data=said).status_code == 303
    assert items(course)[0].alternative == Text.of({"en": "The square"}, "en")
    assert "What it shows" not in studio.get(library(course)).text


def test_an_upload_becomes_a_file_once(studio: FlaskClient, course: Course, trainer: Person) -> None:
    upload_id = uploaded(trainer, course, "talk.mp4", TALK.read_bytes())
    sent = {"upload": upload_id, "seconds": "6.1", "width": "320", "height": "180"}
    response = studio.post(library(course), data=sent, headers=FETCH)
    assert response.status_code == 200
    said: dict[str, Any] = response.json  # type: ignore[assignment]
    assert said["name"] == "talk.webm", "whatever its name said"
    assert said["address"] == f"/media/{said['hash']}/talk.webm"
    assert {key: said[key] for key in ("media_type", "size", "width", "height", "seconds", "alternative")} == {
        "media_type": "video/webm", "size": len(TALK.read_bytes()), "width": 320, "height": 180, "seconds": 6.1,
        "alternative": None,
    }  # fmt: skip
    assert said.pop("new")
    assert studio.get(library(course, "files")).json == [said]
    assert studio.post(library(course), data=sent, headers=FETCH).status_code == 404
    db.session.rollback()
    assert db.session.scalars(sa.select(Upload.id)).all() == []
    assert the_store().parts(upload_id) == []
    assert b"".join(the_store().stream(said["hash"])) == TALK.read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        ("drawing.png", b"<svg onload=alert(1)>", "SVG"),
        ("bomb.png", a_bomb(), "50 million"),
        ("photo.jpg", b"<!doctype html><script>alert(1)</script>", "Accepted are"),
        ("letter.docx", a_docx(more={"word/vbaProject.bin": b"x"}), "macros"),
        ("photo.png", a_picture("PNG")[:40], "broken"),
        ("talk.vtt", CAPTIONS.encode(), "open the video"),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_bad_files_are_refused_with_the_reason_and_leave_nothing(
    studio: FlaskClient, course: Course, name: str, data: bytes, reason: str
) -> None:
    page = send(studio, course, name, data)
    assert page.status_code == 422
    assert reason in page.text
    assert not check_page(page.text)
    told = send(studio, course, name, data, **FETCH)
    assert told.status_code == 422
    assert reason in told.json["error"]  # type: ignore[index]
    assert db.session.scalars(sa.select(Media.hash)).all() == []
    assert list(the_store().files()) == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_that_is_also_a_page_is_only_a_picture_afterwards(
    studio: FlaskClient, course: Course, kind: str
) -> None:
    polyglot = a_picture(kind) + b"<html><body><script>alert(document.domain)</script>"
    assert send(studio, course, "photo.html", polyglot).status_code == 303
    item = items(course)[0]
    served = studio.get(item.address)
    assert item.address.endswith(".webp")
    assert served.content_type == "image/webp"
    assert b"script" not in served.data
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_same_file_again_is_told_under_its_name(studio: FlaskClient, course: Course) -> None:
    send(studio, course, "first.png", a_picture())
    again = send(studio, course, "second.png", a_picture(), **FETCH).json
    assert again is not None
    assert (again["new"], again["name"]) == (False, "first.webp")
    assert len(items(course)) == 1


def test_nothing_chosen_is_said(studio: FlaskClient, course: Course) -> None:
    for data in ({}, {"file": "not a file"}, {"file": (io.BytesIO(b""), "")}):
        response = studio.post(library(course), data=data, content_type="multipart/form-data")
        assert response.status_code == 422
        assert "Choose a file." in response.text


def test_a_document_is_offered_for_download_under_its_name(studio: FlaskClient, course: Course) -> None:
    send(studio, course, "Minutes of May.docx", a_docx())
    item = items(course)[0]
    served = studio.get(item.address)
    assert served.headers["Content-Disposition"] == "attachment; filename=Minutes-of-May.docx"


def test_the_list_can_be_narrowed(studio: FlaskClient, course: Course) -> None:
    a_file(course, "photo.webp", b"photo", alternative=Text({}))
    a_file(course, "talk.webm", b"talk", media_type="video/webm")
    assert "photo.webp" not in studio.get(library(course) + "?sort=video").text
    assert "talk.webm" in studio.get(library(course) + "?sort=video").text
    assert "photo.webp" in studio.get(library(course) + "?unused=y&sort=nonsense").text
    assert "No file is like that." in studio.get(library(course) + "?sort=sound").text
    assert "No files yet" in studio.get(library(a_draft(trainer=db.session.scalars(sa.select(Person)).one()))).text


def test_what_is_wrong_in_a_form_stands_beside_it_and_nothing_typed_is_lost(
    studio: FlaskClient, course: Course
) -> None:
    item = a_file(course)
    form = f"f{item.media_hash[:12]}-"
    response = studio.post(
        library(course, item.media_hash), data={f"{form}name": " ", f"{form}alternative_fr": "La place"}
    )
    assert response.status_code == 422
    assert "Give the file a name." in response.text
    assert "La place" in response.text
    assert not check_page(response.text)


def test_of_two_who_describe_a_picture_the_second_sees_what_it_says_now(studio: FlaskClient, course: Course) -> None:
    item = a_file(course)
    form = f"f{item.media_hash[:12]}-"

    def say(words: str, version: str) -> TestResponse:
        data = {f"{form}name": "Photo", f"{form}alternative_en": words, f"{form}version": version}
        return studio.post(library(course, item.media_hash), data=data)

    assert say("The square in May", "1").status_code == 303
    second = say("A square", "1")
    assert second.status_code == 409
    assert "The square in May" in second.text
    assert "A square" in second.text
    assert say("A square", "2").status_code == 303


def test_a_picture_may_only_decorate(studio: FlaskClient, course: Course) -> None:
    item = a_file(course)
    form = f"f{item.media_hash[:12]}-"
    data = {f"{form}name": "Line", f"{form}decorates": "y", f"{form}alternative_en": "left over"}
    said = studio.post(library(course, item.media_hash), data=data, headers=FETCH).json
    assert said is not None
    assert said["alternative"] == ""


def test_a_file_in_use_is_not_deleted_and_the_page_says_where(studio: FlaskClient, course: Course) -> None:
    item = a_file(course)
    other = a_file(course, "other.webp", b"other")
    with unit_of_work():
        lesson = db.session.merge(course).living_modules()[0].living_activities()[0]
        lesson.bodies[0].html = f'<p><img src="/media/{item.media_hash}/photo.webp" alt="x"></p>'  # type: ignore[attr-defined]
    refused = studio.post(library(course, item.media_hash, "removal"))
    assert refused.status_code == 409
    assert "This file is in use" in refused.text
    assert "Lesson 1.1" in refused.text
    assert not check_page(refused.text)
    assert studio.post(library(course, other.media_hash, "removal")).status_code == 303
    assert [left.name for left in items(course)] == ["photo.webp"]


def test_captions_are_written_uploaded_and_removed(studio: FlaskClient, course: Course) -> None:
    item = a_file(course, "talk.webm", media_type="video/webm")
    address = library(course, item.media_hash, "captions", "en")
    assert not check_page(studio.get(address).text)
    assert studio.post(address, data={"text": CAPTIONS}).status_code == 303
    db.session.rollback()
    digest = library_queries.get_item(course.id, item.media_hash).captions["en"]
    served = studio.get(f"/media/{digest}/captions.vtt")
    assert (served.text, served.content_type) == (CAPTIONS, "text/vtt; charset=utf-8")
    assert "Good morning." in studio.get(address).text
    subrip = b"1\n00:00:03,000 --> 00:00:04,000\nBonjour\n"
    assert studio.post(address.replace("/en", "/fr"), data={"file": (io.BytesIO(subrip), "x.srt")}).status_code == 303
    page = studio.get(library(course, item.media_hash)).text
    assert not check_page(page)
    assert page.count("<track") == 2
    assert studio.post(f"{address}/removal").status_code == 303
    assert studio.post(f"{address}/removal").status_code == 404
    db.session.rollback()
    assert list(library_queries.get_item(course.id, item.media_hash).captions) == ["fr"]


def test_the_second_of_two_who_caption_sees_what_the_first_wrote(studio: FlaskClient, course: Course) -> None:
    item = a_file(course, "talk.webm", media_type="video/webm")
    address = library(course, item.media_hash, "captions", "en")
    first, second = (f"WEBVTT\n\n00:01.000 --> 00:02.000\n{words}\n" for words in ("The first.", "The second."))
    assert studio.post(address, data={"text": first, "shown": ""}).status_code == 303
    db.session.rollback()
    stands = library_queries.get_item(course.id, item.media_hash).captions["en"]
    refused = studio.post(address, data={"text": second, "shown": ""})
    assert refused.status_code == 409
    assert "The first." in refused.text and "The second." in refused.text
    assert f'name="shown" type="hidden" value="{stands}"' in refused.text
    db.session.rollback()
    assert library_queries.get_item(course.id, item.media_hash).captions["en"] == stands
    assert studio.post(address, data={"text": second, "shown": stands}).status_code == 303
    assert studio.post(address, data={"text": second, "shown": stands}).status_code == 303  # pressed twice


def test_captions_with_markup_are_refused_by_line_and_stay_in_the_box(studio: FlaskClient, course: Course) -> None:
    item = a_file(course, "talk.webm", media_type="video/webm")
    bad = CAPTIONS.replace("Good", "<script>alert(1)</script>Good")
    address = library(course, item.media_hash, "captions", "en")
    response = studio.post(address, data={"text": bad})
    assert response.status_code == 422
    assert "Line 4: &lt;script&gt; is no tag of captions" in response.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;Good morning." in response.text
    assert not check_page(response.text)
    assert studio.post(address, data={"file": (io.BytesIO(bad.encode()), "x.vtt")}).status_code == 422
    assert studio.post(address, data={"file": (io.BytesIO(b"\xff\xfe"), "x.vtt")}).status_code == 422
    db.session.rollback()
    assert library_queries.get_item(course.id, item.media_hash).captions == {}


def test_only_a_video_or_sound_has_captions_and_only_in_languages_of_the_course(
    studio: FlaskClient, course: Course
) -> None:
    picture, talk = a_file(course), a_file(course, "talk.mp3", b"talk", media_type="audio/mpeg")
    assert studio.get(library(course, talk.media_hash, "captions", "fr")).status_code == 200
    assert studio.get(library(course, talk.media_hash, "captions", "de")).status_code == 404
    assert studio.get(library(course, picture.media_hash, "captions", "fr")).status_code == 404


def test_a_translator_and_a_stranger_change_nothing(app: Flask, studio: FlaskClient, course: Course) -> None:
    item = a_file(course, "talk.webm", media_type="video/webm")
    translator = a_person(roles=(Role.TRAINER,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=course.id, person_id=translator.id, role="translator", languages=["fr"]))
    for person, status in ((translator, 403), (a_person(roles=(Role.TRAINER,)), 404)):
        browser = signed_in(app.test_client(), person)
        for address in (library(course), library(course, item.media_hash), library(course, "files")):
            assert browser.get(address).status_code == status
        for address in (
            library(course),
            library(course, item.media_hash),
            library(course, item.media_hash, "removal"),
            library(course, item.media_hash, "length"),
            library(course, item.media_hash, "captions", "en"),
        ):
            assert browser.post(address, data={"text": CAPTIONS}).status_code == status
    assert db.session.scalars(sa.select(CourseMedia.captions)).all() == [{}]


def test_an_upload_of_another_person_is_not_taken(app: Flask, studio: FlaskClient, course: Course) -> None:
    upload_id = uploaded(a_person(roles=(Role.TRAINER,)), course, "talk.webm", TALK.read_bytes())
    assert studio.post(library(course), data={"upload": upload_id}).status_code == 404


def test_pages_of_the_library_say_what_they_weigh_and_hold_their_budget(
    studio: FlaskClient, course: Course, statements: list[str]
) -> None:
    costs = []
    for count in (2, 9):
        for n in range(count):
            a_file(course, f"{n}.webp", f"{count} {n}".encode(), width=1920, height=1080)
        statements.clear()
        page = studio.get(library(course)).text
        assert "1,920 × 1,080" in page
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8


def test_the_sample_is_small() -> None:
    assert Path(TALK).stat().st_size < 300_000
