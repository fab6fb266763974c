from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import PersonState
from app.core import media
from app.core.models import MediaVariant
from app.core.store import the_store
from app.core.transactions import unit_of_work
from app.extensions import db
from tests.factories import a_person, signed_in
from tests.made_files import a_picture


@dataclass(frozen=True)
class Picture:
    """A stored picture."""

    hash: str
    name: str
    data: bytes

    @property
    def address(self) -> str:
        return media.address_of(self.hash, self.name)


@pytest.fixture
def picture(app: Flask) -> Picture:
    """A stored picture of one pixel, whose name says something else."""
    data = a_picture("PNG", 1, 1)
    picture = Picture(hashlib.sha256(data).hexdigest(), "square-one.html", data)
    the_store().put(picture.hash, data)
    with unit_of_work():
        media.keep_file(picture.hash, picture.name, "image/png", len(data), width=1, height=1)
    return picture


@pytest.fixture
def learner(client: FlaskClient) -> FlaskClient:
    return signed_in(client, a_person())


def test_a_picture_is_served_as_what_it_is_to_be_kept_for_ever(learner: FlaskClient, picture: Picture) -> None:
    response = learner.get(picture.address)
    assert response.status_code == 200
    assert response.data == picture.data
    assert response.content_type == "image/png", "whatever its name says"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["ETag"] == f'"{picture.hash}"'


def test_a_browser_that_has_it_gets_it_no_second_time(learner: FlaskClient, picture: Picture) -> None:
    response = learner.get(picture.address, headers={"If-None-Match": f'"{picture.hash}"'})
    assert response.status_code == 304
    assert response.data == b""
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    [
        "/media/{other}/{name}",
        "/media/x/{name}",
        "/media/..%2F..%2Fetc/passwd",
        "/media/{hash}/",
    ],
)
def test_there_is_nothing_under_another_hash(learner: FlaskClient, picture: Picture, address: str) -> None:
    wrong = address.format(hash=picture.hash, other="0" * 64, name=picture.name)
    assert learner.get(wrong).status_code == 404


def test_a_file_that_is_lost_is_missing_and_no_failure(app: Flask, learner: FlaskClient, picture: Picture) -> None:
    the_store().delete(picture.hash)
    assert learner.get(picture.address).status_code == 404


def test_it_is_for_practitioners(client: FlaskClient, picture: Picture) -> None:
    assert client.get(picture.address).status_code == 302
    signed_in(client, a_person(state=PersonState.WAITING))
    assert client.get(picture.address).status_code == 302


def test_a_picture_costs_two_statements(learner: FlaskClient, picture: Picture, statements: list[str]) -> None:
    statements.clear()
    learner.get(picture.address)
    assert len(statements) == 2


CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def film(app: Flask) -> str:
    """The address of a stored video of a million bytes or so."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    the_store().put(digest, CONTENT)
    with unit_of_work():
        media.keep_file(digest, "talk.mp4", "video/mp4", len(CONTENT))
    return media.address_of(digest, "talk.mp4")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, len(CONTENT)),
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=500000-", 500_000, len(CONTENT)),
        ("bytes=-500", len(CONTENT) - 500, len(CONTENT)),
        ("bytes=1023999-9999999", 1_023_999, len(CONTENT)),
    ],
)
def test_a_part_is_sent_where_a_part_is_asked_for(
    learner: FlaskClient, film: str, asked: str, start: int, end: int
) -> None:
    response = learner.get(film, headers={"Range": asked})
    assert response.status_code == 206
    assert response.data == CONTENT[start:end]
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert response.content_length == end - start
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "immutable" in response.headers["Cache-Control"]


def test_what_lies_beyond_the_end_cannot_be_sent(learner: FlaskClient, film: str) -> None:
    response = learner.get(film, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert response.data == b""


@pytest.mark.parametrize("asked", ["bytes=5-1", "bytes=x-y", "lines=1-2", "bytes=0-1,5-6", "nonsense", ""])
def test_what_is_no_range_gets_the_whole(learner: FlaskClient, film: str, asked: str) -> None:
    response = learner.get(film, headers={"Range": asked})
    assert response.status_code == 200
    assert response.data == CONTENT


def test_a_part_of_what_the_browser_has_is_sent_only_if_that_is_this(learner: FlaskClient, film: str) -> None:
    tag = learner.head(film).headers["ETag"]
    for condition, status in ((tag, 206), ('"another"', 200), ("Sat, 28 Nov 2026 19:00:00 GMT", 200)):
        response = learner.get(film, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert response.status_code == status, condition


def test_asking_for_the_head_sends_none_of_it(learner: FlaskClient, film: str) -> None:
    response = learner.head(film)
    assert (response.status_code, response.content_length, response.data) == (200, len(CONTENT), b"")


def test_no_transaction_is_open_while_a_file_is_sent(app: Flask, learner: FlaskClient, film: str) -> None:
    db.session.remove()
    response = learner.get(film, buffered=False)
    pieces = response.iter_encoded()
    assert next(iter(pieces))
    assert not db.session.registry().in_transaction()
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    response.close()


def test_a_narrower_picture_is_served_beside_the_picture(learner: FlaskClient, picture: Picture) -> None:
    narrow = hashlib.sha256(b"narrow").hexdigest()
    the_store().put(narrow, b"narrow")
    with unit_of_work():
        db.session.add(MediaVariant(media_hash=picture.hash, width=480, hash=narrow, size=6))
    response = learner.get(media.address_of(picture.hash, picture.name, 480))
    assert (response.data, response.content_type) == (b"narrow", "image/png")
    assert response.headers["ETag"] == f'"{narrow}"'
    assert learner.get(media.address_of(picture.hash, "other.png", 480)).status_code == 301
    assert learner.get(media.address_of(picture.hash, picture.name, 960)).status_code == 404
