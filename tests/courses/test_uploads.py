"""Uploads in parts: tus 1.0.0 as a browser speaks it, and what is left of those that break off."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.models import Person, Role
from app.core import clock
from app.core.errors import NotFound
from app.core.store import the_store
from app.core.transactions import unit_of_work
from app.courses.errors import UploadIncomplete, UploadOvertaken
from app.courses.jobs import sweep
from app.courses.library import uploads
from app.courses.library.uploads import Purpose
from app.courses.models import Course, Upload
from app.extensions import db
from tests.at_once import at_once
from tests.factories import a_draft, a_person, signed_in

TUS = {"Tus-Resumable": "1.0.0"}
CONTENT = b"What a city can do. " * 1000


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person(roles=(Role.TRAINER,))


@pytest.fixture
def course(trainer: Person) -> Course:
    return a_draft(trainer=trainer)


@pytest.fixture
def studio(app: Flask, client: FlaskClient, trainer: Person, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    return signed_in(client, trainer)


def metadata(**values: object) -> str:
    return ",".join(f"{key} {b64encode(str(value).encode()).decode()}" for key, value in values.items())


def create(studio: FlaskClient, size: object, **told: object) -> TestResponse:
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata(**told)}
    return studio.post("/teach/uploads", headers=headers)


def begun(studio: FlaskClient, course: Course, size: int = len(CONTENT), name: str = "talk.webm") -> str:
    response = create(studio, size, filename=name, course=course.id, purpose="media")
    assert response.status_code == 201, response.text
    return response.headers["Location"]


def part(studio: FlaskClient, address: str, offset: int, data: bytes, **headers: str) -> TestResponse:
    return studio.patch(
        address,
        data=data,
        headers={**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", **headers},
    )


def taken(address: str, person: Person) -> bytes:
    db.session.rollback()  # what this test has read so far is older than what was sent
    with uploads.take(address.rpartition("/")[2], person.id) as file:
        data = file.file.read()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.hash)
        return data


def test_what_this_end_of_the_protocol_knows(studio: FlaskClient) -> None:
    response = studio.options("/teach/uploads")
    assert response.status_code == 204
    assert response.headers["Tus-Version"] == "1.0.0"
    assert response.headers["Tus-Extension"] == "creation,termination,expiration"
    assert response.headers["Tus-Max-Size"] == str(2 * 1024**3)


def test_a_file_comes_in_parts_and_is_whole(studio: FlaskClient, course: Course, trainer: Person) -> None:
    address = begun(studio, course)
    for offset in range(0, len(CONTENT), 7000):
        response = part(studio, address, offset, CONTENT[offset : offset + 7000])
        assert response.status_code == 204
        assert response.headers["Upload-Offset"] == str(min(offset + 7000, len(CONTENT)))
        assert response.headers["Tus-Resumable"] == "1.0.0"
        assert "GMT" in response.headers["Upload-Expires"]
    assert taken(address, trainer) == CONTENT


def test_a_part_may_be_larger_than_any_form(studio: FlaskClient, course: Course, trainer: Person) -> None:
    content = b"x" * (4 * 1024 * 1024)
    address = begun(studio, course, len(content))
    assert part(studio, address, 0, content).status_code == 204
    assert taken(address, trainer) == content
    address = begun(studio, course, uploads.LARGEST_PART + 1)
    assert part(studio, address, 0, b"x" * (uploads.LARGEST_PART + 1)).status_code == 413


def test_how_far_it_is_is_what_was_committed(studio: FlaskClient, course: Course) -> None:
    address = begun(studio, course)
    part(studio, address, 0, CONTENT[:9000])
    response = studio.head(address)
    assert response.status_code == 200
    assert response.headers["Upload-Offset"] == "9000"
    assert response.headers["Upload-Length"] == str(len(CONTENT))
    assert response.headers["Cache-Control"] == "no-store"


def test_several_uploads_at_once_do_not_mix(studio: FlaskClient, course: Course, trainer: Person) -> None:
    other = CONTENT[::-1]
    first, second = begun(studio, course), begun(studio, course, name="other.webm")
    for offset in range(0, len(CONTENT), 8000):
        assert part(studio, first, offset, CONTENT[offset : offset + 8000]).status_code == 204
        assert part(studio, second, offset, other[offset : offset + 8000]).status_code == 204
    assert taken(first, trainer) == CONTENT
    assert taken(second, trainer) == other


@pytest.mark.parametrize("offset", [0, 1, 8999, 9001, 20_000])
def test_a_part_for_another_place_is_refused_and_changes_nothing(
    studio: FlaskClient, course: Course, offset: int
) -> None:
    address = begun(studio, course)
    part(studio, address, 0, CONTENT[:9000])
    assert part(studio, address, offset, CONTENT[:1000]).status_code == 409
    assert studio.head(address).headers["Upload-Offset"] == "9000"


def test_of_two_parts_for_one_place_one_counts(studio: FlaskClient, course: Course, trainer: Person) -> None:
    """Two windows, or an answer that was lost: both are in the store, and what is put together is still the file."""
    address = begun(studio, course)
    db.session.rollback()
    before = uploads.get_progress(address.rpartition("/")[2], trainer.id)
    db.session.rollback()
    paths = [uploads.keep_part(before, CONTENT[:length]) for length in (5000, 12_000)]
    with unit_of_work():
        uploads.count_part(progress=before, length=5000, path=paths[0])
    with pytest.raises(UploadOvertaken), unit_of_work():
        uploads.count_part(progress=before, length=12_000, path=paths[1])
    assert [kept.size for kept in the_store().parts(before.id)] == [5000]
    uploads.keep_part(before, CONTENT[:300])  # stored, and the server died before it counted
    assert part(studio, address, 5000, CONTENT[5000:]).status_code == 204
    assert taken(address, trainer) == CONTENT


def test_more_than_was_announced_is_refused(studio: FlaskClient, course: Course) -> None:
    address = begun(studio, course, 10)
    assert part(studio, address, 0, b"x" * 11).status_code == 413
    assert studio.head(address).headers["Upload-Offset"] == "0"


def test_what_is_too_large_is_refused_before_it_begins(studio: FlaskClient, course: Course) -> None:
    assert create(studio, 2 * 1024**3, filename="x", course=course.id).status_code == 201
    assert create(studio, 2 * 1024**3 + 1, filename="x", course=course.id).status_code == 413


@pytest.mark.parametrize("size", ["", "-1", "1.5", "x", "9" * 40, "²"])
def test_a_length_that_is_none_is_refused(studio: FlaskClient, course: Course, size: str) -> None:
    headers = {**TUS, "Upload-Length": size.encode().decode("latin-1"), "Upload-Metadata": metadata(course=course.id)}
    assert studio.post("/teach/uploads", headers=headers).status_code == 400


@pytest.mark.parametrize("told", ["filename x", "filename %%%", "filename /w==", ",", "purpose aGFjaw=="])
def test_metadata_that_says_nothing_is_refused(studio: FlaskClient, told: str) -> None:
    response = studio.post("/teach/uploads", headers={**TUS, "Upload-Length": "1", "Upload-Metadata": told})
    assert response.status_code == 400
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_another_version_and_another_type_are_refused(studio: FlaskClient, course: Course) -> None:
    assert studio.post("/teach/uploads", headers={"Tus-Resumable": "0.2.2"}).status_code == 412
    address = begun(studio, course)
    assert part(studio, address, 0, b"x", **{"Tus-Resumable": "0.2.2"}).status_code == 412
    assert part(studio, address, 0, b"x", **{"Content-Type": "text/plain"}).status_code == 415


def test_another_person_s_upload_is_not_there(app: Flask, studio: FlaskClient, course: Course) -> None:
    address = begun(studio, course)
    other = signed_in(app.test_client(), a_person(roles=(Role.TRAINER,)))
    assert other.head(address).status_code == 404
    assert part(other, address, 0, CONTENT).status_code == 404
    assert other.delete(address, headers=TUS).status_code == 404
    assert studio.head(address).status_code == 200
    with pytest.raises(NotFound):
        taken(address, a_person(roles=(Role.ADMINISTRATOR,)))


def test_an_upload_for_a_course_of_others_is_refused(app: Flask, studio: FlaskClient) -> None:
    assert create(studio, 1, filename="x", course=a_draft().id).status_code == 404
    assert create(studio, 1, filename="x", course="x").status_code == 404
    assert create(studio, 1, filename="x").status_code == 400
    assert create(studio, 1, filename="course.zip", purpose="folder").status_code == 201


def test_one_that_was_left_for_a_day_is_gone(studio: FlaskClient, course: Course) -> None:
    address = begun(studio, course)
    with unit_of_work():
        db.session.execute(sa.update(Upload).values(touched_at=clock.now() - timedelta(days=1, minutes=1)))
    assert studio.head(address).status_code == 410
    assert part(studio, address, 0, CONTENT).status_code == 410


def test_one_that_is_given_up_leaves_nothing(studio: FlaskClient, course: Course) -> None:
    address = begun(studio, course)
    part(studio, address, 0, CONTENT[:9000])
    assert studio.delete(address, headers=TUS).status_code == 204
    assert studio.head(address).status_code == 404
    assert the_store().parts(address.rpartition("/")[2]) == []


def test_one_that_is_not_whole_cannot_be_taken(studio: FlaskClient, course: Course, trainer: Person) -> None:
    address = begun(studio, course)
    part(studio, address, 0, CONTENT[:9000])
    with pytest.raises(UploadIncomplete):
        taken(address, trainer)
    part(studio, address, 9000, CONTENT[9000:])
    with pytest.raises(NotFound), uploads.take(address.rpartition("/")[2], trainer.id, Purpose.FOLDER):
        pass
    assert taken(address, trainer) == CONTENT


def test_what_came_of_a_part_before_the_connection_was_lost_is_kept(
    studio: FlaskClient, course: Course, trainer: Person
) -> None:
    """The server promises 9,000 bytes and the stream ends after 4,000, as when a cable is pulled."""
    address = begun(studio, course)
    response = part(studio, address, 0, CONTENT[:4000], **{"Content-Length": "9000"})
    assert response.status_code == 204
    assert studio.head(address).headers["Upload-Offset"] == "4000"


def test_an_upload_broken_off_leaves_nothing_behind_after_the_clean_up_job(studio: FlaskClient, course: Course) -> None:
    for days in (2, 0):
        address = begun(studio, course)
        part(studio, address, 0, CONTENT[:9000])
        with unit_of_work():
            db.session.execute(
                sa.update(Upload)
                .where(Upload.id == address.rpartition("/")[2])
                .values(touched_at=clock.now() - timedelta(days=days))
            )
    swept = sweep()
    assert (swept.uploads, swept.files) == (1, 0)
    left = db.session.scalars(sa.select(Upload.id)).all()
    assert left == [address.rpartition("/")[2]], "the one that somebody still sends stays"
    assert {kept.path.split("/")[1] for kept in the_store().parts()} >= set(left)
    db.session.rollback()
    with clock.at(clock.now() + timedelta(days=2)):
        sweep()
    assert the_store().parts(left[0]) == []


def test_parts_whose_row_is_lost_go_too(app: Flask) -> None:
    the_store().put_at("uploads/nobody/0000000000-00000001-ff", b"x")
    sweep()
    assert the_store().parts("nobody"), "it may be on its way into a row"
    with clock.at(clock.now() + timedelta(days=2)):
        sweep()
    assert the_store().parts("nobody") == []


def test_a_part_costs_few_statements(studio: FlaskClient, course: Course, statements: list[Any]) -> None:
    address = begun(studio, course)
    statements.clear()
    assert part(studio, address, 0, CONTENT[:100]).status_code == 204
    assert len(statements) <= 3


def test_an_upload_that_ends_in_the_same_moment_does_not_keep_its_sender_from_being_erased(
    app: Flask, trainer: Person
) -> None:
    trainer_id = trainer.id
    with unit_of_work():
        there = [
            uploads.begin(by=trainer_id, name="a.webm", size=9, purpose=Purpose.FOLDER, course_id=None)
            for _each in range(8)
        ]

    def ending(upload_id: str) -> None:
        try:
            with app.app_context(), unit_of_work():
                uploads.end(upload_id=upload_id, by=trainer_id)
        except NotFound:
            pass

    def forgetting() -> None:
        with app.app_context(), unit_of_work():
            uploads.forget(person_id=trainer_id)

    at_once([forgetting, *(partial(ending, upload.id) for upload in there)])
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_the_parts_of_who_is_erased_leave_the_store(app: Flask, trainer: Person) -> None:
    with unit_of_work():
        upload = uploads.begin(by=trainer.id, name="a.webm", size=9, purpose=Purpose.FOLDER, course_id=None)
    uploads.keep_part(upload, b"A city")
    with unit_of_work():
        uploads.forget(person_id=trainer.id)
    assert list(the_store().parts(upload.id)) == []
