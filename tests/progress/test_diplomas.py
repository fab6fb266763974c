"""The certificate as a PDF: readable by a machine, by whoever sees and by whoever does not."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.core.skyline import LIT
from app.core.transactions import TransactionOpen, unit_of_work
from app.extensions import db
from app.progress.certificates import codes, diplomas
from app.progress.certificates.disclosure import Disclosure
from app.progress.models import Certificate, CertificateStatus
from tests.factories import signed_in
from tests.house_rules.scene import CODE, a_scene

ADDRESS = "https://academy.example/v/SC-7GQ2-M4KX-WPRT-B"
A4_ACROSS = (842, 595)
AMINA = Disclosure(
    code="SC-7GQ2-M4KX-WPRT-B",
    title="The city’s part in prevention",
    language="en",
    holder="Amina Trabelsi",
    city="Sfax",
    minutes=260,
    score=0.86,
    edition=3,
    issuer="Strong Cities Network",
    issued_at=datetime(2026, 11, 21, 23, 30, 5, 123456, tzinfo=UTC),
    expires_at=datetime(2028, 11, 21, tzinfo=UTC),
    status=CertificateStatus.VALID,
    revoked_at=None,
    revoked_why=None,
    towers=[[LIT] * 6, [LIT] * 8, [LIT] * 5],
)


def made(app: Flask, language: str = "en", **values: Any) -> bytes:
    with app.test_request_context(), force_locale(language):
        return diplomas.pdf(replace(AMINA, **values), design=1, address=ADDRESS, language=language)


def read(content: bytes) -> tuple[PdfReader, str]:
    """The file, and its words with lines joined and the places to break a line taken out."""
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    assert tuple(round(float(side)) for side in reader.pages[0].mediabox[2:]) == A4_ACROSS
    return reader, " ".join(reader.pages[0].extract_text().replace("\u200b", "").split())


def structure(reader: PdfReader) -> list[tuple[str, str]]:
    """The tags in reading order, each with what is said in place of a picture."""
    found = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            walk(node.get("/K"))

    walk(reader.trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found


def test_it_says_everything(app: Flask) -> None:
    reader, words = read(made(app))
    for fact in (
        "Strong Cities Network certifies that",
        "Amina Trabelsi",
        "Sfax",
        "The city’s part in prevention",
        "4 h 20 min",
        "Score 86%",
        "Edition 3",
        "21 November 2026",
        "Valid until 21 November 2028",
        "SC-7GQ2-M4KX-WPRT-B",
        "academy.example/v/SC-7GQ2-M4KX-WPRT-B",
    ):
        assert fact in words
    links = [str(note.get_object()["/A"]["/URI"]) for note in reader.pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert ADDRESS in links


def test_it_is_tagged_for_those_who_do_not_see_it(app: Flask) -> None:
    reader, _words = read(made(app))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata and reader.metadata.title == "Certificate of Amina Trabelsi: The city’s part in prevention"
    assert reader.metadata.author == "Strong Cities Network"
    assert "<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]
    tags = structure(reader)
    names = [name for name, _alt in tags]
    assert names.index("/H1") < names.index("/H2")
    assert [alt for name, alt in tags if name == "/Figure"] == [
        "A course of 19 activities: all that it asks for is complete",
        "QR code of the address where this certificate can be checked",
    ]


def test_it_speaks_the_recipients_language(app: Flask) -> None:
    reader, words = read(made(app, "fr", issued_at=datetime(2026, 12, 1, tzinfo=UTC), expires_at=None))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert "1er décembre 2026" in words
    assert "The city’s part in prevention" in words


@pytest.mark.parametrize(
    ("holder", "title", "language"),
    [
        ("أمينة الطرابلسي", "دور المدينة في الوقاية", "ar"),
        ("Олена Шевченко", "Роль міста", "uk"),
        ("Ελένη Παπαδοπούλου", "Ο ρόλος της πόλης", "el"),
        ("Đặng Thị Ngọc", "Ţară, łódź, İstanbul, Čeština", "vi"),
        ("דנה כהן", "תפקיד העיר", "he"),
        ("प्रिया शर्मा", "शहर की भूमिका", "hi"),
    ],
)
def test_every_script_of_the_networks_has_its_letters(app: Flask, holder: str, title: str, language: str) -> None:
    """PDF/UA-1 allows no letter that is not there, so a file that claims it has all."""
    reader, _words = read(made(app, holder=holder, title=title, language=language))
    assert "<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]


def test_letters_that_no_font_has_do_not_cost_the_certificate(app: Flask) -> None:
    reader, words = read(made(app, holder="山田太郎"))
    assert "The city’s part in prevention" in words
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_long_words_stay_on_the_page(app: Flask) -> None:
    name, title, city = "M" * 120, "W" * 200, "Ł" * 120
    reader, words = read(made(app, holder=name, title=title, city=city, towers=[[LIT] * 40] * 70))
    words = words.replace(" ", "")
    assert name in words and title in words and city in words
    heights: list[float] = []

    def note(text: str, cm: list[float], tm: list[float], *_rest: object) -> None:
        if text.strip():
            heights.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    reader.pages[0].extract_text(visitor_text=note)
    assert heights == sorted(heights, reverse=True), "what comes later stands lower, so that nothing overlaps"
    assert 0 < heights[-1] < heights[0] < A4_ACROSS[1]


def test_the_same_again_is_the_same_file(app: Flask) -> None:
    assert made(app) == made(app)
    assert made(app) != made(app, holder="Somebody Else")


@given(words=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60))
@settings(max_examples=15)
def test_nothing_that_is_typed_is_taken_for_markup(the_app: Flask, words: str) -> None:
    with the_app.app_context():
        read(made(the_app, holder=words, title=f"#panic() $ [ {words}"))


def test_it_is_never_made_within_a_transaction(app: Flask) -> None:
    with unit_of_work(), pytest.raises(TransactionOpen):
        db.session.execute(db.select(Certificate.id))
        diplomas.pdf(AMINA, design=1, address=ADDRESS, language="en")


def test_its_holder_downloads_it_and_nobody_else(app: Flask, client: FlaskClient) -> None:
    scene = a_scene()
    address = f"/certificates/{codes.shown(CODE)}.pdf"
    answer = signed_in(client, scene.practitioner).get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={codes.shown(CODE)}.pdf"
    assert "Amina Trabelsi" in read(answer.data)[1]
    assert signed_in(app.test_client(), scene.coordinator).get(address).status_code == 404
    assert app.test_client().get(address).status_code == 302
