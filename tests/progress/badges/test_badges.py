"""Badges: genuine to an implementation of others, alone and within pictures, in ten years as today."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image
from structlog.testing import capture_logs

from app.auth.models import Person
from app.config import Settings
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.progress.badges import baking, documents
from app.progress.badges.documents import LIST_LENGTH, Addresses
from app.progress.certificates import codes, signing_services
from app.progress.certificates import services as certificate_services
from app.progress.models import Certificate, SigningKey
from tests.at_once import at_once
from tests.factories import signed_in
from tests.house_rules.scene import CODE, Scene, a_scene

from .verifying import verified

BADGE = f"/certificates/{codes.shown(CODE)}/badge"


@pytest.fixture(autouse=True)
def scene(app: Flask) -> Scene:
    return a_scene()


@pytest.fixture
def holder(client: FlaskClient, scene: Scene) -> FlaskClient:
    return signed_in(client, scene.practitioner)


def badge(holder: FlaskClient) -> dict[str, Any]:
    answer = holder.get(f"{BADGE}.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/vc")
    found: dict[str, Any] = json.loads(answer.text)
    return found


def test_another_implementation_verifies_it_and_no_changed_one(holder: FlaskClient, app: Flask) -> None:
    genuine = badge(holder)
    assert verified(app.test_client(), genuine) == {"verified": True, "revoked": False, "errors": []}
    changed = json.loads(json.dumps(genuine).replace("edition 1", "edition 2"))
    found = verified(app.test_client(), changed)
    assert not found["verified"]
    assert "Invalid signature." in found["errors"]


def test_it_tells_that_it_is_revoked(holder: FlaskClient, app: Flask, scene: Scene) -> None:
    genuine = badge(holder)
    with unit_of_work():
        certificate_services.revoke(certificate_id=1, why="A mistake.", by=scene.administrator.id)
    assert verified(app.test_client(), genuine) == {"verified": True, "revoked": True, "errors": []}
    assert holder.get(f"{BADGE}.json").status_code == 409
    with unit_of_work():
        certificate_services.reinstate(certificate_id=1, by=scene.administrator.id)
    assert not verified(app.test_client(), genuine)["revoked"]


def test_an_expired_one_verifies_no_more(holder: FlaskClient, app: Flask) -> None:
    assert not verified(app.test_client(), badge(holder), now="2028-03-01T10:00:00Z")["verified"]


def test_what_it_says(holder: FlaskClient, scene: Scene) -> None:
    found = badge(holder)
    assert found["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert found["id"] == f"http://localhost/v/{codes.shown(CODE)}"
    assert (found["validFrom"], found["validUntil"]) == ("2026-03-01T09:00:00Z", "2028-03-01T09:00:00Z")
    subject = found["credentialSubject"]
    assert subject["achievement"]["name"] == "The city’s part"
    assert "all required activities" in subject["achievement"]["criteria"]["narrative"]
    (identity,) = subject["identifier"]
    expected = hashlib.sha256(f"{scene.practitioner.email}{identity['salt']}".encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${expected}"
    assert "Amina" not in json.dumps(found)
    assert str(scene.practitioner.email) not in json.dumps(found)


def test_it_is_the_same_whatever_becomes_of_its_holder(holder: FlaskClient, scene: Scene) -> None:
    before = [holder.get(f"{BADGE}.{form}").data for form in ("json", "png", "svg")]
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == scene.practitioner.id).values(email="new@x.example"))
        signing_services.rotate_key(by=None)
    with clock.at(clock.now() + timedelta(days=1)):
        assert [holder.get(f"{BADGE}.{form}").data for form in ("json", "png", "svg")] == before


def test_pictures_carry_the_same_badge(holder: FlaskClient) -> None:
    alone = holder.get(f"{BADGE}.json").text
    picture = holder.get(f"{BADGE}.png").data
    assert Image.open(io.BytesIO(picture)).size == (600, 600)
    assert chunk(picture, b"openbadgecredential") == alone
    drawing = etree.fromstring(holder.get(f"{BADGE}.svg").data)
    (within,) = drawing.findall("{https://purl.imsglobal.org/ob/v3p0}credential")
    assert within.text == alone
    assert drawing[0] is within


def chunk(picture: bytes, keyword: bytes) -> str:
    """The text of the uncompressed iTXt chunk with a keyword, which there must be once."""
    at, found = 8, []
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        if kind == b"iTXt" and data.startswith(keyword + b"\0"):
            assert data[len(keyword) : len(keyword) + 3] == b"\0\0\0"
            found.append(data[len(keyword) + 3 :].split(b"\0", 2)[2].decode())
        at += 12 + length
    (text,) = found
    return text


def test_a_title_ends_no_section_of_the_drawing() -> None:
    written = baking.written({"name": "]]></openbadges:credential><script>\ufffe"})
    drawing = etree.fromstring(baking.svg([3], written).encode())
    assert json.loads(drawing[0].text) == {"name": "]]></openbadges:credential><script>\ufffe"}


# --- keys -----------------------------------------------------------------------------------


def test_keys_change_and_old_badges_verify_on(holder: FlaskClient, app: Flask) -> None:
    old = badge(holder)
    with unit_of_work():
        assert signing_services.rotate_key(by=None) == 2
    with unit_of_work():
        db.session.execute(sa.update(Certificate).values(issued_at=clock.now()))
    later = badge(holder)
    assert old["proof"]["verificationMethod"].endswith("#key-1")
    assert later["proof"]["verificationMethod"].endswith("#key-2")
    visitor = app.test_client()
    now = (clock.now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert verified(visitor, old, now)["verified"]
    assert verified(visitor, later, now)["verified"]
    issuer = visitor.get("/issuer.json").json or {}
    assert [key["id"] for key in issuer["verificationMethod"]] == issuer["assertionMethod"]
    assert issuer["assertionMethod"] == ["http://localhost/issuer.json#key-1", "http://localhost/issuer.json#key-2"]
    assert db.session.scalars(sa.select(SigningKey.retired_at.is_(None)).order_by(SigningKey.id)).all() == [False, True]


def test_another_secret_is_said_and_a_new_key_mends_it(holder: FlaskClient, app: Flask, settings: Settings) -> None:
    genuine = badge(holder)
    app.config["SETTINGS"] = replace(settings, secret_key="another")
    try:
        with capture_logs() as logged:
            refused = holder.get(f"{BADGE}.json")
        assert refused.status_code == 503
        assert "The key that signs badges cannot be used." in refused.text
        assert [line["event"] for line in logged[:2]] == ["signing_key_sealed", "no_signing_key"]
        prepared = app.test_cli_runner().invoke(args=["certificates", "prepare"])
        assert "sealed under another SECRET_KEY" in prepared.output
        assert "Key 2 signs" in app.test_cli_runner().invoke(args=["certificates", "rotate-key"]).output
        mended = badge(holder)
        assert mended["proof"]["verificationMethod"].endswith("#key-2")
        now = (clock.now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert verified(app.test_client(), mended, now)["verified"]
        assert verified(app.test_client(), genuine, now)["verified"]
    finally:
        app.config["SETTINGS"] = settings


def test_the_first_key_is_made_once_however_many_begin(app: Flask) -> None:
    with unit_of_work():
        db.session.execute(sa.delete(SigningKey))

    def prepare() -> None:
        with app.app_context(), unit_of_work():
            signing_services.ensure_key()

    at_once([prepare] * 3)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SigningKey)) == 1


def test_reading_makes_no_key(holder: FlaskClient) -> None:
    with unit_of_work():
        db.session.execute(sa.delete(SigningKey))
    assert holder.get(f"{BADGE}.json").status_code == 503
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SigningKey)) == 0


# --- what verifiers ask for -----------------------------------------------------------------


def test_the_status_list_names_no_certificate(client: FlaskClient) -> None:
    answer = client.get("/issuer/statuses/0")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert CODE not in answer.text and codes.shown(CODE) not in answer.text
    assert client.get("/issuer/statuses/1").status_code == 404


def test_each_revoked_one_sets_its_bit_and_no_other() -> None:
    made = documents.status_list(1, [LIST_LENGTH, LIST_LENGTH + 9], datetime(2026, 1, 1, tzinfo=UTC), Addresses("x"))
    encoded = made["credentialSubject"]["encodedList"]
    assert re.fullmatch(r"u[A-Za-z0-9_-]+", encoded)
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(bits) == LIST_LENGTH // 8
    assert [i for i in range(LIST_LENGTH) if bits[i // 8] & (0x80 >> i % 8)] == [0, 9]


def test_the_achievement_says_what_the_badge_stands_for(holder: FlaskClient, client: FlaskClient) -> None:
    claimed = badge(holder)["credentialSubject"]["achievement"]
    path = claimed["id"].removeprefix("http://localhost")
    published = client.get(f"{path}.json").json or {}
    assert {name: published[name] for name in ("id", "type", "name", "achievementType", "inLanguage")} == {
        name: claimed[name] for name in ("id", "type", "name", "achievementType", "inLanguage")
    }
    assert "The city’s part" in client.get(path).text
    assert client.get(claimed["image"]["id"].removeprefix("http://localhost")).mimetype == "image/png"
    assert client.get("/badges/1/9").status_code == 404
