from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.auth.models import PersonState
from app.core import media
from app.core.store import the_store
from app.core.transactions import unit_of_work
from tests.factories import a_person, signed_in


@pytest.fixture
def picture(app: Flask) -> media.Picture:
    """A stored picture of one pixel."""
    file = io.BytesIO()
    Image.new("RGB", (1, 1), "white").save(file, "PNG")
    picture = media.inspect_image("square one.html", file.getvalue())
    the_store().put(picture.hash, picture.data)
    with unit_of_work():
        media.keep(picture)
    return picture


@pytest.fixture
def learner(client: FlaskClient) -> FlaskClient:
    return signed_in(client, a_person())


def test_a_picture_is_served_as_what_it_is_to_be_kept_for_ever(learner: FlaskClient, picture: media.Picture) -> None:
    response = learner.get(picture.address)
    assert response.status_code == 200
    assert response.data == picture.data
    assert response.content_type == "image/png", "whatever its name says"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["ETag"] == f'"{picture.hash}"'


def test_a_browser_that_has_it_gets_it_no_second_time(learner: FlaskClient, picture: media.Picture) -> None:
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
def test_there_is_nothing_under_another_hash(learner: FlaskClient, picture: media.Picture, address: str) -> None:
    wrong = address.format(hash=picture.hash, other="0" * 64, name=picture.name)
    assert learner.get(wrong).status_code == 404


def test_a_file_that_is_lost_is_missing_and_no_failure(
    app: Flask, learner: FlaskClient, picture: media.Picture
) -> None:
    the_store().delete(picture.hash)
    assert learner.get(picture.address).status_code == 404


def test_it_is_for_practitioners(client: FlaskClient, picture: media.Picture) -> None:
    assert client.get(picture.address).status_code == 302
    signed_in(client, a_person(state=PersonState.WAITING))
    assert client.get(picture.address).status_code == 302


def test_a_picture_costs_two_statements(learner: FlaskClient, picture: media.Picture, statements: list[str]) -> None:
    statements.clear()
    learner.get(picture.address)
    assert len(statements) == 2
